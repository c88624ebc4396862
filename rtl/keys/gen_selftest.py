#!/usr/bin/python3
"""Writes kdf_selftest_rom.sv: the self test of engine kdf, a script of commands with their sources and the results that are known.

    gen_selftest.py [--check]

TLS 1.2 with SHA-256 and SHA-384 from a wrapped master secret (both directions of the wrap with it); TLS 1.3 with SHA-256 the server's Finished of
RFC 8448 section 3, with SHA-384 the same inputs twice over. Other answers come from Python's hmac and from cryptography, not from the RTL.
"""
import hashlib
import hmac
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

HERE = Path(__file__).resolve().parent
PKG = (HERE / "../gen/sluice_pkg.sv").read_text()

# RFC 8448 section 3: the shared secret; hash of the two hellos; hash up to CertificateVerify; the server's verify_data
SHARED = bytes.fromhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")
HELLOS = bytes.fromhex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8")
TO_VERIFY = bytes.fromhex("edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed")
VERIFY_DATA = bytes.fromhex("9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718")

TEST_KEY = bytes(range(32))
MASTER = bytes(range(0x40, 0x70))
TRANSCRIPT = bytes(range(0x80, 0xb0))


def const(name):
    return int(re.search(rf"localparam logic \[\d+:0\] {name} = \d+'h([0-9A-F]+);", PKG)[1], 16)


def prf(name, secret, seed, n):
    """RFC 5246 5."""
    out, a = b"", seed
    while len(out) < n:
        a = hmac.digest(secret, a, name)
        out += hmac.digest(secret, a + seed, name)
    return out[:n]


def expand(name, secret, label, context):
    """HKDF-Expand-Label of a hash's bytes, RFC 8446 7.1."""
    label = b"tls13 " + label
    n = len(secret)
    return hmac.digest(secret, n.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context + b"\x01", name)


def finished13(name, shared, hellos, to_verify):
    n = hashlib.new(name).digest_size
    empty = hashlib.new(name, b"").digest()
    early = hmac.digest(bytes(n), bytes(n), name)
    handshake = hmac.digest(expand(name, early, b"derived", empty), shared, name)
    traffic = expand(name, handshake, b"s hs traffic", hellos)
    return hmac.digest(expand(name, traffic, b"finished", b""), to_verify, name)


def script():
    """(op, kdf, hash, key block bytes, handle, handle2, handle3, source, result)"""
    kdf, h256, h384 = const("OP_KDF"), const("HASH_SHA256"), const("HASH_SHA384")
    header = bytes([const("SECRET_MASTER"), len(MASTER), 0, 0])
    blob = aes_key_wrap_with_padding(TEST_KEY, header + MASTER)
    assert finished13("sha256", SHARED, HELLOS, TO_VERIFY) == VERIFY_DATA
    lines = [
        (const("OP_SECRET_UNWRAP"), 0, 0, 0, 0, 1, 0, blob, b""),
        (const("OP_SECRET_WRAP"), 0, 0, 0, 1, 0, 0, b"", blob),
        (kdf, const("KDF_T12_CLIENT_FINISHED"), h256, 0, 1, 0, 0, TRANSCRIPT[:32], prf("sha256", MASTER, b"client finished" + TRANSCRIPT[:32], 12)),
        (kdf, const("KDF_T12_SERVER_FINISHED"), h384, 0, 1, 0, 0, TRANSCRIPT, prf("sha384", MASTER, b"server finished" + TRANSCRIPT, 12)),
    ]
    for h, name, shared, hellos, to_verify in ((h256, "sha256", SHARED, HELLOS, TO_VERIFY), (h384, "sha384", TRANSCRIPT, TRANSCRIPT, TRANSCRIPT)):
        lines += [
            (kdf, const("KDF_T13_EARLY"), h, 0, 0, 2, 0, b"", b""),
            (kdf, const("KDF_T13_HANDSHAKE"), h, 0, 2, 3, 0, shared, b""),
            (kdf, const("KDF_T13_SERVER_HANDSHAKE"), h, 0, 3, 4, 0, hellos, b""),
            (kdf, const("KDF_T13_FINISHED"), h, 0, 4, 0, 0, to_verify, finished13(name, shared, hellos, to_verify)),
        ]
    free = const("OP_SECRET_FREE")
    return lines + [(free, 0, 0, 0, slot, 0, 0, b"", b"") for slot in (1, 2, 3, 4)]


def generate():
    words = []

    def place(b):
        if not b:
            return 0
        b += bytes(-len(b) % 16)
        mine = [b[i:i + 16] for i in range(0, len(b), 16)]
        for at in range(len(words) - len(mine) + 1):
            if words[at:at + len(mine)] == mine:
                return at
        words.extend(mine)
        return len(words) - len(mine)

    o = ["// Written by rtl/keys/gen_selftest.py (`make keys-rom`); what the lines do is there. Do not edit.",
         "//",
         "// Self test of engine kdf: commands, sources, known results. A result that is no whole word is compared with zeros behind its end.",
         "module kdf_selftest_rom (",
         "  input  logic [4:0]     line_i,",
         "  output kdf_pkg::test_e type_o,",
         "  output logic [7:0]     op_o,",
         "  output logic [7:0]     kdf_o,",
         "  output logic [3:0]     hash_o,",
         "  output logic [7:0]     klen_o,",
         "  output logic [2:0]     h1_o,      // 0: none; else slot h1 - 1 of the test's own",
         "  output logic [2:0]     h2_o,",
         "  output logic [2:0]     h3_o,",
         "  output logic [5:0]     src_o,     // word",
         "  output logic [7:0]     src_len_o,",
         "  output logic [5:0]     res_o,",
         "  output logic [7:0]     res_len_o,",
         "  input  logic [5:0]     addr_i,",
         "  output logic [127:0]   data_o,",
         "  output logic [255:0]   key_o      // stands in for the wrapping key",
         ");",
         "  logic [127:0] rom [64];",
         "  assign data_o = rom[addr_i];",
         f"  assign key_o  = 256'h{TEST_KEY[::-1].hex()};",
         "",
         "  always_comb begin",
         "    type_o = kdf_pkg::TestEnd;",
         "    {op_o, kdf_o, hash_o, klen_o, h1_o, h2_o, h3_o, src_o, src_len_o, res_o, res_len_o} = '0;",
         "    unique case (line_i)"]
    for i, (op, kdf, h, klen, h1, h2, h3, src, res) in enumerate(script()):
        o.append(f"      5'd{i}: begin")
        o.append(f"        type_o = kdf_pkg::{'TestCmp' if res else 'TestRun'};")
        o.append(f"        {{op_o, kdf_o, hash_o, klen_o}} = {{8'h{op:02x}, 8'h{kdf:02x}, 4'd{h}, 8'd{klen}}};")
        o.append(f"        {{h1_o, h2_o, h3_o}} = {{3'd{h1}, 3'd{h2}, 3'd{h3}}};")
        if src:
            o.append(f"        {{src_o, src_len_o}} = {{6'd{place(src)}, 8'd{len(src)}}};")
        if res:
            o.append(f"        {{res_o, res_len_o}} = {{6'd{place(res)}, 8'd{len(res)}}};")
        o.append("      end")
    o += ["      default: ;", "    endcase", "  end", "", "  initial begin"]
    assert len(words) <= 64
    for i in range(64):
        w = words[i] if i < len(words) else bytes(16)
        o.append(f"    rom[{i}] = 128'h{w[::-1].hex()};")
    return "\n".join(o + ["  end", "endmodule", ""])


def main():
    path = HERE / "kdf_selftest_rom.sv"
    text = generate()
    if "--check" in sys.argv[1:]:
        if path.read_text() != text:
            print("kdf_selftest_rom.sv is not what gen_selftest.py writes: make keys-rom")
            return 1
        return 0
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
