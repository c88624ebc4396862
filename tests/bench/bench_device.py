"""The simulated card by itself, through rings and DMA: cycles per operation, bytes per cycle, simulated cycles per second of host CPU time."""
import json
import os
import re
import subprocess

from goals import goal

BUILD = os.environ.get("BUILD", "build")
LIBRARY = os.path.join(BUILD, "lib", "libsluice_sim.so")
OPS, SPEED, LOAD = (os.path.join(BUILD, "bench", x) for x in ("bench_ops", "bench_sim", "bench_load"))
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


def under_load(report, quick):
    """What full public-key load does to the latency of records, and how full the public-key engines are: the worst ratio and the occupancy."""
    argv = [LOAD, LIBRARY] + (["quick"] if quick else [])
    rows = [json.loads(x) for x in lines(argv, 900) if x.startswith("{")]
    records, use = [r for r in rows if "records" in r], next(r for r in rows if "window" in r)
    report.table("Simulated card, latency of records in cycles without and with public-key load",
                 ["records", "measured", "load of the lane, %", "memory jitter", "load beside", "operations of it", "median without", "with", "p99 without", "with", "ratio"],
                 [[r["records"], r["n"], r["load"], r["jitter"], r["with"], r["pka_ops"] + r["ecc_ops"], r["p50_without"], r["p50_with"], r["p99_without"],
                   r["p99_with"], r["ratio"]] for r in records], " ".join(argv),
                 "From doorbell to completion in memory; two queues of records, two of RSA-2048 private operations, two of operations on curves, all contexts of both engines "
                 "full. Refused operations: the RSA queues send 256 bytes each under a handle of no key, as fast as they are answered, which fills the bus.")
    report.table("Simulated card, RSA-2048 and curves from four queues", ["engine", "operations", "occupancy of contexts, %", "engine busy, %"],
                 [["pka", use["rsa_ops"], use["rsa_occupancy"], use["rsa_busy"]], ["ecc", use["ecc_ops"], use["ecc_occupancy"], use["ecc_busy"]]], " ".join(argv),
                 "Occupancy: cycles that the operations done take alone, over the cycles of all contexts. On ecc a short operation behind a long one keeps its context "
                 "until it may answer.")
    return max(r["ratio"] for r in records if r["with"] == "public keys"), use["rsa_occupancy"]


def run(report, quick):
    ops, rsa = operations(report, quick), speed(report, quick)
    ratio, occupancy = under_load(report, quick)
    lane = 100 * ops["GCM seal", 16384]["bytes_per_cycle"] / LANE_BYTES
    report.table("Goals", ["goal", "measured", "verdict"], [
        ["RSA-2048 CRT, cycles each with 8 in flight", rsa[8], goal(rsa[8], "<=", 172000)],
        ["AES-GCM 16 KiB record, % of one 128-bit lane", lane, goal(lane, ">=", 90)],
        ["p99 latency of records with full public-key load, times that without (worst)", ratio, goal(ratio, "<=", 1.2)],
        ["RSA-2048, % of contexts' cycles, RSA and curves from 4 queues", occupancy, goal(occupancy, ">=", 95)],
    ])
