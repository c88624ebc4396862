#!/usr/bin/env python3
"""Writes aead_selftest_rom.svh: the jobs of the aead lane's self test, their source words and what must come back.

    python3 rtl/gcm/gen_selftest.py [--check]

Known answers: FIPS 197 appendix C.1 and C.3 (through CBC with a zero IV); test cases 4 and 16 of McGrew and Viega, "The
Galois/Counter Mode of Operation"; the client's application data of RFC 8448 section 3. The records with padding under a 256-bit key are
made here by libcrypto.
"""
import os
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aead_selftest_rom.svh")
LOAD, FREE, RSEAL, ROPEN, SEAL, OPEN, ENC, DEC = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17
OK, AUTH_FAILED, BAD_RECORD = 0, 4, 5
GCM, CBC = 1, 3

FIPS_KEY = bytes(range(32))
FIPS_PT = bytes.fromhex("00112233445566778899aabbccddeeff")
FIPS_CT = {16: bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a"), 32: bytes.fromhex("8ea2b7ca516745bfeafc49904b496089")}
GCM_KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308") * 2
GCM_IV = bytes.fromhex("cafebabefacedbaddecaf888")
GCM_AAD = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
GCM_PT = bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                       "b16aedf5aa0de657ba637b39")
GCM_CT = {
    16: bytes.fromhex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
                      "1ba30b396a0aac973d58e091"),
    32: bytes.fromhex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                      "c5f61e6393ba7a0abcc9f662"),
}
GCM_TAG = {16: bytes.fromhex("5bc94fbc3221a5db94fae95ae7121a47"), 32: bytes.fromhex("76fc6ece0f4e1768cddf8853bb2d551b")}


TLS13_KEY = bytes.fromhex("17422dda596ed5d9acd890e3c63f5051")
TLS13_IV = bytes.fromhex("5b78923dee08579033e523d9")
TLS13_PT = bytes(range(50))
TLS13_RECORD = bytes.fromhex("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292"
                             "a2977014bd1e3deae63aeebb21694915e4")


def session(alg, key, version=0, iv=b""):
    head = bytes([alg, len(key)]) + version.to_bytes(2, "little") + bytes(12)
    return (head + key.ljust(32, b"\0") + iv).ljust(128, b"\0")


def record(key, iv, seq, inner):
    head = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
    nonce = (int.from_bytes(iv, "big") ^ seq).to_bytes(12, "big")
    return head + AESGCM(key).encrypt(nonce, inner, head)


def words(data):
    return [data[i:i + 16] for i in range(0, len(data), 16)]


def jobs():
    """(opcode, param0, param1, source, result words, status)"""
    for n in (16, 32):
        yield LOAD, 0, 0, session(CBC, FIPS_KEY[:n]), [b""], OK
        yield ENC, 0, 0, bytes(16) + FIPS_PT, [FIPS_CT[n], b""], OK
        yield DEC, 0, 0, bytes(16) + FIPS_CT[n], [FIPS_PT, b""], OK
    for n in (16, 32):
        aad, head = len(GCM_AAD), GCM_IV + GCM_AAD
        bad = GCM_TAG[n][:15] + bytes([GCM_TAG[n][15] ^ 0x80])
        yield LOAD, 0, 0, session(GCM, GCM_KEY[:n]), [b""], OK
        yield SEAL, aad, 0, head + GCM_PT, words(GCM_CT[n]) + [GCM_TAG[n]], OK
        yield OPEN, aad, 16, head + GCM_CT[n] + GCM_TAG[n], words(GCM_PT) + [b""], OK
        yield OPEN, aad, 16, head + GCM_CT[n] + bad, words(GCM_PT) + [b""], AUTH_FAILED
    yield LOAD, 0, 0, session(GCM, TLS13_KEY, 0x0304, TLS13_IV), [b""], OK
    yield RSEAL, 23, 0, TLS13_PT, [TLS13_RECORD[:5]] + words(TLS13_RECORD[5:-16]) + [TLS13_RECORD[-16:]], OK
    yield LOAD, 0, 0, session(GCM, TLS13_KEY, 0x0304, TLS13_IV), [b""], OK
    yield ROPEN, 0, 0, TLS13_RECORD, words(TLS13_PT) + [b""], OK
    padded = record(GCM_KEY, TLS13_IV, 0, TLS13_PT[:20] + b"\x16" + bytes(35))
    again = record(GCM_KEY, TLS13_IV, 1, TLS13_PT[:20] + b"\x16" + bytes(35))
    nothing = record(GCM_KEY, TLS13_IV, 2, bytes(17))
    yield LOAD, 0, 0, session(GCM, GCM_KEY, 0x0304, TLS13_IV), [b""], OK
    yield RSEAL, 22, 35, TLS13_PT[:20], [padded[:5]] + words(padded[5:-16]) + [padded[-16:]], OK
    yield ROPEN, 0, 0, again[:-1] + bytes([again[-1] ^ 1]), [b""] * 5, AUTH_FAILED
    yield ROPEN, 0, 0, again, words(TLS13_PT[:20]) + [b""] * 3, OK
    yield ROPEN, 0, 0, nothing, [b""] * 3, BAD_RECORD
    yield FREE, 0, 0, b"", [b""], OK


def text():
    cmd, src, res = [], [], []
    for op, p0, p1, source, results, status in jobs():
        cmd.append(status << 40 | p1 << 32 | p0 << 24 | len(source) << 8 | op)
        src += [int.from_bytes(w, "little") | len(w) << 128 for w in words(source)]
        res += [int.from_bytes(w, "little") | len(w) << 128 | (i == len(results) - 1) << 133 for i, w in enumerate(results)]
    out = ["// Written by rtl/gcm/gen_selftest.py: change that, not this. Included inside aead_selftest.",
           f"  localparam logic [7:0] NumJobs = 8'd{len(cmd)};"]
    for name, width, values, what in (("cmd_rom", 48, cmd, "status | param1 | param0 | source bytes (16 bits) | opcode"),
                                      ("src_rom", 133, src, "bytes | data"), ("res_rom", 134, res, "last | bytes | data")):
        size = 1 << (len(values) - 1).bit_length()
        out += [f"  // {what}", f"  logic [{width - 1}:0] {name} [{size}];", "  initial begin"]
        out += [f"    {name}[{i}] = {width}'h{v:x};" for i, v in enumerate(values + [0] * (size - len(values)))]
        out += ["  end"]
    return "\n".join(out) + "\n"


def main():
    if "--check" in sys.argv:
        if not os.path.exists(PATH) or open(PATH).read() != text():
            print("aead_selftest_rom.svh is not what gen_selftest.py writes")
            return 1
        return 0
    open(PATH, "w").write(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
