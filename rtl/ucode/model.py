"""Runs assembled frames on numbers, bit-exact: what a register holds here is the value of its limbs in the array.

A frame: result = (A * B + q * N) / R with q = -A B / N mod R in [0, R). The quotient's digits are what the array's zero test looks at.
"""
DIGIT = 17


class Machine:
    """One context. regs: numbers; slots: captured digits as numbers; flags BAD, AUTH, FAULT are sticky."""

    def __init__(self, frames, consts, moduli, digits, comb=None, ecomb=None, bits=256):
        self.frames, self.consts, self.moduli, self.comb, self.ecomb = frames, consts, moduli, comb, ecomb
        self.digits, self.radix, self.bits = digits, 1 << DIGIT * digits, bits  # bits: of the curve's numbers
        self.inverse = [pow(-n, -1, self.radix) for n in moduli]
        self.regs, self.slots = [0] * 64, [0] * 4
        self.flags = {"BAD": 0, "AUTH": 0, "FAULT": 0}
        self.even = self.zero = self.pos = self.window = self.count = self.frames_run = 0
        self.pc, self.stack = 0, []
        self.widest = 0

    def _term(self, mode, addr):
        w = self.window & 15
        index = w & 7 if w & 8 else ~w & 7
        if mode == "reg":
            return self.regs[addr]
        if mode == "const":
            return self.consts[addr]
        if mode == "tab":
            return self.regs[addr + index]
        if mode == "swp":
            return self.regs[addr ^ (self.window ^ self.window >> 1) & 1]
        if mode == "ecomb":
            return self.ecomb[self.count + (addr >> 2)][index][addr & 3]
        return self.comb[self.count + (addr >> 1)][index][addr & 1]

    def _sum(self, terms):
        total = 0
        for mode, addr, fmod, c in terms:
            x = self._term(mode, addr) * c
            if fmod == "wneg" and not self.window >> 3 & 1 or fmod == "nege" and self.even:
                x = -x
            if fmod == "keepe" and not self.even or fmod == "keepnz" and self.zero:
                x = 0
            total += x
        return total

    def step(self):
        """One frame; returns False after the last."""
        f = self.frames[self.pc]
        n, mask = self.moduli[f.mod], (1 << DIGIT) - 1
        a, b = self._sum(f.a), self._sum(f.b)
        if max(abs(a), abs(b)) >= 1 << self.bits + 8:
            raise OverflowError(f"line {f.line}: factor of {max(abs(a), abs(b)).bit_length()} bits")
        self.widest = max(self.widest, abs(a).bit_length(), abs(b).bit_length())
        q = a * b * self.inverse[f.mod] % self.radix
        x = (a * b + q * n) // self.radix
        low, high = q & 0x1FFFF, q >> DIGIT
        zero = high == 0 and low < 256 or high == (self.radix >> DIGIT) - 1 and low >= 0x1FFFF - 255
        if f.test in ("z", "nz"):
            self.flags[("BAD", "AUTH", "FAULT")[f.flag]] |= zero == (f.test == "z")
        elif f.test == "nzflag":
            self.zero = zero
        elif f.test == "odd":
            self.even = not b & 1
        if f.cap is not None:
            if not 0 <= b < self.radix:
                raise OverflowError(f"line {f.line}: captured number out of range")
            self.slots[f.cap] = b | (f.cap_odd << self.bits)
        if f.win == "set":
            self.pos = f.win_val
        elif f.win == "step":
            self.pos -= f.win_val
        if f.win != "none":
            if self.pos >= 0:
                self.window = self.slots[0] >> self.pos & 31
        self.regs[f.dst + (self.count if f.dst_cnt else 0)] = x
        self.frames_run += 1
        if f.next == "loop" and self.count != f.count:
            self.count += 1
            self.pc = f.target
        elif f.next == "call":
            self.stack.append(self.pc + 1)
            self.pc = f.target
        elif f.next == "ret":
            self.pc = self.stack.pop()
        elif f.next == "end":
            return False
        else:
            if f.next == "loop":
                self.count = 0
            self.pc += 1
        return True

    def run(self, pc, limit=20000):
        self.pc, self.stack, self.count = pc, [], 0
        while self.step():
            if self.frames_run > limit:
                raise RuntimeError("program does not end")
