#!/usr/bin/env python3
"""Area and delay of the blocks in blocks.py, by yosys and, where a block fits an ECP5-85, nextpnr.

    synth.py [--out build/synth] [--only NAME,...] [--nextpnr PATH] [--list]

Writes OUT/NAME.FAMILY.json for each block and family and OUT/summary.json over all; prints each as it ends. A result is used again while its
sources, its script and the tools are the same. Ends with 1 when a block fails or a path is longer than its limit; a step that does not end in
its time is said to be unfinished, and nothing is made of it.
"""
import argparse
import hashlib
import json
import os
import re
import resource
import runpy
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FAMILIES = {
    "xcup": "synth_xilinx -family xcup -noiopad -top {top}",
    "xc7": "synth_xilinx -family xc7 -abc9 -noiopad -top {top}",
    "ecp5": "synth_ecp5 -top {top} -json {json}",
}
PREP = {
    "": "",
    "rows": "proc; flatten; opt_expr; opt_clean; opt -full -fine; wreduce; opt -full -fine; memory_dff; opt_mem_widen; memory_share; opt_mem_widen; opt_clean; ",
    "no_array": "blackbox pka_mont; ",
    "tables": "proc; opt_expr; opt_clean; memory -nomap; memory_map -rom-only; opt_expr; opt_clean; ",
}
MEMORY = 3 << 30   # bytes that a step may use
ROUTE = ["--85k", "--package", "CABGA756", "--speed", "8", "--freq", "150", "--seed", "1", "--out-of-context", "--timing-allow-fail"]
# cells that are one of a resource; block RAMs are counted in halves of 36 Kb
LUTRAM = {"RAM32M": 4, "RAM32M16": 8, "RAM64M": 4, "RAM64M8": 8, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM32X1S": 1, "RAM64X1S": 1, "RAM256X1D": 8,
          "RAM32X16DR8": 8, "RAM64X8SW": 8, "RAM512X1S": 8, "RAM128X1S": 2, "RAM256X1S": 4, "SRL16E": 1, "SRLC32E": 1}
BRAM = {"RAMB36E1": 2, "RAMB36E2": 2, "RAMB18E1": 1, "RAMB18E2": 1}


def tool_version(cmd):
    return subprocess.run(cmd, capture_output=True, text=True, check=True).stdout.strip()


def script(b, family, out):
    defines = " ".join(f"-D{d}" for d in ["SYNTHESIS"] + b["define"])
    params = "".join(f"; chparam -set {p.replace('=', ' ')} {b['top']}" for p in b["param"])
    synth = PREP[b["prep"]] + FAMILIES[family].format(top=b["top"], json=os.path.join(out, f"{b['name']}.netlist.json"))
    if b["uram"] and family == "xcup":
        synth += " -uram"
    return f"read_verilog -sv {defines} -I. -Irtl/common -Irtl/gen {' '.join(b['files'])}{params}; hierarchy -check -top {b['top']}; {synth}; tee -q -o {{stat}} stat -json"


def digest(b, text, version):
    h = hashlib.sha256((text + version).encode())
    seen, todo = set(), list(b["files"])
    while todo:
        path = todo.pop()
        if path in seen or not os.path.exists(path):
            continue
        seen.add(path)
        data = open(path, "rb").read()
        h.update(path.encode() + data)
        for name in re.findall(rb'`include "([^"]+)"|\$readmemh\("([^"]+)"', data):
            for base in ("", "rtl/common/", "rtl/gen/", os.path.dirname(path) + "/"):
                todo.append(base + (name[0] or name[1]).decode())
    return h.hexdigest()


def count(cells):
    used = dict(lut=0, lutram=0, ff=0, dsp=0, bram36=0.0, uram=0, carry=0)
    for kind, n in cells.items():
        if re.fullmatch(r"LUT[1-6]|INV", kind):
            used["lut"] += n if kind != "INV" else 0
        elif kind in LUTRAM:
            used["lut"] += LUTRAM[kind] * n
            used["lutram"] += LUTRAM[kind] * n
        elif re.fullmatch(r"FD[RSCP]E(_1)?|LD[CP]E", kind):
            used["ff"] += n
        elif kind.startswith("DSP48"):
            used["dsp"] += n
        elif kind in BRAM:
            used["bram36"] += BRAM[kind] * n / 2
        elif kind == "URAM288":
            used["uram"] += n
        elif kind.startswith("CARRY"):
            used["carry"] += n
    return used


def bound_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run_bounded(cmd, log, seconds, limit=True):
    """Returns (ended in time, return code); the whole process group is ended otherwise. limit: of memory (the router's virtual machine reserves more than it uses)"""
    with open(log, "w") as f:
        p = subprocess.Popen(cmd, stdout=f, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=bound_memory if limit else None)
        try:
            return True, p.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, 9)
            p.wait()
            return False, -1


def tail(log):
    return "".join(open(log, errors="replace").readlines()[-6:])


def measure(b, family, a, versions):
    """Returns the result of one block in one family, from the cache when nothing changed."""
    path = os.path.join(a.out, f"{b['name']}.{family}.json")
    log = os.path.join(a.out, f"{b['name']}.{family}.log")
    text = script(b, family, a.out)
    version = versions["yosys"] + (versions["nextpnr"] + str(ROUTE) if family == "ecp5" else "")
    key = digest(b, text, version)
    if os.path.exists(path):
        old = json.load(open(path))
        if old.get("key") == key and old["state"] == "ok":
            return dict(old, cached=True, limit_ns=b["limit"])
    stat = os.path.join(a.out, f"{b['name']}.{family}.stat")
    t0 = time.time()
    done, rc = run_bounded(["yosys", "-p", text.format(stat=stat)], log, b["seconds"])
    result = dict(block=b["name"], family=family, key=key, limit_ns=b["limit"], state="ok" if done and rc == 0 else "unfinished" if not done else "failed")
    if result["state"] == "ok":
        # between its objects, yosys 0.23 prints the tree of instances as text
        cells = json.loads(re.sub(r'^ +[^" {}]\S* +\d+$', "", open(stat).read(), flags=re.M))["design"]["num_cells_by_type"]
        if family == "ecp5":
            result.update(route(b, a, t0))
        else:
            result.update(count(cells))
            if family == "xc7":
                result["delay_ns"] = longest(log)
    elif result["state"] == "failed":
        result["why"] = tail(log)
    result["seconds"] = round(time.time() - t0, 1)
    json.dump(result, open(path, "w"), indent=1)
    return result


def longest(log):
    """The longest of the modules' last estimates: abc9 runs once for each module and prints an estimate after each of its passes."""
    worst, last = 0.0, None
    for line in open(log, errors="replace"):
        m = re.search(r"Del =\s*(\d+\.\d+)", line)
        if m:
            last = float(m[1])
        elif last is not None and "ABC: + write" in line:
            worst, last = max(worst, last), None
    return round(max(worst, last or 0.0) / 1000, 3) or None


def route(b, a, t0):
    if not a.nextpnr:
        return dict(state="skipped", why="no nextpnr-ecp5")
    log = os.path.join(a.out, f"{b['name']}.route.log")
    report = os.path.join(a.out, f"{b['name']}.report.json")
    cmd = [a.nextpnr, "--json", os.path.join(a.out, f"{b['name']}.netlist.json"), "--report", report, *ROUTE]
    done, rc = run_bounded(cmd, log, b["seconds"], limit=False)
    if not done or rc:
        return dict(state="unfinished" if not done else "failed", why=tail(log))
    r = json.load(open(report))
    used = {k: v["used"] for k, v in r["utilization"].items() if v["used"]}
    fmax = max((c["achieved"] for c in r["fmax"].values()), default=None)
    return dict(fmax_mhz=round(fmax, 1) if fmax else None, utilization=used, part="LFE5U-85F-8, routed out of context, seed 1")


def show(r):
    what = r["state"]
    if what == "ok" and r["family"] == "ecp5":
        what = f"{r['fmax_mhz']} MHz routed"
    elif what == "ok":
        what = f"{r['lut']} LUT ({r['lutram']} as RAM), {r['ff']} FF, {r['dsp']} DSP, {r['bram36']:g} BRAM36" + (f", {r['uram']} URAM" if r.get("uram") else "")
        if r.get("delay_ns"):
            what += f", {r['delay_ns']} ns"
            if r["limit_ns"] and r["delay_ns"] > r["limit_ns"]:
                what += f": LONGER THAN {r['limit_ns']} ns"
    print(f"  {r['block']:16} {r['family']:5} {what}" + ("  (cached)" if r.get("cached") else f"  {r['seconds']} s"), flush=True)
    if r["state"] in ("failed", "skipped"):
        print("\n".join("     | " + x for x in r["why"].splitlines()), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default="build/synth")
    ap.add_argument("--only", default="")
    ap.add_argument("--nextpnr", default="")
    ap.add_argument("--no-route", action="store_true")
    ap.add_argument("--list", action="store_true")
    a = ap.parse_args()
    blocks = runpy.run_path(os.path.join(HERE, "blocks.py"))["BLOCKS"]
    if a.list:
        for b in blocks:
            print(f"{b['name']:16} {b['top']:16} limit {b['limit']} ns{', routed' if b['route'] else ''}")
        return 0
    os.makedirs(a.out, exist_ok=True)
    if a.nextpnr and not os.path.exists(a.nextpnr):
        print(f"  no {a.nextpnr}: nothing is routed")
        a.nextpnr = ""
    versions = dict(yosys=tool_version(["yosys", "-V"]), nextpnr=os.path.basename(a.nextpnr))
    blocks = [b for b in blocks if not a.only or b["name"] in a.only.split(",")]
    steps = [(b, f) for b in blocks for f in b["families"]]
    steps += [(b, "ecp5") for b in blocks if b["route"] and not a.no_route]   # the slow ones last
    results = []
    for b, family in steps:
        results.append(measure(b, family, a, versions))
        show(results[-1])
        if not a.only:   # whole as far as it goes, should this be ended early
            summary = [{k: v for k, v in r.items() if k not in ("key", "cached")} for r in results]
            json.dump(dict(yosys=versions["yosys"], results=summary), open(os.path.join(a.out, "summary.json"), "w"), indent=1)
    slow = [r for r in results if r["state"] == "ok" and r["limit_ns"] and (r.get("delay_ns") or 0) > r["limit_ns"]]
    bad = [r for r in results if r["state"] == "failed"]
    open_ = [r for r in results if r["state"] in ("unfinished", "skipped")]
    print(f"{len(results) - len(bad) - len(slow) - len(open_)} measured, {len(open_)} unfinished or skipped, {len(slow)} too slow, {len(bad)} failed")
    return 1 if slow or bad else 0


if __name__ == "__main__":
    sys.exit(main())
