#!/usr/bin/env python3
"""Structural constant-time check: no secret in the fan-in cone of a control output, by yosys.

    cones.py LIST [--yosys yosys]

LIST is a Python file that defines CHECKS, each a dict: `top`, `files`, `control` (outputs), `secret` (inputs or registers; name[7:0]
names bits), optional `params` (of the top: name: value), optional `expect` (default "none": the cone must hold no secret; "some": a negative control, where it must), optional `cut`
(modules, whatever their parameters, that the cone stops at: what comes out of them may depend on all that goes in), and optional `broken`
(file, text, other text: a negative control on a copy of that file with this one change; implies "some").
The cone goes through registers and memories (a memory counts as one cell, so what enters it reaches all that is read from it).
"""
import argparse
import re
import runpy
import subprocess
import sys
import tempfile


def wires(names, prefix=""):
    """yosys selection of wires; with bit ranges spelled out for split nets."""
    out = []
    for name in names:
        m = re.fullmatch(r"(.*)\[(\d+):(\d+)\]", name)
        if m:
            out += [f"w:{m[1]}[{b}]" for b in range(int(m[3]), int(m[2]) + 1)]
        else:
            out += [f"w:{name}"]
    return out


def union(selection):
    return " ".join([selection[0]] + [s + " %u" for s in selection[1:]])


def broken_files(check, folder):
    """The check's files, with a changed copy of the one that it breaks."""
    if "broken" not in check:
        return check["files"]
    name, old, new = check["broken"]
    with open(name, encoding="utf-8") as f:
        text = f.read()
    if text.count(old) != 1 or name not in check["files"]:
        sys.exit(f"{name}: {old!r} is there {text.count(old)} times, not once")
    with open(f"{folder}/broken.sv", "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))
    return [f"{folder}/broken.sv" if f == name else f for f in check["files"]]


def expects_some(check):
    return check.get("expect", "some" if "broken" in check else "none") == "some"


def script(check, incdir, files):
    split = any("[" in n for n in check["secret"])
    cut = check.get("cut", [])
    params = "".join(f" -chparam {name} {value}" for name, value in check.get("params", {}).items())
    lines = [f"read_verilog -sv -I{incdir} {' '.join(files)}", f"hierarchy -check -top {check['top']}{params}", f"rename -top {check['top']}"]
    if cut:
        lines += [f"blackbox {' '.join(f'*{module}*' for module in cut)}"]
    lines += ["proc", "flatten", "opt_clean", "memory_dff", "memory_collect", f"cd {check['top']}"]
    for module in cut:
        lines += [f"select -assert-min 1 t:*{module}*", f"delete t:*{module}*"]
    if split:
        lines += ["splitnets -ports"]
        bases = sorted({re.sub(r"\[.*", "", n) for n in check["secret"]} | set(check["control"]))
    # every name must exist: a misspelt one would prove nothing
    for name in check["control"] + check["secret"]:
        base = re.sub(r"\[.*", "", name)
        lines += [f"select -assert-min 1 w:{base} {'w:' + base + '[*] %u' if split else ''}"]
    control = [f"w:{n}" for n in check["control"]] + ([f"w:{n}[*]" for n in check["control"]] if split else [])
    # %a: a net may have several names, and the cone has the one that cells are wired to
    lines += [f"select -set cone {union(control)} %a %ci* %a", f"select -set secret {union(wires(check['secret']))} %a"]
    if expects_some(check):
        lines += ["select -assert-min 1 @cone @secret %i"]
    else:
        lines += ["select -assert-none @cone @secret %i"]
    return "; ".join(lines)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("list")
    ap.add_argument("--yosys", default="yosys")
    ap.add_argument("--incdir", default="rtl/common")
    a = ap.parse_args()
    bad = 0
    checks = runpy.run_path(a.list)["CHECKS"]
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            command = script(check, a.incdir, broken_files(check, folder))
            r = subprocess.run([a.yosys, "-q", "-p", command], capture_output=True, text=True, check=False)
        ok = r.returncode == 0
        bad += not ok
        kind = "reaches (as it must)" if expects_some(check) else "does not reach"
        top = " ".join([check["top"]] + [f"{name}={value}" for name, value in check.get("params", {}).items()]) + (" (broken)" if "broken" in check else "")
        print(f"{'ok  ' if ok else 'FAIL'} {top}: {', '.join(check['secret'])} {kind} {', '.join(check['control'])}")
        if not ok:
            print("\n".join("     | " + line for line in (r.stderr + r.stdout).splitlines()[-12:]))
    print(f"{len(checks) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
