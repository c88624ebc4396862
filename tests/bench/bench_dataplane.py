"""One worker on ports without a kernel (bench_ring): bulk through the soft engine, and what a record costs with cryptography taken away."""
import json
import os
import statistics
import subprocess

from goals import goal

PROGRAM = os.path.join(os.environ.get("BUILD", "build"), "bench", "bench_ring")
WORKER_CPU, GENERATOR_CPU = 0, 1


def command(engine, mtu, conns, seconds, windows):
    return [PROGRAM, "--lcores", f"0@{WORKER_CPU},1@{GENERATOR_CPU}", "--no-pci", "--in-memory", "--no-telemetry", "--file-prefix", "sluice-bench-ring",
            "--log-level", "*:error", "--", "--engine", engine, "--mtu", str(mtu), "--conns", str(conns), "--seconds", str(seconds),
            "--windows", str(windows)]


def measure(engine, mtu, conns, quick):
    """The median window by CPU time, and how far the windows lie apart."""
    argv = command(engine, mtu, conns, 0.4 if quick else 1, 3 if quick else 5)
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    windows = [json.loads(line) for line in r.stdout.splitlines() if line.startswith("{")]
    if r.returncode != 0 or not windows:
        raise RuntimeError(f"{' '.join(argv)}: {r.stderr.strip() or 'no windows'}")
    if min(w["bytes"] for w in windows) == 0:
        raise RuntimeError(f"{' '.join(argv)}: nothing moved in a window")
    if engine == "soft" and windows[-1]["verified"] == 0:
        raise RuntimeError("no record was opened and compared")
    rates = [w["gb_per_cpu_s"] for w in windows]
    median = sorted(windows, key=lambda w: w["gb_per_cpu_s"])[len(windows) // 2]
    median["spread"] = (max(rates) - min(rates)) / statistics.median(rates)
    return median


def run(report, quick):
    rows, best = [], {}
    for engine in ("soft", "null"):
        for mtu in (9000, 1500):
            for conns in (1, 16, 256):
                w = measure(engine, mtu, conns, quick)
                best[engine, mtu, conns] = w
                rows.append([f"{engine}, MTU {mtu}, {conns} connection{'s' if conns > 1 else ''}", w["gb_per_cpu_s"], w["gb_per_s"], w["cpu_s"] / w["wall_s"] * 100,
                             w["ns_per_16k"], w["tsc_per_16k"], w["spread"] * 100])
    report.table("One worker on ring ports, AES128-GCM, origin to client", ["engine, MTU, connections", "GB/s per worker CPU s", "GB/s of wall time",
                 "worker busy %", "ns per 16 KiB", "TSC cycles per 16 KiB", "spread %"], rows, " ".join(command("soft", 9000, 16, 1, 5)),
                 "Engine null: the same work with cryptography taken away. Records of the soft engine were opened by libcrypto before measuring.")
    bulk = best["soft", 9000, 16]["gb_per_cpu_s"]
    report.table("Goals", ["goal", "measured", "verdict"], [
        ["soft, GB/s per worker core at MTU 9000", bulk, goal(bulk, ">=", 1.0)],
        ["host ns per 16 KiB record without cryptography, MTU 9000", best["null", 9000, 16]["ns_per_16k"], "printed"],
        ["host TSC cycles per 16 KiB record without cryptography, MTU 9000", best["null", 9000, 16]["tsc_per_16k"], "printed"],
    ])
