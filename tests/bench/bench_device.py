"""The simulated card by itself, through rings and DMA: cycles per operation, bytes per cycle, simulated cycles per second of host CPU time."""
import json
import os
import re
import subprocess

from goals import goal

BUILD = os.environ.get("BUILD", "build")
LIBRARY = os.path.join(BUILD, "lib", "libsluice_sim.so")
OPS, SPEED = os.path.join(BUILD, "bench", "bench_ops"), os.path.join(BUILD, "bench", "bench_sim")
CORE = "1"
LANE_BYTES = 16  # one 128-bit block a cycle


def lines(argv, timeout):
    """Output lines of a program that ends well."""
    argv = ["taskset", "-c", CORE] + argv
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
    if r.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit {r.returncode}: {r.stdout[-1500:]}")
    return r.stdout.splitlines()


def operations(report, quick):
    argv = [OPS, LIBRARY] + (["quick"] if quick else [])
    ops = [json.loads(x) for x in lines(argv, 300) if x.startswith("{")]
    report.table("Simulated card, one operation at a time and back to back", ["operation", "source bytes", "cycles alone", "cycles each", "bytes/cycle",
                 "simulated cycles/s", "MB/s"],
                 [[o["op"], o["bytes"], o["alone_cycles"], o["each_cycles"], o["bytes_per_cycle"], o["cycles_per_cpu_s"], o["mb_per_cpu_s"]] for o in ops],
                 " ".join(argv), "Alone: from doorbell to completion in memory. Cycles are the device's, seconds the simulating core's CPU time.")
    return {(o["op"], o["bytes"]): o for o in ops}


def speed(report, quick):
    argv = [SPEED, LIBRARY, "40" if quick else "200"]
    rows, rsa = [], {}
    for line in lines(argv, 300):
        m = re.match(r"GCM\s+(\d+) B (.+?)\s+(\d+) cycles/record\s+([\d.]+) bytes/cycle.*?([\d.]+) MB/s of CPU time.*?([\d.]+) Mcycle/s", line)
        if m:
            rows.append([f"GCM seal {m[1]} B, {m[2]}", int(m[3]), float(m[4]), float(m[6]) * 1e6, float(m[5])])
        m = re.match(r"RSA-2048 x(\d)\s+\d+ cycles\s+(\d+) cycles/op\s+([\d.]+) s CPU.*?([\d.]+) Mcycle/s", line)
        if m:
            rsa[int(m[1])] = int(m[2])
            rows.append([f"RSA-2048 private, CRT, {m[1]} in flight", int(m[2]), 256 / int(m[2]), float(m[4]) * 1e6, int(m[1]) * 256 / float(m[3]) / 1e6])
    if len(rsa) != 2 or len(rows) < 3:
        raise RuntimeError(f"{' '.join(argv)}: figures are missing from its output")
    report.table("Simulated card, scatter lists and public-key operations", ["work", "cycles each", "bytes/cycle", "simulated cycles/s", "MB/s"], rows, " ".join(argv))
    return rsa


def run(report, quick):
    ops, rsa = operations(report, quick), speed(report, quick)
    lane = 100 * ops["GCM seal", 16384]["bytes_per_cycle"] / LANE_BYTES
    report.table("Goals", ["goal", "measured", "verdict"], [
        ["RSA-2048 CRT, cycles each with 8 in flight", rsa[8], goal(rsa[8], "<=", 172000)],
        ["AES-GCM 16 KiB record, % of one 128-bit lane", lane, goal(lane, ">=", 90)],
    ])
