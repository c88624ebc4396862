#!/usr/bin/env python3
"""Writes ecc_selftest_rom.sv, or compares it (--check): the ecc engine's known answers.

In the order in which the engine takes the words: a private key blob wrapped (RFC 5649) under a key-encryption key of its own; a digest and
"random" words for a signature; scalar, coordinate and random words for a short X25519 ladder (125 of 255 steps); digest and random words for
a signature that is damaged on purpose; an Ed25519 key blob, a message and random words; random words for a P-384 key pair, of whose point only the
lower digits are summed up; then what the signature, the ladder, the Ed25519 signature and the key pair must give. Everything follows from a
fixed seed; nothing is a secret.
"""
import hashlib
import os
import runpy
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import p384  # noqa: E402  pylint: disable=wrong-import-position
import programs as pr  # noqa: E402  pylint: disable=wrong-import-position
import model  # noqa: E402  pylint: disable=wrong-import-position

PKA = runpy.run_path(os.path.join(HERE, "..", "pka", "gen_selftest.py"), run_name="pka")
SKIP = 130
WIDE_SKIP = 44   # of the 48 rows of the fixed-base table


def be(x):
    return x.to_bytes(32, "big")


def le(x):
    return x.to_bytes(32, "little")


def ed25519(seed, message):
    """Public key and signature (RFC 8032 5.1.5, 5.1.6)."""
    def sha512(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 255) - 8) | 1 << 254
    pub = le(pr.ed_encode(pr.ed_mul(a)))
    r = sha512(h[32:], message)
    point = le(pr.ed_encode(pr.ed_mul(r % pr.Q)))
    return pub, point + le((r + sha512(point, pub, message) * a) % pr.Q)


def memory(*words):
    """Random words as bytes in memory."""
    return b"".join(w.to_bytes(16, "little") for w in words)


def key_pair(lo, hi, lam):
    """P-384 key pair whose program begins with row WIDE_SKIP of the table: its result (bytes) and length, the point checked by the book."""
    c = p384.CURVE
    frames, labels, regs = p384.assemble()
    m = model.Machine(frames, list(p384.CONSTS.values()), list(p384.MODULI.values()), p384.DIGITS, p384.comb(), bits=p384.BITS)
    m.regs[regs["K0"]], m.regs[regs["K1"]], m.regs[regs["L"]] = lo, hi, lam & (1 << 383) - 1 | 1
    m.pc, m.count = labels["p384_keygen"], WIDE_SKIP
    while m.step():
        pass
    k = (lo + (hi << 384)) % c.n
    odd, total = (k if k & 1 else c.n - k) | 1 << 384, 0
    for row in range(c.rows):
        for digit, first, weight in ((2 * c.rows - 1 - 2 * (row - WIDE_SKIP), WIDE_SKIP, 16), (2 * c.rows - 2 - 2 * row, 0, 1)):
            if row >= first:
                w = odd >> 4 * digit + 1 & 15
                value = 2 * (w & 7) + 1 if w & 8 else -(2 * (~w & 7) + 1)
                total += weight * value * 256 ** (c.rows - 1 - row)
    x, y = c.mul(total % c.n, c.g)
    if any(m.flags.values()) or (m.slots[1], m.slots[2], m.slots[3]) != (x, y if k & 1 else c.p - y, k):
        sys.exit("the short key pair is wrong")
    return b"".join(m.slots[i].to_bytes(48, "big") for i in (3, 1, 2)), m.frames_run


def main():
    def number(label, bits=256):
        return PKA["number"](PKA["stream"]("ecc " + label), bits)
    d = number("key") % pr.N
    x, y = pr.point_mul(d, pr.G)
    blob = b"KEC1" + bytes([1]) + bytes(11) + be(d) + bytes(16) + be(x) + bytes(16) + be(y) + bytes(16)
    kek = bytes(b for _, b in zip(range(32), PKA["stream"]("ecc kek")))
    wrapped = PKA["wrap"](kek, blob)
    digest, lo, hi, lam = number("digest"), number("k"), number("k1", 128), number("l")
    k = (lo + (hi << 256)) % pr.N
    r = pr.point_mul(k, pr.G)[0] % pr.N
    s = pow(k, -1, pr.N) * (digest + r * d) % pr.N
    # random words: the first is the upper half, bytes as in memory
    random = b"".join(w.to_bytes(16, "little") for w in (lo >> 128, lo & (1 << 128) - 1, hi, lam >> 128, lam & (1 << 128) - 1))
    scalar, u, xlam = number("scalar"), number("u"), number("lx")
    frames, labels, regs = pr.assemble()
    m = model.Machine(frames, list(pr.CONSTS.values()), list(pr.MODULI.values()), pr.DIGITS)
    clamped = scalar & ((1 << 255) - 8) | 1 << 254
    m.regs[regs["K0"]], m.regs[regs["U"]], m.regs[regs["L"]] = clamped, u & (1 << 255) - 1, xlam & (1 << 255) - 1 | 1
    m.pc, m.count = labels["x25519_ecdh"], SKIP
    while m.step():
        pass
    if any(m.flags.values()) or m.slots[1] != textbook(clamped >> SKIP, u & (1 << 255) - 1):
        sys.exit("the short ladder is wrong")
    rom = wrapped + bytes(-len(wrapped) % 16) + be(digest) + random + le(scalar) + le(u)
    rom += b"".join(w.to_bytes(16, "little") for w in (xlam >> 128, xlam & (1 << 128) - 1)) + be(digest) + random
    seed, message, edlam = le(number("seed")), le(number("message"))[:24], number("le")
    pub, signature = ed25519(seed, message)
    wrapped = PKA["wrap"](kek, b"KEC1" + bytes([4]) + bytes(11) + seed + bytes(16) + pub + bytes(64))
    rom += wrapped + bytes(-len(wrapped) % 16) + message + bytes(-len(message) % 16)
    rom += b"".join(w.to_bytes(16, "little") for w in (edlam >> 128, edlam & (1 << 128) - 1))
    wide = number("wide", 384), number("wide1", 128), number("wide l", 384)
    pair, wide_frames = key_pair(*wide)
    low = (1 << 128) - 1
    rom += memory(*(wide[0] >> s & low for s in (256, 128, 0)), wide[1], *(wide[2] >> s & low for s in (256, 128, 0)))
    rom += be(r) + be(s) + le(m.slots[1]) + signature + pair
    out = ["// Generated by rtl/ecc/gen_selftest.py. Do not edit.", "// Known answers of the ecc engine's self test, in the order in which it takes them.",
           "module ecc_selftest_rom (", "  input  logic [6:0]   addr_i,", "  output logic [127:0] data_o,", "  output logic [255:0] kek_o,",
           "  output logic [7:0]   skip_o,    // steps that the short ladder leaves out", "  output logic [13:0]  frames_o,  // and its length",
           "  output logic [7:0]   wide_skip_o,    // rows that the short key pair leaves out", "  output logic [13:0]  wide_frames_o", ");",
           "  logic [127:0] rom [128];", "  initial begin", "    for (int i = 0; i < 128; i++) rom[i] = 128'd0;"]
    out += [f"    rom[{i // 16}] = 128'h{int.from_bytes(rom[i:i + 16], 'little'):032x};" for i in range(0, len(rom), 16)]
    out += ["  end", "  assign data_o   = rom[addr_i];", f"  assign kek_o    = 256'h{int.from_bytes(kek, 'little'):064x};",
            f"  assign skip_o   = 8'd{SKIP};", f"  assign frames_o = 14'd{m.frames_run};",
            f"  assign wide_skip_o   = 8'd{WIDE_SKIP};", f"  assign wide_frames_o = 14'd{wide_frames};", "endmodule", ""]
    text, path = "\n".join(out), os.path.join(HERE, "ecc_selftest_rom.sv")
    if "--check" in sys.argv[1:]:
        with open(path, encoding="ascii") as f:
            if f.read() != text:
                sys.exit(f"{path}: differs from what {sys.argv[0]} makes; run it without --check")
        return
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def textbook(k, u):
    """k u by the ladder of RFC 7748 5, any k."""
    x2, z2, x3, z3 = 1, 0, u, 1
    for t in range(k.bit_length() - 1, -1, -1):
        if k >> t & 1:
            x2, x3, z2, z3 = x3, x2, z3, z2
        a, c = x2 + z2, x2 - z2
        da, cb = (x3 - z3) * a, (x3 + z3) * c
        x3, z3 = (da + cb) ** 2 % pr.X, u * (da - cb) ** 2 % pr.X
        x2, z2 = a * a * c * c % pr.X, (a * a - c * c) * (a * a + 121665 * (a * a - c * c)) % pr.X
        if k >> t & 1:
            x2, x3, z2, z3 = x3, x2, z3, z2
    return x2 * pow(z2, -1, pr.X) % pr.X


if __name__ == "__main__":
    main()
