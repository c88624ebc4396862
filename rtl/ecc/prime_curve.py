"""A prime curve with a = -3 by the book, its fixed-base table and its programs: prime.uc and the curve's own file."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "ucode"))
import asm  # noqa: E402  pylint: disable=wrong-import-position

LAYOUT = asm.Layout(max_terms=5, reg_bits=6, pc_bits=10)
PROGRAMS = ("keygen", "ecdh", "respond", "mul", "sign", "verify", "key")


class PrimeCurve:
    """name: what its programs' labels begin with; source: file that stands behind prime.uc."""

    def __init__(self, name, source, bits, digits, p, n, b, g):
        self.name, self.source, self.bits, self.digits = name, source, bits, digits
        self.p, self.n, self.b, self.g = p, n, b, g
        self.radix = 1 << 17 * digits
        self.rows = bits // 8          # of the fixed-base table: two digits each
        self.entries = tuple(f"{name}_{x}" for x in PROGRAMS)

    def consts(self):
        """Constants that prime.uc names."""
        p, n, r = self.p, self.n, self.radix
        return {"ONE": 1, "ONEP": r % p, "R2P": r**2 % p, "BP": self.b * r % p, "B1P": (self.b + 1) * r % p, "PP": p,
                "NN": n, "ONEN": r % n, "R2N": r**2 % n, "H2N": (r**2 << self.bits) % n}

    def assemble(self, consts, moduli):
        """Frames, labels, registers."""
        a = asm.Assembler({name: i for i, name in enumerate(consts)}, list(moduli))
        values = {"TOP_DIGIT": self.bits - 3, "NEXT_DIGIT": self.bits - 7, "COMB_ODD": self.rows - 2, "COMB_EVEN": self.rows - 1,
                  "MUL_LOOP": 2 * self.rows - 2}
        text = "".join(f".set {name} {value}\n" for name, value in values.items())
        for source in ("prime.uc", self.source):
            with open(os.path.join(HERE, source), encoding="ascii") as f:
                text += f.read().replace("prime_", self.name + "_")
        return a.assemble(text), a.labels, a.regs

    def add(self, p, q):
        """Affine addition; None is the point at infinity."""
        if p is None or q is None:
            return p or q
        f = self.p
        if p[0] == q[0] and (p[1] + q[1]) % f == 0:
            return None
        m = ((3 * p[0] ** 2 - 3) * pow(2 * p[1], -1, f) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, f)) % f
        x = (m * m - p[0] - q[0]) % f
        return x, (m * (p[0] - x) - p[1]) % f

    def mul(self, k, p):
        """k p."""
        out = None
        while k:
            if k & 1:
                out = self.add(out, p)
            p, k = self.add(p, p), k >> 1
        return out

    def comb(self):
        """comb()[row][i] = (2 i + 1) 256^(rows - 1 - row) G, affine, Montgomery form."""
        rows, base = [], self.g
        for _ in range(self.rows):
            two, entry, row = self.add(base, base), base, []
            for _ in range(8):
                row.append(tuple(c * self.radix % self.p for c in entry))
                entry = self.add(entry, two)
            rows.insert(0, row)
            base = self.mul(256, base)
        return rows
