"""Constants, fixed-base tables and programs of the ecc engine's small array: what gen_rom.py writes and what test_programs.py runs."""
from prime_curve import LAYOUT, PrimeCurve

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
BITS, LIMBS, DIGITS = 256, 11, 16
CURVE = PrimeCurve("p256", "ecc.uc", BITS, DIGITS, P, N, B, G)
RADIX = CURVE.radix
MODULI = {"P": P, "N": N, "X": X, "Q": Q}
CONSTS = CURVE.consts() | {
    "ONEX": RADIX % X, "R2X": RADIX**2 % X, "A24X": 121665 * RADIX % X, "AX": 486662 * RADIX % X, "NINEX": 9 * RADIX % X,
    "QQ": Q, "ONEQ": RADIX % Q, "R2Q": RADIX**2 % Q, "H2Q": (RADIX**2 << 256) % Q, "TOP": 1 << 255,
}
ENTRIES = CURVE.entries + ("x25519_keygen", "x25519_ecdh", "x25519_respond", "ed25519_key", "ed25519_nonce", "ed25519_sum")
point_add, point_mul, comb = CURVE.add, CURVE.mul, CURVE.comb


def assemble():
    """Frames, labels, registers."""
    return CURVE.assemble(CONSTS, MODULI)


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
