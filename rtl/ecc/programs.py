"""Constants, fixed-base tables and programs of the ecc engine: what gen_rom.py writes and what test_programs.py runs."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "ucode"))
import asm  # noqa: E402  pylint: disable=wrong-import-position

P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
X = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493  # order of Ed25519's base point
D = -121665 * pow(121666, -1, X) % X
EB = (0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a,
      0x6666666666666666666666666666666666666666666666666666666666666658)
LIMBS, LIMB_BITS, DIGITS = 11, 25, 16
RADIX = 1 << 17 * DIGITS
MODULI = {"P": P, "N": N, "X": X, "Q": Q}
CONSTS = {
    "ONE": 1, "ONEP": RADIX % P, "R2P": RADIX**2 % P, "BP": B * RADIX % P, "B1P": (B + 1) * RADIX % P, "PP": P,
    "NN": N, "ONEN": RADIX % N, "R2N": RADIX**2 % N, "H2N": (RADIX**2 << 256) % N,
    "ONEX": RADIX % X, "R2X": RADIX**2 % X, "A24X": 121665 * RADIX % X, "AX": 486662 * RADIX % X, "NINEX": 9 * RADIX % X,
    "QQ": Q, "ONEQ": RADIX % Q, "R2Q": RADIX**2 % Q, "H2Q": (RADIX**2 << 256) % Q, "TOP": 1 << 255,
}
ENTRIES = ("p256_keygen", "p256_ecdh", "p256_respond", "p256_mul", "p256_sign", "p256_verify", "p256_key", "x25519_keygen", "x25519_ecdh", "x25519_respond",
           "ed25519_key", "ed25519_nonce", "ed25519_sum")
LAYOUT = asm.Layout(max_terms=5, reg_bits=6, pc_bits=10)


def assemble():
    """Frames and labels."""
    a = asm.Assembler({name: i for i, name in enumerate(CONSTS)}, list(MODULI))
    with open(os.path.join(HERE, "ecc.uc"), encoding="ascii") as f:
        return a.assemble(f.read()), a.labels, a.regs


def point_add(p, q):
    """Affine addition on P-256; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    m = ((3 * p[0] ** 2 - 3) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)) % P
    x = (m * m - p[0] - q[0]) % P
    return x, (m * (p[0] - x) - p[1]) % P


def point_mul(k, p):
    """k p."""
    out = None
    while k:
        if k & 1:
            out = point_add(out, p)
        p, k = point_add(p, p), k >> 1
    return out


def comb():
    """comb()[row][i] = (2 i + 1) 256^(31 - row) G, affine, Montgomery form."""
    rows, base = [], G
    for _ in range(32):
        two, entry, row = point_add(base, base), base, []
        for _ in range(8):
            row.append(tuple(c * RADIX % P for c in entry))
            entry = point_add(entry, two)
        rows.insert(0, row)
        base = point_mul(256, base)
    return rows


def ed_add(p, q):
    """Affine addition on Ed25519 (RFC 8032 5.1.4's curve); (0, 1) is the neutral one."""
    m = D * p[0] * q[0] * p[1] * q[1] % X
    return ((p[0] * q[1] + q[0] * p[1]) * pow(1 + m, -1, X) % X,
            (p[1] * q[1] + p[0] * q[0]) * pow(1 - m, -1, X) % X)


def ed_mul(k, p=EB):
    """k p."""
    out = (0, 1)
    while k:
        if k & 1:
            out = ed_add(out, p)
        p, k = ed_add(p, p), k >> 1
    return out


def ed_encode(p):
    """RFC 8032 5.1.2, as a number."""
    return p[1] | (p[0] & 1) << 255


def ed_comb():
    """comb()'s table for Ed25519's base point: x, y, 2 d x y of (2 i + 1) 256^(31 - row) B, Montgomery form."""
    rows, base = [], EB
    for _ in range(32):
        two, entry, row = ed_add(base, base), base, []
        for _ in range(8):
            row.append(tuple(c * RADIX % X for c in (*entry, 2 * D * entry[0] * entry[1])))
            entry = ed_add(entry, two)
        rows.insert(0, row)
        base = ed_mul(256, base)
    return rows
