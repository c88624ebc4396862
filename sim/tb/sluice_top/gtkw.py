#!/usr/bin/env python3
"""Writes a GTKWave save file beside each of an operation's waves: ports grouped by what they are, then the states of the parts inside.

    gtkw.py FILE.vcd ...

Which signals there are is read from the waves themselves, so nothing is listed that is not in them.
"""
import os
import re
import sys

GROUPS = [
    ("clock and state", r"(clk_i|rst_ni|eng_rst_no|busy_o|quiet_o|ready_o)$"),
    ("command", r"cmd_(valid|ready|desc)_"),
    ("source", r"in_(valid|ready|data|bytes|last)_"),
    ("result", r"out_(valid|ready|data|parity|bytes|last)_"),
    ("response", r"rsp_\w+_[io]$"),
    ("secrets", r"sec_(req|rsp)_\w+_[io]$"),
    ("random words and faults", r"(rnd|flt)_\w+_[io]$"),
    ("registers (AXI4-Lite)", r"s_(aw|w|b|ar|r)\w+_[io]$"),
    ("memory (AXI4)", r"m_(aw|w|b|ar|r)\w+_[io]$"),
]


def signals(path):
    """(scope, name, bits) of every variable, and the first time; None when nothing moved."""
    scope, out, first = [], [], None
    with open(path) as f:
        for line in f:
            w = line.split()
            if not w:
                continue
            if w[0] == "$scope":
                scope.append(w[2])
            elif w[0] == "$upscope":
                scope.pop()
            elif w[0] == "$var":
                out.append((".".join(scope), w[4], int(w[2])))
            elif w[0].startswith("#"):
                first = int(w[0][1:])
                break
    return out, first


def save(path):
    sigs, first = signals(path)
    if first is None:   # an engine that had no part in it
        os.remove(path)
        return
    # a module's own scope repeats its ports below the model's: take the shallowest scope that has a clock
    tops = sorted({s for s, n, _ in sigs if n == "clk_i"}, key=lambda s: (s.count("."), len(s)))
    if not tops:
        raise SystemExit(f"{path}: no clock in it")
    top, lines, shown = tops[0], [], 0

    def add(scope, name, bits):
        nonlocal shown
        shown += 1
        full = f"{scope}.{name}" if scope else name
        lines.append("@28" if bits == 1 else "@22")
        lines.append(full + (f"[{bits - 1}:0]" if bits > 1 else ""))
    for title, pattern in GROUPS:
        own = [(s, n, b) for s, n, b in sigs if s == top and re.match(pattern, n)]
        if own:
            lines += ["@200", f"-{title}"]
            for s in own:
                add(*s)
    seen = set()
    inner = [(s, n, b) for s, n, b in sigs if s != top and re.match(r"(state|st)_q$", n) and not (s, n) in seen]
    if inner:
        lines += ["@200", "-states of the parts"]
        for s in inner[:40]:
            add(*s)
    head = [f'[dumpfile] "{os.path.abspath(path)}"', f'[savefile] "{os.path.abspath(path)[:-4]}.gtkw"', f"[timestart] {first}", "[size] 1600 900", "[sst_width] 250",
            "[signals_width] 320"]
    out = path[:-4] + ".gtkw"
    open(out, "w").write("\n".join(head + lines) + "\n")
    print(f"  {out}: {shown} signals, from {first} ps ({os.path.getsize(path) / 1e6:.1f} MB of waves)")


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    for path in sys.argv[1:]:
        save(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
