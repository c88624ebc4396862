#!/usr/bin/env python3
"""Writes chacha_selftest_rom.svh: the jobs of the chacha lane's self test, their source words and what must come back.

    python3 rtl/chacha/gen_selftest.py [--check]

Known answers: RFC 8439 2.8.2 for the AEAD. The TLS 1.3 record with padding (RFC 8446 5.2; no RFC has a vector of one with this cipher) is made by the
definition below, which is held against the RFC's vector first.
"""
import os
import struct
import sys

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chacha_selftest_rom.svh")
LOAD, FREE, RSEAL, ROPEN, SEAL, OPEN = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
OK, AUTH_FAILED = 0, 4
ALG = 8

# RFC 8439 2.8.2
KEY = bytes(range(0x80, 0xa0))
NONCE = bytes.fromhex("070000004041424344454647")
AAD = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
TEXT = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.")
CIPHERTEXT = bytes.fromhex(
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c"
    "9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116")
TAG = bytes.fromhex("1ae10b594f09e26a7e902ecbd0600691")


def chacha_block(key, counter, nonce):
    """RFC 8439 2.3"""
    def rot(x, n):
        return (x << n | x >> (32 - n)) & 0xffffffff

    def quarter(s, a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xffffffff
            s[z] = rot(s[z] ^ s[x], n)
    first = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    s = list(first)
    for _ in range(10):
        for i in range(4):
            quarter(s, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((x + y) & 0xffffffff for x, y in zip(s, first)))


def aead(key, nonce, aad, text):
    """RFC 8439 2.8: ciphertext, tag"""
    stream = b"".join(chacha_block(key, 1 + i, nonce) for i in range(len(text) // 64 + 1))
    ct = bytes(a ^ b for a, b in zip(text, stream))
    otk = chacha_block(key, 0, nonce)
    r = int.from_bytes(otk[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    acc = 0
    pad = lambda x: x + bytes(-len(x) % 16)
    data = pad(aad) + pad(ct) + struct.pack("<QQ", len(aad), len(ct))
    for i in range(0, len(data), 16):
        acc = (acc + int.from_bytes(data[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ct, ((acc + int.from_bytes(otk[16:32], "little")) % 2**128).to_bytes(16, "little")


def session(version, seq):
    head = bytes([ALG, 32]) + struct.pack("<H", version) + bytes(4) + struct.pack("<Q", seq)
    return (head + KEY + NONCE).ljust(128, b"\0")


def words(data):
    return [data[i:i + 16] for i in range(0, len(data), 16)]


def jobs():
    """(opcode, param0, param1, source, result words, status)"""
    assert aead(KEY, NONCE, AAD, TEXT) == (CIPHERTEXT, TAG)
    head, bad = NONCE + AAD, TAG[:15] + bytes([TAG[15] ^ 0x80])
    yield LOAD, 0, 0, session(0, 0), [b""], OK
    yield SEAL, len(AAD), 0, head + TEXT, words(CIPHERTEXT) + [TAG], OK
    yield OPEN, len(AAD), 16, head + CIPHERTEXT + TAG, words(TEXT) + [b""], OK
    yield OPEN, len(AAD), 16, head + CIPHERTEXT + bad, words(TEXT) + [b""], AUTH_FAILED
    seq, kind, pad = 0x0102030405060708, 23, 45
    nonce = (int.from_bytes(NONCE, "big") ^ seq).to_bytes(12, "big")
    inner = TEXT[:20] + bytes([kind]) + bytes(pad)
    header = b"\x17\x03\x03" + struct.pack(">H", len(inner) + 16)
    ct, tag = aead(KEY, nonce, header, inner)
    yield LOAD, 0, 0, session(0x0304, seq), [b""], OK
    yield RSEAL, kind, pad, TEXT[:20], [header] + words(ct) + [tag], OK
    yield LOAD, 0, 0, session(0x0304, seq), [b""], OK
    yield ROPEN, 0, 0, header + ct + tag, words(TEXT[:20]) + [b""], OK
    yield FREE, 0, 0, b"", [b""], OK


def text():
    cmd, src, res = [], [], []
    for op, p0, p1, source, results, status in jobs():
        cmd.append(status << 40 | p1 << 32 | p0 << 24 | len(source) << 8 | op)
        src += [int.from_bytes(w, "little") | len(w) << 128 for w in words(source)]
        res += [int.from_bytes(w, "little") | len(w) << 128 | (i == len(results) - 1) << 133 for i, w in enumerate(results)]
    out = ["// Written by rtl/chacha/gen_selftest.py: change that, not this. Included inside chacha_selftest.",
           f"  localparam logic [7:0] NumJobs = 8'd{len(cmd)};"]
    for name, width, size, values, what in (
            ("cmd_rom", 48, 16, cmd, "status | param1 | param0 | source bytes (16 bits) | opcode"),
            ("src_rom", 133, 128, src, "bytes | data"), ("res_rom", 134, 64, res, "last | bytes | data")):
        assert len(values) <= size
        out += [f"  // {what}", f"  logic [{width - 1}:0] {name} [{size}];", "  initial begin"]
        out += [f"    {name}[{i}] = {width}'h{v:x};" for i, v in enumerate(values + [0] * (size - len(values)))]
        out += ["  end"]
    return "\n".join(out) + "\n"


def main():
    if "--check" in sys.argv:
        if not os.path.exists(PATH) or open(PATH).read() != text():
            print("chacha_selftest_rom.svh is not what gen_selftest.py writes")
            return 1
        return 0
    open(PATH, "w").write(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
