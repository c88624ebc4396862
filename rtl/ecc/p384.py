"""Constants and programs of P-384 (SP 800-186 3.2.1.4), of the ecc engine's wide array; what programs.py is for the small one."""
from prime_curve import LAYOUT, PrimeCurve

P = 2**384 - 2**128 - 2**96 + 2**32 - 1
N = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973
B = 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef
G = (0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
     0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f)
BITS, LIMBS, DIGITS = 384, 16, 24
CURVE = PrimeCurve("p384", "p384.uc", BITS, DIGITS, P, N, B, G)
RADIX = CURVE.radix
MODULI = {"P": P, "N": N}
CONSTS = CURVE.consts()
ENTRIES = CURVE.entries
point_add, point_mul, comb = CURVE.add, CURVE.mul, CURVE.comb


def assemble():
    """Frames, labels, registers."""
    return CURVE.assemble(CONSTS, MODULI)


def ed_comb():
    """There is no second table."""
    return None
