#!/usr/bin/env python3
"""Runs the ecc engine's programs, of both arrays, on numbers (rtl/ucode/model.py) and compares with arithmetic by the book.

    test_programs.py [ROUNDS]     random operations of each program (default 12), after the edge cases
"""
import hashlib
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import programs as pr  # noqa: E402  pylint: disable=wrong-import-position
import p384  # noqa: E402  pylint: disable=wrong-import-position
import model  # noqa: E402  pylint: disable=wrong-import-position


class Set:
    """A set of programs: the small array's (the prime curve in it is P-256), or P-384's."""

    def __init__(self, source):
        self.pr, self.curve = source, source.CURVE
        self.frames, self.labels, self.regs = source.assemble()
        self.comb, self.ecomb = source.comb(), source.ed_comb()

    def machine(self):
        return model.Machine(self.frames, list(self.pr.CONSTS.values()), list(self.pr.MODULI.values()), self.pr.DIGITS, self.comb, self.ecomb, self.pr.BITS)


SETS = {"p256": Set(pr), "x25519": None, "ed25519": None, "p384": Set(p384)}
SETS["x25519"] = SETS["ed25519"] = SETS["p256"]
REGS = SETS["p256"].regs
RNG = random.Random(20261121)
LENGTH = {}
FAILED = []


def run(entry, after=None, **inputs):
    """Runs a program; `after`: in the registers that another one left."""
    s = SETS[entry.split("_")[0]]
    m = after or s.machine()
    m.frames_run = 0
    if not after:
        m.regs = [RNG.getrandbits(s.pr.BITS) for _ in m.regs]
    for name, value in inputs.items():
        m.regs[s.regs[name]] = value
    m.run(s.labels[entry])
    if LENGTH.setdefault(entry, m.frames_run) != m.frames_run:
        FAILED.append(f"{entry}: length depends on operands")
    return m


def check(ok, what):
    if not ok:
        FAILED.append(what)


def lam(bits=256):
    return RNG.getrandbits(bits - 1) | 1


def nonce(c):
    return RNG.getrandbits(c.bits), RNG.getrandbits(128)


def good(m):
    return not any(m.flags.values())


def x25519(k, u):
    """RFC 7748 5, by affine-free textbook ladder."""
    p = pr.X
    x2, z2, x3, z3 = 1, 0, u, 1
    for t in range(254, -1, -1):
        b = k >> t & 1
        if b:
            x2, x3, z2, z3 = x3, x2, z3, z2
        a, c = x2 + z2, x2 - z2
        aa, bb = a * a, c * c
        da, cb = (x3 - z3) * a, (x3 + z3) * c
        x3, z3 = (da + cb) ** 2 % p, u * (da - cb) ** 2 % p
        x2, z2 = aa * bb % p, (aa - bb) * (aa + 121665 * (aa - bb)) % p
        if b:
            x2, x3, z2, z3 = x3, x2, z3, z2
    return x2 * pow(z2, -1, p) % p if z2 else 0


def clamp(k):
    return k & ((1 << 255) - 8) | 1 << 254


def random_point(c):
    return c.mul(RNG.randrange(1, c.n), c.g)


def zero_x_point(c):
    """(0, sqrt(b)): the coordinate whose canonical form needs the zero test."""
    return 0, pow(c.b, (c.p + 1) // 4, c.p)


def test_keygen(c):
    lo, hi = nonce(c)
    m = run(f"{c.name}_keygen", K0=lo, K1=hi, L=lam(c.bits))
    k = (lo + (hi << c.bits)) % c.n
    check(good(m) and (m.slots[3], (m.slots[1], m.slots[2])) == (k, c.mul(k, c.g)), "keygen")


def test_key(c, k=None):
    k = k or RNG.randrange(1, c.n)
    x, y = c.mul(k, c.g)
    check(good(run(f"{c.name}_key", K0=k, U=x, V=y, L=1)), "key")
    for bad in ((x ^ 1, y), (x, c.p - y), (y, x)):
        check(run(f"{c.name}_key", K0=k, U=bad[0], V=bad[1], L=1).flags["BAD"], "key with another point")


def test_ecdh(c, k=None, p=None):
    k, p = k or RNG.randrange(1, c.n), p or random_point(c)
    m = run(f"{c.name}_ecdh", K0=k, U=p[0], V=p[1], L=lam(c.bits))
    check(good(m) and m.slots[1] == c.mul(k, p)[0], "ecdh")


def test_respond(c):
    (lo, hi), p = nonce(c), random_point(c)
    m = run(f"{c.name}_respond", K0=lo, K1=hi, U=p[0], V=p[1], L=lam(c.bits))
    k = (lo + (hi << c.bits)) % c.n
    check(good(m) and (m.slots[1], m.slots[2]) == c.mul(k, c.g) and m.slots[3] == c.mul(k, p)[0], "respond")


def test_mul(c, k=None, p=None):
    k, p = RNG.getrandbits(c.bits) if k is None else k, p or random_point(c)
    want = c.mul(k % c.n, p)
    m = run(f"{c.name}_mul", K0=k, U=p[0], V=p[1], L=lam(c.bits))
    if want is None:
        check(m.flags["BAD"], "mul: infinity")
    else:
        check(good(m) and (m.slots[1], m.slots[2]) == want, f"mul {k:x}")


def test_sign(c, d=None, e=None):
    (lo, hi), d, e = nonce(c), d or RNG.randrange(1, c.n), RNG.getrandbits(c.bits) if e is None else e
    m = run(f"{c.name}_sign", K0=lo, K1=hi, L=lam(c.bits), D=d, E=e)
    k = (lo + (hi << c.bits)) % c.n
    r = c.mul(k, c.g)[0] % c.n
    check(good(m) and (m.slots[1], m.slots[2]) == (r, pow(k, -1, c.n) * (e + r * d) % c.n), "sign")


def signature(c, d, e):
    k = RNG.randrange(1, c.n)
    r = c.mul(k, c.g)[0] % c.n
    return r, pow(k, -1, c.n) * (e + r * d) % c.n


def verify(c, r, s, q, e):
    return run(f"{c.name}_verify", E=r, S=s, U=q[0], V=q[1], D=e, L=1)


def test_verify(c, e=None):
    d, e = RNG.randrange(1, c.n), RNG.getrandbits(c.bits) if e is None else e
    q, (r, s) = c.mul(d, c.g), signature(c, d, e)
    check(good(verify(c, r, s, q, e)), "verify")
    check(good(verify(c, r, c.n - s, q, e)), "verify with -s")
    check(verify(c, r, s, q, e ^ 1 << RNG.randrange(c.bits - 6)).flags["AUTH"], "verify another digest")
    check(verify(c, r ^ 1, s, q, e).flags["AUTH"], "verify another r")
    check(verify(c, r, s ^ 2, q, e).flags["AUTH"], "verify another s")


def test_x25519():
    k, u = clamp(RNG.getrandbits(256)), RNG.getrandbits(255)
    m = run("x25519_ecdh", K0=k, U=u, L=lam())
    check(good(m) and m.slots[1] == x25519(k, u), "x25519")
    m = run("x25519_keygen", K0=k, L=lam())
    check(good(m) and (m.slots[0], m.slots[1]) == (k, x25519(k, 9)), "x25519 keygen")
    m = run("x25519_respond", K0=k, U=u, L=lam())
    check(good(m) and (m.slots[1], m.slots[3]) == (x25519(k, 9), x25519(k, u)), "x25519 respond")


def sha512(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def halves(x):
    return x & (1 << 256) - 1, x >> 256


def ed25519_key(seed):
    """RFC 8032 5.1.5: scalar, prefix, public key."""
    h = hashlib.sha512(seed).digest()
    a = clamp(int.from_bytes(h[:32], "little"))
    return a, h[32:], pr.ed_encode(pr.ed_mul(a)).to_bytes(32, "little")


def ed25519_sign(seed, message):
    """RFC 8032 5.1.6, with the second program's inputs."""
    a, prefix, pub = ed25519_key(seed)
    r = sha512(prefix, message)
    point = pr.ed_encode(pr.ed_mul(r % pr.Q))
    k = sha512(point.to_bytes(32, "little"), pub, message)
    return a, r, k, point, (r + k * a) % pr.Q


def test_ed25519(seed=None, message=None):
    seed = seed or RNG.randbytes(32)
    message = RNG.randbytes(RNG.randrange(257)) if message is None else message
    a, _, pub = ed25519_key(seed)
    y = int.from_bytes(pub, "little")
    u, v = y & (1 << 255) - 1, y >> 255
    check(good(run("ed25519_key", K0=a, U=u, V=v, L=1)), "ed25519 key")
    for bad in ((u ^ 1, v), (u, v ^ 1), (pr.X - u, v), (0, v)):
        check(run("ed25519_key", K0=a, U=bad[0], V=bad[1], L=1).flags["BAD"], "ed25519 key with another point")
    a, r, k, point, s = ed25519_sign(seed, message)
    ed25519_parts(a, r, k, point, s)
    return point.to_bytes(32, "little") + s.to_bytes(32, "little")


def ed25519_parts(a, r, k, point, s):
    m = run("ed25519_nonce", K0=halves(r)[0], K1=halves(r)[1], L=lam(), D=a)
    check(good(m) and m.slots[2] == point, "ed25519 nonce")
    inputs = dict(zip(("U", "V", "C0", "C1", "E", "S"), halves(k) * 2 + halves(r)))
    regs = list(m.regs)
    check(good(run("ed25519_sum", after=m, **inputs)) and m.slots[3] == s, "ed25519 sum")
    for name in ("K0", "KM", *inputs):  # every second computation is compared with the first
        m.regs = list(regs)
        m.flags["FAULT"] = 0
        m.regs[REGS[name]] += 1 << 30
        run("ed25519_sum", after=m, **{n: x for n, x in inputs.items() if n != name}, **({name: m.regs[REGS[name]]} if name in inputs else {}))
        check(m.flags["FAULT"], f"ed25519 sum with a damaged {name}")


def ed25519_edges():
    q = pr.Q
    for r in (1, 2, 3, q - 1, q - 2, q + 1, (q + 1) // 2, 15, 16, 17, 1 << 252, q << 200 | 5, (1 << 512) - 1):
        for a in (8 << 251, (1 << 255) - 8):
            for k in (1, q - 1, (1 << 512) - 1):
                ed25519_parts(a, r, k, pr.ed_encode(pr.ed_mul(r % q)), (r + k * a) % q)
    for r in (0, q, q << 250):
        check(run("ed25519_nonce", K0=halves(r)[0], K1=halves(r)[1], L=lam(), D=1).flags["FAULT"], "ed25519: nonce of zero")
    # RFC 8032 7.1, tests 1 and 2
    for seed, message, want in (
            ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
            ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")):
        check(test_ed25519(bytes.fromhex(seed), bytes.fromhex(message)).hex() == want, "RFC 8032 7.1")


def prime_edges(c):
    n = c.n
    for k in (1, 2, 3, n - 1, n - 2, (n + 1) // 2, 15, 16, 17, 1 << c.bits - 1):
        test_ecdh(c, k)
        test_mul(c, k)
    for k in (0, n, n + 1, (1 << c.bits) - 1):
        test_mul(c, k)
        if k % n:
            test_ecdh(c, k)
        else:
            check(run(f"{c.name}_ecdh", K0=k, U=c.g[0], V=c.g[1], L=lam(c.bits)).flags["BAD"], "ecdh: infinity")
    for k in (1, 2, n - 1, RNG.randrange(1, n)):
        test_key(c, k)
    p = zero_x_point(c)
    inv3 = pow(3, -1, n)
    for k, q in ((1, p), (n - 1, p), (3, c.mul(inv3, p)), (2, c.g), (n - 1, c.g)):
        test_mul(c, k, q)
        test_ecdh(c, k, q)
    for x, y in ((c.g[0], c.g[1] ^ 1), (0, 0), (1, 1), (c.g[0] + 1, c.g[1])):
        check(run(f"{c.name}_mul", K0=5, U=x, V=y, L=lam(c.bits)).flags["BAD"], "point off the curve")
        check(run(f"{c.name}_ecdh", K0=5, U=x, V=y, L=lam(c.bits)).flags["BAD"], "point off the curve")
        check(run(f"{c.name}_respond", K0=5, K1=0, U=x, V=y, L=lam(c.bits)).flags["BAD"], "point off the curve")
        check(run(f"{c.name}_verify", E=5, S=6, U=x, V=y, D=7, L=1).flags["BAD"], "point off the curve")
    for e in (0, 1, n - 1, n, (1 << c.bits) - 1):
        test_sign(c, 1, e)
        test_sign(c, n - 1, e)
        test_verify(c, e)
    check(run(f"{c.name}_keygen", K0=n, K1=0, L=lam(c.bits)).flags["FAULT"], "nonce of zero")
    check(run(f"{c.name}_sign", K0=0, K1=0, L=lam(c.bits), D=1, E=1).flags["FAULT"], "nonce of zero")
    # u1 G + u2 Q at infinity, and both points the same
    d, r = 12345, 777
    check(verify(c, r, 99, c.mul(d, c.g), -r * d % n).flags["AUTH"], "verify at infinity")
    check(verify(c, r, 99, c.mul(d, c.g), r * d % n).flags["AUTH"], "verify with two equal points")
    # x of the sum is zero: r = p mod n would pass if p were not taken for zero
    r, s, e = c.p - n, 1 + RNG.randrange(n - 1), 5
    q = c.add(c.mul(s, zero_x_point(c)), c.mul(n - e, c.g))
    check(verify(c, r, s, c.mul(pow(r, -1, n), q), e).flags["AUTH"], "verify with x = 0")


def edges():
    ed25519_edges()
    prime_edges(SETS["p256"].curve)
    prime_edges(SETS["p384"].curve)
    for u in (0, 1, pr.X - 1, pr.X, pr.X + 1, 325606250916557431795983626356110631294008115727848805560023387167927233504,
              39382357235489614581723060781553021112529911719440698176882885853963445705823):
        m = run("x25519_ecdh", K0=clamp(RNG.getrandbits(256)), U=u, L=lam())
        check(m.flags["BAD"], f"low order {u:x}")
    for u in (pr.X + 2, 2**255 - 1):
        k = clamp(RNG.getrandbits(256))
        check(run("x25519_ecdh", K0=k, U=u, L=lam()).slots[1] == x25519(k, u), "u that is not reduced")
    k = 0x449a44ba44226a50185afcc10a4c1462dd5e46824b15163b9d7c52f06be346a5
    u = 0x4c1cabd0a603a9103b35b326ec2466727c5fb124a4c19435db3030586768dbe6 & (1 << 255) - 1
    check(run("x25519_ecdh", K0=clamp(k), U=u, L=lam()).slots[1] == 0x5285a2775507b454f7711c4903cfec324f088df24dea948e90c6e99d3755dac3,
          "RFC 7748 5.2")


def faults():
    """Damage to one product anywhere in a program that answers is noticed, but for where it cannot matter."""
    for entry, inputs in (("p256_keygen", {"K0": 5, "K1": 7}), ("x25519_ecdh", {"K0": clamp(77), "U": 9}), ("p256_ecdh", {"K0": 5, "U": pr.G[0], "V": pr.G[1]}),
                          ("ed25519_nonce", {"K0": 5, "K1": 7}), ("p384_keygen", {"K0": 5, "K1": 7}),
                          ("p384_ecdh", {"K0": 5, "U": p384.G[0], "V": p384.G[1]})):
        s = SETS[entry.split("_")[0]]
        for _ in range(12):
            m = s.machine()
            for name, value in dict(inputs, L=lam()).items():
                m.regs[s.regs[name]] = value
            at = RNG.randrange(200, LENGTH[entry] - 20)
            m.pc = s.labels[entry]
            while m.step():
                if m.frames_run == at:
                    f = m.frames[m.pc]
                    dst = f.dst
                    m.step()
                    m.regs[dst] += 1 << 20
            dead = f.dst == s.regs["T0"] or f.b == [] or f.a == []
            check(dead or m.flags["FAULT"] or m.flags["BAD"], f"{entry}: damage in frame {at} ({f.text})")


def main():
    edges()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 12):
        for name in ("p256", "p384"):
            for test in (test_keygen, test_ecdh, test_respond, test_mul, test_sign, test_verify):
                test(SETS[name].curve)
        test_x25519()
        test_ed25519()
    faults()
    for entry in pr.ENTRIES + p384.ENTRIES:
        print(f"{entry:16} {LENGTH[entry]:6} frames")
    print(f"{len(SETS['p256'].frames)} and {len(SETS['p384'].frames)} words of {pr.LAYOUT.bits} bits; {len(FAILED)} failed")
    for f in sorted(set(FAILED)):
        print("FAILED", f)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
