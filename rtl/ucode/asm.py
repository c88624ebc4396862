"""Assembler of the Montgomery arrays' frame programs: readable source to instruction words.

A program is a list of frames. A frame multiplies two sums of registers and constants modulo the modulus in force:

    Q1 = (tD - tA - tB) * (tB - 3*tP + 3*tF)  | test nz BAD, loop again 62

    name:                      label
    .reg a b c / .regs T[8]    names registers; .at N sets the next number
    .mod NAME                  modulus of the following frames
    .set NAME N                a number by name, for win, step, rep and loop
    .macro m X Y ... .endm     text macro; {X} stands for the argument in parentheses; `!m arg, arg` uses it
    dst = A * B                A, B: sums of terms with small coefficients; 0 is the empty sum; dst T[1+cnt]: register T + 1 + loop counter

Terms: a register or constant; tab(T): T + window index; swp(r): r or its neighbour by the swap bit; comb(c, off): coordinate c of the fixed-base
table, row loop counter + off; ecomb(c, off): the second table's, of up to four numbers. Wrapped in: wneg() negated by the window's sign; nege() negated, keepe() kept, when the last parity was even; keepnz() dropped after a
test that found zero. Attributes after |: test z|nz FLAG, test z NZ, test odd EVEN; cap SLOT [odd]; win POS; step N; rep N (run the frame N times);
loop LABEL N (jump N times); call LABEL; ret; end. The layout (Layout) turns frames into words; rtl/ucode/model.py runs them on numbers.
"""
import ast
import re

COEFS = (1, 2, 3, 4, 8, 6, 9, 12)
MODES = ("reg", "const", "tab", "swp", "comb", "ecomb")
FLAGMODS = ("none", "wneg", "nege", "keepe", "keepnz")
TESTS = ("none", "z", "nz", "nzflag", "odd")
NEXTS = ("next", "loop", "call", "ret", "end")
FLAGS = ("BAD", "AUTH", "FAULT")
WINOPS = ("none", "set", "step")


class Error(Exception):
    pass


class Frame:
    """One instruction. Terms are (mode, address, flagmod) -> coefficient."""

    def __init__(self, line, mod):
        self.line, self.mod = line, mod
        self.a, self.b = [], []
        self.dst, self.dst_cnt = 0, 0
        self.test, self.flag = "none", 0
        self.cap, self.cap_odd = None, 0
        self.win, self.win_val = "none", 0
        self.next, self.target, self.count = "next", 0, 0
        self.text = ""


class Lin:
    """A sum of terms."""

    def __init__(self, terms=None):
        self.terms = dict(terms or {})

    def add(self, other, k=1):
        out = Lin(self.terms)
        for t, c in other.terms.items():
            out.terms[t] = out.terms.get(t, 0) + k * c
            if out.terms[t] == 0:
                del out.terms[t]
        return out

    def wrap(self, mod):
        if any(t[2] != "none" for t in self.terms):
            raise Error("a term can carry one modifier")
        return Lin({(m, a, mod): c for (m, a, _), c in self.terms.items()})


class Assembler:
    def __init__(self, consts, mods, max_terms=5, registers=64):
        self.consts, self.mods, self.max_terms, self.registers = consts, mods, max_terms, registers
        self.regs, self.labels, self.frames, self.macros = {}, {}, [], {}
        self.next_reg, self.mod = 0, 0
        self.values = {}

    # ---- expressions
    def _term(self, mode, addr):
        return Lin({(mode, addr, "none"): 1})

    def _name(self, node):
        if isinstance(node, ast.Name) and node.id in self.regs:
            return self.regs[node.id]
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in self.regs and \
                isinstance(node.slice, ast.Constant):
            return self.regs[node.value.id] + node.slice.value
        raise Error("register expected")

    def _lin(self, node):
        if isinstance(node, ast.Constant):
            return node.value if node.value else Lin()
        if isinstance(node, ast.Name) and node.id in self.consts:
            return self._term("const", self.consts[node.id])
        if isinstance(node, (ast.Name, ast.Subscript)):
            return self._term("reg", self._name(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Lin().add(self._lin(node.operand), -1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            return self._lin(node.left).add(self._lin(node.right), 1 if isinstance(node.op, ast.Add) else -1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            k, x = self._lin(node.left), self._lin(node.right)
            if not isinstance(k, int) or not isinstance(x, Lin):
                raise Error("a coefficient stands on the left")
            return Lin().add(x, k)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            f = node.func.id
            if f in ("tab", "swp"):
                return self._term(f, self._name(node.args[0]))
            if f in ("comb", "ecomb"):
                return self._term(f, node.args[0].value + (2 if f == "comb" else 4) * node.args[1].value)
            if f in FLAGMODS:
                return self._lin(node.args[0]).wrap(f)
        raise Error("cannot read the expression")

    def _product(self, text):
        node = ast.parse(text.strip(), mode="eval").body
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
            raise Error("a frame is a product")
        out = []
        for side in (node.left, node.right):
            lin = self._lin(side)
            if not isinstance(lin, Lin):
                raise Error("a factor is a sum of terms; the constant one has a name")
            if len(lin.terms) > self.max_terms:
                raise Error(f"{len(lin.terms)} terms in one factor")
            for c in lin.terms.values():
                if abs(c) not in COEFS:
                    raise Error(f"coefficient {c}")
            out.append([(m, a, f, c) for (m, a, f), c in lin.terms.items()])
        return out

    # ---- source
    def _number(self, word):
        return self.values[word] if word in self.values else int(word)

    def _attribute(self, f, words):
        k = words[0]
        if k == "test":
            if words[1:] == ["z", "NZ"]:
                f.test = "nzflag"
            elif words[1:] == ["odd", "EVEN"]:
                f.test = "odd"
            else:
                f.test, f.flag = words[1], FLAGS.index(words[2])
                if f.test not in ("z", "nz"):
                    raise Error("test")
        elif k == "cap":
            f.cap, f.cap_odd = int(words[1]), int(words[2:] == ["odd"])
        elif k in ("win", "step"):
            f.win, f.win_val = ("set" if k == "win" else "step"), self._number(words[1])
        elif k == "rep":
            f.next, f.target, f.count = "loop", len(self.frames), self._number(words[1]) - 1
        elif k == "loop":
            f.next, f.target, f.count = "loop", words[1], self._number(words[2])
        elif k == "call":
            f.next, f.target = "call", words[1]
        elif k in ("ret", "end"):
            f.next = k
        else:
            raise Error(f"attribute {k}")

    def _statement(self, text, line):
        if text.endswith(":"):
            if text[:-1] in self.labels:
                raise Error("label twice")
            self.labels[text[:-1]] = len(self.frames)
        elif text.startswith(".at"):
            self.next_reg = int(text.split()[1])
        elif text.startswith(".set"):
            name, value = text.split()[1:]
            self.values[name] = int(value)
        elif text.startswith(".reg"):
            for w in text.split()[1:]:
                m = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", w)
                self.regs[m[1]] = self.next_reg
                self.next_reg += int(m[2] or 1)
                if self.next_reg > self.registers:
                    raise Error("out of registers")
        elif text.startswith(".mod"):
            self.mod = self.mods.index(text.split()[1])
        elif text.startswith("!"):
            name, _, rest = text[1:].partition(" ")
            params, body = self.macros[name]
            args = [x.strip() for x in re.split(r",(?![^(]*\))", rest)] if rest.strip() else []
            if len(args) != len(params):
                raise Error(f"macro {name} takes {len(params)} arguments")
            for b in body:
                self._statement(re.sub(r"\{(\w+)\}", lambda m: f"({args[params.index(m[1])]})", b), line)
        else:
            left, _, attrs = text.partition("|")
            dst, _, rhs = left.partition("=")
            f = Frame(line, self.mod)
            f.text = " ".join(text.split())
            m = re.fullmatch(r"(\w+)(?:\[(\d+)?\+?(cnt)?\])?", dst.strip())
            if not m or m[1] not in self.regs:
                raise Error(f"destination {dst}")
            f.dst = self.regs[m[1]]
            f.dst += int(m[2] or 0)
            f.dst_cnt = int(m[3] is not None)
            f.a, f.b = self._product(rhs)
            for a in attrs.split(","):
                if a.strip():
                    self._attribute(f, a.split())
            self.frames.append(f)

    def assemble(self, source):
        macro = None
        for n, raw in enumerate(source.splitlines(), 1):
            text = raw.split(";")[0].strip()
            if not text:
                continue
            try:
                if text.startswith(".macro"):
                    macro = text.split()[1:]
                    self.macros[macro[0]] = (macro[1:], [])
                elif text == ".endm":
                    macro = None
                elif macro:
                    self.macros[macro[0]][1].append(text)
                else:
                    self._statement(text, n)
            except (Error, SyntaxError, ValueError, IndexError, KeyError) as e:
                raise Error(f"line {n}: {text}: {e}") from e
        for f in self.frames:
            if isinstance(f.target, str):
                if f.target not in self.labels:
                    raise Error(f"line {f.line}: no label {f.target}")
                f.target = self.labels[f.target]
        return self.frames


class Layout:
    """Fields of an instruction word, in order from bit 0."""

    def __init__(self, max_terms, reg_bits, pc_bits):
        self.max_terms, self.fields, self.bits = max_terms, {}, 0
        self.term = [("addr", 6), ("mode", 3), ("coef", 3), ("neg", 1), ("fmod", 3), ("en", 1)]
        self.term_bits = sum(b for _, b in self.term)
        for i in range(2 * max_terms):
            self._field(f"term{i}", self.term_bits)
        for name, bits in (("dst", reg_bits), ("dst_cnt", 1), ("mod", 2), ("test", 3), ("flag", 2), ("cap", 1), ("cap_slot", 2), ("cap_odd", 1),
                           ("win", 2), ("win_word", 5), ("win_bit", 5), ("next", 3), ("target", pc_bits), ("count", 8)):
            self._field(name, bits)

    def _field(self, name, bits):
        self.fields[name] = (self.bits, bits)
        self.bits += bits

    def _put(self, name, value):
        lsb, bits = self.fields[name]
        if not 0 <= value < 1 << bits:
            raise Error(f"{name} = {value}")
        return value << lsb

    def encode(self, f, digit_bits=17):
        """Terms of B come first: the array needs them first."""
        word = 0
        for half, terms in enumerate((f.b, f.a)):
            for i, (mode, addr, fmod, c) in enumerate(terms):
                t, at = 0, 0
                for value, (_, bits) in zip((addr, MODES.index(mode), COEFS.index(abs(c)), int(c < 0), FLAGMODS.index(fmod), 1), self.term):
                    if value >> bits:
                        raise Error(f"line {f.line}: term does not fit")
                    t |= value << at
                    at += bits
                word |= self._put(f"term{half * self.max_terms + i}", t)
        word |= self._put("dst", f.dst) | self._put("dst_cnt", f.dst_cnt) | self._put("mod", f.mod)
        word |= self._put("test", TESTS.index(f.test)) | self._put("flag", f.flag)
        if f.cap is not None:
            word |= self._put("cap", 1) | self._put("cap_slot", f.cap) | self._put("cap_odd", f.cap_odd)
        word |= self._put("win", WINOPS.index(f.win))
        if f.win == "set":
            word |= self._put("win_word", f.win_val // digit_bits) | self._put("win_bit", f.win_val % digit_bits)
        elif f.win == "step":
            word |= self._put("win_bit", f.win_val)
        return word | self._put("next", NEXTS.index(f.next)) | self._put("target", f.target) | self._put("count", f.count)
