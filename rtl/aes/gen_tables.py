#!/usr/bin/env python3
"""Writes the AES table includes of this folder from the field arithmetic of FIPS 197.

    python3 rtl/aes/gen_tables.py            rewrite aes_te.svh and aes_td.svh
    python3 rtl/aes/gen_tables.py --check    exit 1 when a file differs from what would be written

The tables are `initial` assignments inside an include rather than $readmemh files, so a model needs no file at run time.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def mul(a, b):
    """Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    r = 0
    while b:
        if b & 1:
            r ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return r


def sbox():
    """The S-box: inverse in GF(2^8), then the affine map of FIPS 197 5.1.1."""
    box = []
    for x in range(256):
        inv = next((y for y in range(256) if mul(x, y) == 1), 0)
        out = 0
        for i in range(8):
            bit = 0x63 >> i
            for k in (0, 4, 5, 6, 7):
                bit ^= inv >> ((i + k) % 8)
            out |= (bit & 1) << i
        box.append(out)
    return box


def word(b0, b1, b2, b3):
    """A column: row 0 in bits 7:0."""
    return b0 | b1 << 8 | b2 << 16 | b3 << 24


def table(name, bits, values, what):
    digits = bits // 4
    lines = [f"  // {what}", f"  logic [{bits - 1}:0] {name} [256];", "  initial begin"]
    per = 4 if bits == 32 else 8
    for i in range(0, 256, per):
        lines.append("    " + " ".join(f"{name}[{j}] = {bits}'h{values[j]:0{digits}x};" for j in range(i, i + per)))
    return lines + ["  end"]


def files():
    s = sbox()
    inv = [s.index(x) for x in range(256)]
    head = "// Written by rtl/aes/gen_tables.py: change that, not this. {}\n"
    te = [word(mul(2, v), v, v, mul(3, v)) for v in s]
    td = [word(mul(14, v), mul(9, v), mul(13, v), mul(11, v)) for v in inv]
    yield "aes_te.svh", head.format("Included inside a module.") + "\n".join(
        table("te", 32, te, "MixColumns of (S-box, 0, 0, 0), row 0 in bits 7:0; bits 15:8 are the S-box itself")) + "\n"
    yield "aes_td.svh", head.format("Included inside a module.") + "\n".join(
        table("td", 32, td, "InvMixColumns of (inverse S-box, 0, 0, 0), row 0 in bits 7:0") +
        table("si", 8, inv, "inverse S-box")) + "\n"


def main():
    bad = 0
    for name, text in files():
        path = os.path.join(HERE, name)
        if "--check" in sys.argv:
            if not os.path.exists(path) or open(path).read() != text:
                print(f"{name} is not what gen_tables.py writes")
                bad = 1
        else:
            open(path, "w").write(text)
    return bad


if __name__ == "__main__":
    sys.exit(main())
