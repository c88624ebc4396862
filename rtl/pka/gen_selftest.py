#!/usr/bin/env python3
"""Writes pka_selftest_rom.sv, or compares it (--check): the public-key engine's known answer.

The ROM holds a private key blob wrapped (RFC 5649) under a key-encryption key of its own and one ciphertext. The key's exponent is cut to 50
bits, so that the test takes a tenth of a real operation; the ciphertext is made with the inverse of that exponent, so that its decryption is
a PKCS#1 type 2 block with the premaster secret 03 03 02 03 04 .. 2f. The blob's e is 3, which does not belong to the exponent: the fault check
must notice. Then a modulus, an input, and its cube: the public operation. Everything follows from a fixed seed; nothing here is a secret.
"""
import hashlib
import os
import sys

LIMBS, LIMB_BITS, RADIX, SPLIT = 41, 25, 1 << 1037, 1 << 1025
EXP_LIMBS = 2
ROM_WORDS = 256


def stream(label):
    """Endless pseudo-random bytes."""
    n = 0
    while True:
        yield from hashlib.sha256(f"sluice pka self test {label} {n}".encode()).digest()
        n += 1


def number(source, bits):
    return int.from_bytes(bytes(next(source) for _ in range(bits // 8)), "big")


def is_prime(n):
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(label, d):
    """A 1024-bit prime for which the short exponent d has an inverse."""
    source = stream(label)
    n = number(source, 1024) | 3 << 1022 | 1
    while True:
        if all(n % a for a in (3, 5, 7, 11, 13)) and is_prime(n):
            try:
                pow(d, -1, n - 1)
                return n
            except ValueError:
                pass
        n += 2


def page(value, extra=0):
    words = [value >> (LIMB_BITS * i) & (1 << LIMB_BITS) - 1 for i in range(LIMBS)] + [extra]
    assert value >> (LIMB_BITS * LIMBS) == 0
    return b"".join(w.to_bytes(4, "little") for w in words)


def half(n, d, label):
    """The six pages that both primes have."""
    r = number(stream(label), 1024) % n
    return [page(n, -pow(n, -1, 1 << 17) % (1 << 17)), page(d, EXP_LIMBS - 1), page(pow(RADIX, 3, n)), page(SPLIT * pow(RADIX, 4, n) % n),
            page(pow(r, pow(d, -1, n - 1), n) * RADIX % n), page(pow(r, -1, n) * RADIX % n)]


def blob(p, q, d):
    qinv, n = pow(q, -1, p), p * q
    pages = half(p, d, "rp") + [page(qinv * RADIX**2 % p), page(-qinv * RADIX**4 % p)] + half(q, d, "rq") + [page(n % SPLIT), page(n // SPLIT)]
    head = b"KSA1" + (2048).to_bytes(2, "little") + bytes(2) + (3).to_bytes(4, "little") + bytes(4)
    return head + b"".join(pages)


def xtime(x):
    return (x << 1 ^ 0x11B if x & 0x80 else x << 1)


def make_sbox():
    log, alog, x = [0] * 256, [0] * 255, 1
    for i in range(255):
        alog[i], log[x] = x, i
        x ^= xtime(x)
    box = []
    for v in range(256):
        b = alog[-log[v] % 255] if v else 0
        box.append(b ^ 0x63 ^ (b << 1 | b >> 7) & 255 ^ (b << 2 | b >> 6) & 255 ^ (b << 3 | b >> 5) & 255 ^ (b << 4 | b >> 4) & 255)
    return box


SBOX = make_sbox()


def expand(key):
    """AES-256 round keys, FIPS 197 5.2."""
    w, rcon = [key[i:i + 4] for i in range(0, 32, 4)], 1
    for i in range(8, 60):
        t = w[-1]
        if i % 8 == 0:
            t = bytes(SBOX[b] for b in t[1:] + t[:1])
            t, rcon = bytes([t[0] ^ rcon]) + t[1:], xtime(rcon)
        elif i % 8 == 4:
            t = bytes(SBOX[b] for b in t)
        w.append(bytes(a ^ b for a, b in zip(w[-8], t)))
    return [b"".join(w[i:i + 4]) for i in range(0, 60, 4)]


def encrypt(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for r in range(1, 15):
        s = [SBOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r < 14:
            m = []
            for c in range(0, 16, 4):
                col = s[c:c + 4]
                m += [xtime(col[i]) ^ xtime(col[(i + 1) % 4]) ^ col[(i + 1) % 4] ^ col[(i + 2) % 4] ^ col[(i + 3) % 4] for i in range(4)]
            s = m
        s = [a ^ b for a, b in zip(s, keys[r])]
    return bytes(s)


def wrap(kek, plain):
    """RFC 5649 4.1 for a whole number of semiblocks."""
    keys, n = expand(kek), len(plain) // 8
    a, r = bytes.fromhex("A65959A6") + len(plain).to_bytes(4, "big"), [plain[i:i + 8] for i in range(0, len(plain), 8)]
    for j in range(6):
        for i in range(n):
            b = encrypt(keys, a + r[i])
            a, r[i] = (int.from_bytes(b[:8], "big") ^ (n * j + i + 1)).to_bytes(8, "big"), b[8:]
    return a + b"".join(r)


def main():
    d = number(stream("d"), 48) | 1 << 49 | 1
    p, q = prime("p", d), prime("q", d)
    lcm_inverse = [pow(d, -1, x - 1) for x in (p, q)]
    pms = bytes([3, 3]) + bytes(range(2, 48))
    em = int.from_bytes(b"\0\2" + bytes(1 + b % 255 for _, b in zip(range(205), stream("ps"))) + b"\0" + pms, "big")
    cp, cq = pow(em, lcm_inverse[0], p), pow(em, lcm_inverse[1], q)
    c = cq + (cp - cq) * pow(q, -1, p) % p * q
    assert pow(c, d, p * q) == em
    kek = bytes(b for _, b in zip(range(32), stream("kek")))
    wrapped = wrap(kek, blob(p, q, d))
    x = number(stream("x"), 2040)
    rom = wrapped + bytes(-len(wrapped) % 16) + b"".join(v.to_bytes(256, "big") for v in (c, p * q, x, pow(x, 3, p * q)))
    assert len(rom) <= 16 * ROM_WORDS
    out = ["// Generated by rtl/pka/gen_selftest.py. Do not edit.",
           "// Known answer of the public-key engine's self test: a wrapped key, a ciphertext, a public operation; see the generator for what they are.",
           "module pka_selftest_rom (", "  input  logic [7:0]   addr_i,", "  output logic [127:0] data_o,", "  output logic [255:0] kek_o",
           ");", f"  logic [127:0] rom [{ROM_WORDS}];", "  initial begin",
           f"    for (int i = 0; i < {ROM_WORDS}; i++) rom[i] = 128'd0;"]
    out += [f"    rom[{i // 16}] = 128'h{int.from_bytes(rom[i:i + 16], 'little'):032x};" for i in range(0, len(rom), 16)]
    out += ["  end", "  assign data_o = rom[addr_i];", f"  assign kek_o  = 256'h{int.from_bytes(kek, 'little'):064x};", "endmodule", ""]
    text, path = "\n".join(out), os.path.join(os.path.dirname(os.path.abspath(__file__)), "pka_selftest_rom.sv")
    if "--check" in sys.argv[1:]:
        with open(path, encoding="ascii") as f:
            if f.read() != text:
                sys.exit(f"{path}: differs from what {sys.argv[0]} makes; run it without --check")
        return
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


if __name__ == "__main__":
    main()
