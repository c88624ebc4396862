#!/usr/bin/env python3
"""Assembles programs.txt into pka_program_rom.sv and pka_program_pkg.sv, or compares them (--check).

The package holds each program's entry, the step that erases, and how many frames a program takes at most: what bounds an operation's
time. Field widths are those of step_t and next_t in pka_pkg.sv, which the ROM's users check. --frames prints the counts.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# fields of step_t, then of next_t, most significant first
STEP = [("who", 2), ("read_win", 1), ("dst_table", 1), ("a_sel", 6), ("a", 2), ("b_sel", 3), ("add", 1), ("add_sel", 6), ("sum", 1),
        ("plain", 1), ("capture", 1), ("cap_new", 1), ("write", 1), ("dst", 6), ("zero_test", 1), ("key_write", 1), ("key_page", 3), ("erase", 1),
        ("flip", 1), ("b_mask", 2), ("add_mask", 1)]
NEXT = [("flow", 4), ("radix", 1), ("ld", 3), ("ld_page", 3), ("ld_who", 2), ("fresh", 1)]
A = {"1": 1, "top": 2}
B = {"res": 0, "peer": 1, "ext": 2, "one": 3, "quot": 4}
FLOW = {f: i for i, f in enumerate(["next", "table", "first", "square", "window", "bitset", "bit1", "bit", "bitmul", "pair", "odd1", "odd",
                                    "verdict", "done"])}
PAGE = {"mod": 0, "exp": 1, "kl": 2, "kh": 3, "be": 4, "bi": 5, "qi": 6, "nq": 7}
LOAD = {"mod": (1, 0), "minus": (3, 0), "zero": (5, 0), "opmod": (6, 0), "neg": (7, 0), "in_lo": (4, 0), "in_hi": (4, 1), "out_lo": (4, 2),
        "out_hi": (4, 3)}
MASK = {"own": 1, "peer": 2, "zero": 3}
HALVES = {"p": 1, "q": 2, "pq": 3}
MAX_ENGINES = 64   # an engine's number is the odd power's index
# how often each flow's loop can run: (step itself, for every limb of the private exponent)
TIMES = {"table": (30, 0), "square": (-5, 25), "window": (-1, 5), "bit1": (1, 0), "bit": (30, 0), "bitmul": (31, 0), "odd1": (1, 0),
         "odd": (MAX_ENGINES - 2, 0)}
RADIX_TIMES = {"bit": (12, 0), "bitmul": (12, 0)}   # log2 R of four blocks has 13 bits
LIMBS = 82         # longest exponent, in limbs


class Source:
    """programs.txt, parsed: registers, steps in order, first step of each program."""

    def __init__(self, path):
        self.regs, self.steps, self.entry, self.of = {f"t{i}": i for i in range(32)}, [], {}, []
        program = None
        with open(path, encoding="ascii") as f:
            for number, line in enumerate(f, 1):
                line = line.split("#")[0].strip()
                try:
                    if not line:
                        continue
                    word = line.split()
                    if word[0] == "reg":
                        if word[1] in self.regs or not 32 <= int(word[2]) < 64 or int(word[2]) in self.regs.values():
                            raise ValueError("register twice")
                        self.regs[word[1]] = int(word[2])
                    elif word[0] == "program":
                        program = word[1]
                        self.entry[program] = len(self.steps)
                    else:
                        self.steps.append(self.step(line))
                        self.of.append(program)
                except (ValueError, KeyError, IndexError) as e:
                    sys.exit(f"{path}:{number}: {e!r} in: {line}")
        self.check()

    def step(self, line):
        head, rest = line.split(":", 1)
        label, halves = head.split()
        op, *more = [x.strip() for x in rest.split(";")]
        s = {f: 0 for f, _ in STEP + NEXT}
        s.update(label=label, who=HALVES[halves], flow_name="next")
        if op == "test":
            s.update(zero_test=1, a=A["1"], b_sel=B["res"])
        elif op == "idle":
            s["who"] = 0
        else:
            self.operation(s, op)
        for m in more:
            self.more(s, m.split())
        s["ld_who"] = s["ld_who"] or (HALVES[halves] if s["ld"] else 0)
        if s["flow_name"] in ("first", "window"):
            if not s["read_win"]:
                raise ValueError("reads no window")
        return s

    def operation(self, s, op):
        dst, expr = [x.strip() for x in op.split("=")]
        if dst == "t[k]":
            s.update(write=1, dst_table=1)
        elif dst != "-":
            s.update(write=1, dst=self.regs[dst])
        m = re.fullmatch(r"(\S+) \* (\w+)(?: \+ (\w+))?", expr)
        if m:
            a, b, add = m.groups()
            s["b_sel"] = B[b]
        else:
            a, add = re.fullmatch(r"(\w+) \+ (\w+)", expr).groups()
            s["sum"] = 1
        if a == "N":
            s["plain"] = 1
        elif a == "t[w]":
            s["read_win"] = 1
        elif a in A:
            s["a"] = A[a]
        else:
            s["a_sel"] = self.regs[a]
        if add:
            s.update(add=1, add_sel=self.regs[add])

    def more(self, s, w):
        if w[0] == "load":
            s["ld"], s["ld_page"] = LOAD[w[1]] if w[1] in LOAD else (2, PAGE[w[1]])
            s["ld_who"] = HALVES[w[2]] if len(w) > 2 else 0
        elif w[0] == "key":
            s.update(key_write=1, key_page=PAGE[w[1]])
        elif w[0] == "capture":
            s.update(capture=1, cap_new=int(w[1:] == ["new"]))
        elif w[0] == "mask" and w[1] == "b":
            s["b_mask"] = MASK[w[2]]
        elif w == ["mask", "add"]:
            s["add_mask"] = 1
        elif w[0] == "flow":
            s.update(flow=FLOW[w[1]], flow_name=w[1], radix=int(w[2:] == ["radix"]))
        elif w[0] in ("erase", "fault", "blinding") and len(w) == 1:
            s[{"erase": "erase", "fault": "flip", "blinding": "fresh"}[w[0]]] = 1
        else:
            raise ValueError(f"what is {' '.join(w)}?")

    def check(self):
        """Loops lie where their flows look for them."""
        flow = [s["flow_name"] for s in self.steps] + ["end"] * 4
        for i, f in enumerate(flow):
            want = {"first": ["first", "square", "window"], "bit1": ["bit1", "bit", "bitmul"], "bit": ["bit", "bitmul"], "odd1": ["odd1", "odd"],
                    "pair": ["pair", "next", "odd1", "odd"]}.get(f)
            if want and flow[i:i + len(want)] != want:
                sys.exit(f"{self.steps[i]['label']}: the loop does not lie as flow {f} expects it")
        labels = [s["label"] for s in self.steps]
        if len(set(labels)) != len(labels) or len(labels) > 64:
            sys.exit("a label twice, or too many steps")

    def frames(self, program):
        """(at most, for every limb of the exponent) frames of a program from its entry to its end, per block."""
        fixed = limb = 0
        for s, of in zip(self.steps, self.of):
            if of == program:
                a, b = (RADIX_TIMES if s["radix"] else TIMES).get(s["flow_name"], (1, 0))
                fixed, limb = fixed + a, limb + b
        return fixed, limb

    def label(self, name):
        return [s["label"] for s in self.steps].index(name)


def pack(s, fields):
    x = 0
    for name, bits in fields:
        assert 0 <= s[name] < 1 << bits, name
        x = x << bits | s[name]
    return x


def outputs(src):
    sw, nw = sum(b for _, b in STEP), sum(b for _, b in NEXT)
    made = "// Generated by rtl/pka/gen_program.py from programs.txt. Do not edit."
    rom = [made, "// The programs, one step a word. What a step does is in its label in programs.txt.", "module pka_program_rom (", "  input  logic [5:0] pc_i,",
           f"  output logic [{sw - 1}:0] step_o,", f"  output logic [{nw - 1}:0] next_o", ");", f"  logic [{sw + nw - 1}:0] rom [64];", "  initial begin",
           "    for (int i = 0; i < 64; i++) rom[i] = '0;"]
    for i, s in enumerate(src.steps):
        rom.append(f"    rom[{i}] = {sw + nw}'h{pack(s, STEP) << nw | pack(s, NEXT):015x};  // {src.of[i]}: {s['label']}")
    rom += ["  end", f"  assign {{step_o, next_o}} = rom[pc_i];", "endmodule", ""]
    (pf, pl), (qf, ql) = src.frames("private"), src.frames("public")
    assert ql == 0
    pkg = [made, "// Entries of the programs and the frames that each takes at most. Used as pka_program_pkg::X.", "package pka_program_pkg;",
           f"  localparam logic [5:0] EntryPrivate = 6'd{src.entry['private']};", f"  localparam logic [5:0] EntryPublic = 6'd{src.entry['public']};",
           f"  localparam logic [5:0] StepErase = 6'd{src.label('erase')};   // an operation that ran too long goes on here",
           f"  localparam logic [5:0] StepFirst = 6'd{src.label('first')};   // these two read the exponent's window",
           f"  localparam logic [5:0] StepMul = 6'd{src.label('mul')};",
           f"  localparam int unsigned FramesPrivate = {pf};   // for each block, and",
           f"  localparam int unsigned FramesLimb = {pl};       // for each limb of the exponent",
           f"  localparam int unsigned FramesPublic = {qf};",
           "endpackage", ""]
    return {"pka_program_rom.sv": "\n".join(rom), "pka_program_pkg.sv": "\n".join(pkg)}


def main():
    src = Source(os.path.join(HERE, "programs.txt"))
    if "--frames" in sys.argv[1:]:
        fixed, limb = src.frames("private")
        print(f"private: at most {fixed} + {limb} for each of {{41, 62, 82}} limbs, public: at most {src.frames('public')[0]}; times 1 to 4 blocks")
        return
    for name, text in outputs(src).items():
        path = os.path.join(HERE, name)
        if "--check" in sys.argv[1:]:
            with open(path, encoding="ascii") as f:
                if f.read() != text:
                    sys.exit(f"{path}: differs from what {sys.argv[0]} makes; run it without --check")
        else:
            with open(path, "w", encoding="ascii") as f:
                f.write(text)


if __name__ == "__main__":
    main()
