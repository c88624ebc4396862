#!/usr/bin/python3
"""Measures Sluice and its peers side by side; prints tables and writes JSON with machine, versions and commands.

Parts (all by default):
  device     the simulated card: cycles per operation, bytes per cycle, simulated cycles per second
  blocks     engines by themselves: bytes per cycle over record size, operations in flight (what `make plots` draws)
  dataplane  one worker on ports without a kernel: bulk through the soft engine, and host cycles per record with a null engine
  handshakes appliance (soft engine), nginx and HAProxy: new and resumed handshakes of TLS 1.3 and 1.2, latency under load
  proxies    appliance (soft engine), nginx and HAProxy: same client, same core, same suite; per second and per CPU second
  simulated  the whole appliance on the simulated card: handshake time, bulk rate

Machines are noisy: compare ratios of one run, not absolute figures of two.
"""
import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE))

PARTS = ["device", "blocks", "dataplane", "handshakes", "proxies", "simulated"]


def first_line(*argv):
    try:
        r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10)
        return r.stdout.splitlines()[0].strip() if r.stdout else "?"
    except (OSError, subprocess.TimeoutExpired):
        return "not found"


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0],
            "versions": {"openssl": first_line("openssl", "version"), "nginx": first_line("nginx", "-v"),
                         "haproxy": first_line("haproxy", "-v"), "dpdk": first_line("pkg-config", "--modversion", "libdpdk"),
                         "verilator": first_line("verilator", "--version"), "gcc": first_line("gcc", "--version"),
                         "sluice": first_line("git", "describe", "--always", "--dirty")}}


class Report:
    """Rows by table; every figure has its unit, every goal its verdict."""

    def __init__(self):
        self.tables = []

    def table(self, title, columns, rows, command="", note=""):
        self.tables.append({"title": title, "columns": columns, "rows": rows, "command": command, "note": note})
        cells = [columns] + [[self._cell(c) for c in r] for r in rows]
        widths = [max(len(r[i]) for r in cells) for i in range(len(columns))]
        print(f"\n{title}")
        for n, r in enumerate(cells):
            print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths))).rstrip())
            if n == 0:
                print("  " + "  ".join("-" * w for w in widths))
        if note:
            print(f"  {note}")
        if command:
            print(f"  command: {command}")
        sys.stdout.flush()

    @staticmethod
    def _cell(x):
        if isinstance(x, float):
            return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"
        return f"{x:,}" if isinstance(x, int) else str(x)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--quick", action="store_true", help="under three minutes in all: shorter runs")
    ap.add_argument("--only", default="", help="parts, comma separated: " + ",".join(PARTS))
    ap.add_argument("--out", default="build/bench.json", help="JSON (default: build/bench.json)")
    a = ap.parse_args()
    parts = [p for p in a.only.split(",") if p] or PARTS
    unknown = [p for p in parts if p not in PARTS]
    if unknown:
        ap.error(f"--only {','.join(unknown)}: expected some of {','.join(PARTS)}")
    report, t0, failed = Report(), time.monotonic(), []
    m = machine()
    print(f"{m['cpu']}, {m['cores']} cores, load {m['load']:.1f}; " + "; ".join(m["versions"].values()))
    for part in parts:
        print(f"\n== {part}", flush=True)
        try:
            importlib.import_module(f"bench_{part}").run(report, a.quick)
        except Exception as e:  # one part that fails must not hide the others; the exit code tells
            failed.append(part)
            print(f"bench: {part} failed: {e}", file=sys.stderr)
    os.makedirs(os.path.dirname(a.out) or ".", exist_ok=True)
    with open(a.out, "w") as f:
        json.dump({"machine": m, "quick": a.quick, "seconds": round(time.monotonic() - t0, 1), "tables": report.tables,
                   "failed": failed}, f, indent=1)
    print(f"\n{time.monotonic() - t0:.0f} s; JSON in {a.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
