#!/usr/bin/env python3
"""Writes mac_selftest_rom.sv: the jobs of the mac lane's self test with their known answers.

Published answers (FIPS 180-4 examples, RFC 4231 case 2, RFC 5869 A.1, NIST SP 800-38A F.2.5, the TLS 1.2 PRF vector of the IETF TLS list) are checked here
against an independent computation before they are written; the CBC+HMAC records are computed from RFC 2246 6.2.3.2 and RFC 7366 with libcrypto's AES.
Codes and layouts come from rtl/regs/sluice.toml.

    gen_selftest.py            writes the file
    gen_selftest.py --check    compares it with what is there
"""
import hashlib
import hmac
import pathlib
import struct
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "mac_selftest_rom.sv"
MAP = tomllib.loads((HERE.parent / "regs" / "sluice.toml").read_text())
CODES = {e["prefix"] + v["name"]: v["value"] for e in MAP["enum"] for v in e["values"]}
HANDLE = 0x0001_0000  # slot 0, generation 1


def aes_cbc(key, iv, data, decrypt=False):
    cmd = ["openssl", "enc", f"-aes-{len(key) * 8}-cbc", "-nopad", "-K", key.hex(), "-iv", iv.hex()] + (["-d"] if decrypt else [])
    return subprocess.run(cmd, input=data, capture_output=True, check=True).stdout


def session(alg, version=0, seq=0, key=b"", iv=b"", mac_key=b"", flags=0):
    head = struct.pack("<BBHBB2xQ", CODES["ALG_" + alg], len(key), version, len(mac_key), flags, seq)
    return head + key.ljust(32, b"\0") + iv.ljust(16, b"\0") + mac_key.ljust(64, b"\0")


def p_sha256(secret, seed, n):
    a, out = seed, b""
    while len(out) < n:
        a = hmac.digest(secret, a, "sha256")
        out += hmac.digest(secret, a + seed, "sha256")
    return out[:n]


def seal_tls10(key, iv, mac_key, seq, kind, data):
    head = struct.pack(">QBHH", seq, kind, 0x0301, len(data))
    body = data + hmac.digest(mac_key, head + data, "sha1")
    pad = 15 - len(body) % 16
    ct = aes_cbc(key, iv, body + bytes([pad]) * (pad + 1))
    return struct.pack(">BHH", kind, 0x0301, len(ct)), ct


def seal_etm(key, iv, mac_key, seq, kind, data):
    pad = 15 - len(data) % 16
    ct = aes_cbc(key, iv, data + bytes([pad]) * (pad + 1))
    tag = hmac.digest(mac_key, struct.pack(">QBHH", seq, kind, 0x0301, len(ct)) + ct, "sha384")
    return struct.pack(">BHH", kind, 0x0301, len(ct) + len(tag)), ct, tag


def words(data):
    return [data[i:i + 16] for i in range(0, len(data), 16)] or []


def jobs():
    """(opcode, handle, param0, param1, source, result words, status)"""
    abc1 = bytes.fromhex("a9993e364706816aba3e25717850c26c9cd0d89d")
    abc256 = bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert hashlib.sha1(b"abc").digest() == abc1 and hashlib.sha256(b"abc").digest() == abc256
    yield "HASH", 0, CODES["HASH_SHA1"], 0, b"abc", words(abc1), "OK"
    yield "HASH", 0, CODES["HASH_SHA256"], 0, b"abc", words(abc256), "OK"
    abc512 = bytes.fromhex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                           "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
    assert hashlib.sha512(b"abc").digest() == abc512
    yield "HASH", 0, CODES["HASH_SHA512"], 0, b"abc", words(abc512), "OK"

    what = b"what do ya want for nothing?"
    tag = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert hmac.digest(b"Jefe", what, "sha256") == tag
    yield "SESSION_LOAD", HANDLE, 0, 0, session("HMAC_SHA256", mac_key=b"Jefe"), [b""], "OK"
    yield "HMAC", HANDLE, 0, 0, what, words(tag), "OK"
    yield "HMAC_VERIFY", HANDLE, 32, 0, what + tag, [b""], "OK"
    yield "HMAC_VERIFY", HANDLE, 32, 0, what + tag[:31] + bytes([tag[31] ^ 1]), [b""], "AUTH_FAILED"

    secret = bytes.fromhex("9bbe436ba940f017b17652849a71db35")
    seed = b"test label" + bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    out = p_sha256(secret, seed, 100)
    assert out.hex().startswith("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a")
    yield "TLS_PRF", 0, len(secret), len(out), secret + seed, words(out), "OK"

    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    iv = bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    ct = bytes.fromhex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d")
    assert aes_cbc(key, iv, plain) == ct
    yield "SESSION_LOAD", HANDLE, 0, 0, session("AES_CBC", key=key), [b""], "OK"
    yield "CIPHER_ENC", HANDLE, 0, 0, iv + plain, words(ct), "OK"
    yield "CIPHER_DEC", HANDLE, 0, 0, iv + ct, words(plain), "OK"

    # RFC 5869 A.1
    ikm, salt, info = b"\x0b" * 22, bytes(range(13)), bytes(range(0xf0, 0xfa))
    prk = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    okm = bytes.fromhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    assert hmac.digest(salt, ikm, "sha256") == prk and hmac.digest(prk, info + b"\x01", "sha256") == okm[:32]
    hkdf = CODES["HASH_SHA256"] << 8
    yield "HKDF_EXTRACT", 0, hkdf | len(salt), 0, salt + ikm, words(prk), "OK"
    yield "HKDF_EXPAND", 0, hkdf | len(prk), len(okm), prk + info, words(okm[:32]) + words(okm[32:]), "OK"

    key, mac_key, seq = bytes(range(0x40, 0x50)), bytes(range(0x80, 0x94)), 0x0102030405060708
    data = b"Sluice opens and closes, and is tested first."
    head, ct = seal_tls10(key, iv, mac_key, seq, 23, data)
    ctx = session("AES_CBC_HMAC_SHA1", 0x0301, seq, key, iv, mac_key)
    most = len(ct) - 20 - 1
    plain_words = words(data) + [b""] * ((most + 15) // 16 - len(words(data)))
    yield "SESSION_LOAD", HANDLE, 0, 0, ctx, [b""], "OK"
    yield "RECORD_SEAL", HANDLE, 23, 0, data, [head] + words(ct), "OK"
    yield "SESSION_LOAD", HANDLE, 0, 0, ctx, [b""], "OK"
    bad = bytearray(head + ct)
    bad[20] ^= 1
    yield "RECORD_OPEN", HANDLE, 0, 0, bytes(bad), [b""] * ((most + 15) // 16), "AUTH_FAILED"
    yield "RECORD_OPEN", HANDLE, 0, 0, head + ct, plain_words, "OK"
    # encrypt then MAC (RFC 7366) with SHA-384
    mac_key = bytes(range(0x60, 0x90))
    head, ct, tag = seal_etm(key, iv, mac_key, seq, 23, data)
    ctx = session("AES_CBC_HMAC_SHA384", 0x0301, seq, key, iv, mac_key, flags=1)
    record = head + ct + tag
    yield "SESSION_LOAD", HANDLE, 0, 0, ctx, [b""], "OK"
    yield "RECORD_SEAL", HANDLE, 23, 0, data, [head] + words(ct) + words(tag), "OK"
    yield "SESSION_LOAD", HANDLE, 0, 0, ctx, [b""], "OK"
    bad = bytearray(record)
    bad[-1] ^= 1
    yield "RECORD_OPEN", HANDLE, 0, 0, bytes(bad), [b""] * (len(ct) // 16), "AUTH_FAILED"
    yield "RECORD_OPEN", HANDLE, 0, 0, record, words(data) + [b""] * (len(ct) // 16 - len(words(data))), "OK"
    yield "SESSION_FREE", HANDLE, 0, 0, b"", [b""], "OK"


def render():
    job_lines, word_lines, at, last = [], [], 0, 0
    for i, (op, handle, p0, p1, src, result, status) in enumerate(jobs()):
        ins = words(src)
        job_lines.append(f"    job_rom[{i}] = {{8'h{CODES['ST_' + status]:02x}, 8'd{len(result)}, 8'd{len(ins)}, 8'd{at}, 32'd{p1}, 32'd{p0}, "
                         f"32'd{len(src)}, 32'h{handle:08x}, 8'h{CODES['OP_' + op]:02x}}};  // {op}")
        for w in ins + result:
            word_lines.append(f"    word_rom[{at}] = 128'h{w.ljust(16, bytes(1))[::-1].hex()};")
            at += 1
        last = i
    assert at <= 256 and last < 32
    return f"""// Generated by rtl/mac/gen_selftest.py. Do not edit.
// The jobs of the mac lane's self test: source words and known answers, 16 bytes each, byte 0 in bits 7:0.
module mac_selftest_rom (
  input  logic [4:0]   job_i,
  output logic         job_last_o,
  output logic [167:0] job_o,              // status | result words | source words | first word | param1 | param0 | src_len | handle | opcode
  input  logic [7:0]   src_i,
  output logic [127:0] src_o,
  input  logic [7:0]   want_i,
  output logic [127:0] want_o
);
  logic [167:0] job_rom [32];              // entries behind the last job are never read
  logic [127:0] word_rom [256];
  initial begin
{chr(10).join(job_lines)}
  end
  initial begin
{chr(10).join(word_lines)}
  end
  assign job_last_o = (job_i == 5'd{last});
  assign job_o      = job_rom[job_i];
  assign src_o      = word_rom[src_i];
  assign want_o     = word_rom[want_i];
endmodule
"""


def main():
    text = render()
    if "--check" in sys.argv:
        if OUT.read_text() != text:
            print(f"{OUT.name}: differs; run rtl/mac/gen_selftest.py")
            return 1
        return 0
    OUT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
