"""Handshakes of TLS 1.2 and 1.3 by appliance (soft engine), nginx and HAProxy: new, resumed, and latency under 80 % load."""
import json
import os
import subprocess
import time

from bench_proxies import CLIENT_CPU, RESUME, SERVER_CPU, Appliance, measured, pin_origin
from goals import goal
from lab.net import CLIENT
from peers import PeerLab

SUITE13 = "TLS_AES_128_GCM_SHA256"
ECDHE = {"www": "ECDHE-RSA-AES128-GCM-SHA256", "www-p256": "ECDHE-ECDSA-AES128-GCM-SHA256"}

CASES = [  # name, title, version, certificate, full
    ("new13-rsa", "new TLS 1.3, RSA-2048", "1.3", "www", True),
    ("new13-p256", "new TLS 1.3, P-256", "1.3", "www-p256", True),
    ("resumed13", "resumed TLS 1.3 (PSK with ECDHE)", "1.3", "www", False),
    ("new12-rsa", "new TLS 1.2, ECDHE-RSA-2048", "1.2", "www", True),
    ("new12-p256", "new TLS 1.2, ECDHE-ECDSA P-256", "1.2", "www-p256", True),
    ("resumed12", "resumed TLS 1.2 (session id)", "1.2", "www", False),
]
GOALS = [  # case, factor over nginx
    ("new13-rsa", 1.3), ("new13-p256", 1.3), ("resumed12", 3), ("resumed13", 2),
]


def config(lab, leaf, tls):
    """The lab's configuration with one certificate and one version."""
    lab.up(engine="soft", lcores=f"0@{SERVER_CPU}", cpu=SERVER_CPU, pin=SERVER_CPU, profile="modern", only_leaf=leaf, only_version=tls)


def shake(lab, tls, leaf, full, seconds, *options):
    """One run of the client."""
    suite = SUITE13 if tls == "1.3" else ECDHE[leaf]
    argv = [RESUME, *lab.addr(), "--tls", tls, "--suite", suite, "--groups", "X25519:P-256", "--seconds", seconds] + (["--full"] if full else []) + list(options)
    out, _, cpu = measured(lab, argv, seconds + 60)
    try:
        r = json.loads(out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(f"{' '.join(map(str, argv))}: {out[-1000:]}") from None
    if cpu == 0:
        raise RuntimeError(f"{lab.kind}: the server got no CPU time in {seconds} s: the machine is too busy to measure on")
    if r["failed"] > r["handshakes"] / 100:
        raise RuntimeError(f"{lab.kind}: {r['failed']} of {r['handshakes']} handshakes failed: {out[-1000:]}")
    # a session is learnt by the first connections; after that every one must be resumed
    if not full and r["resumed"] < 0.99 * r["handshakes"]:
        raise RuntimeError(f"{lab.kind}: only {r['resumed']} of {r['handshakes']} sessions were resumed")
    return {"rate": r["handshakes"] / r["seconds"], "per_cpu": r["all"] / cpu, "p50_ms": r["p50_ms"], "p99_ms": r["p99_ms"],
            "server_busy": 100 * cpu / r["wall_s"], "client_busy": 100 * r["client_cpu_s"] / r["wall_s"]}


def measure_one(lab, case, quick):
    name, _, tls, leaf, full = case
    if lab.kind == "sluice":
        config(lab, leaf, tls)
    else:
        lab.up(cpu=SERVER_CPU)
    pin_origin(lab)
    runs = [shake(lab, tls, leaf, full, 0.8 if quick else 3, "--parallel", 32) for _ in range(3)]
    best = sorted(runs, key=lambda x: x["per_cpu"])[1]
    if full:
        # 80 % of what this server does when it is given all it can take
        best["loaded"] = shake(lab, tls, leaf, full, 1.5 if quick else 4, "--parallel", 256, "--rate", 0.8 * best["rate"])
    return best


HELD = [  # title, version, full, at a time
    ("TLS 1.3, 32 at a time", "1.3", True, 32), ("TLS 1.3, 1,000 at a time", "1.3", True, 1000),
    ("TLS 1.2, 1,000 at a time", "1.2", True, 1000), ("resumed TLS 1.2, 1,000 at a time", "1.2", False, 1000),
]


def resident(pid):
    """Rss of a process in bytes."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Rss:")) * 1024


def settled(pid):
    """Rss once it stays: what a rush of handshakes needed goes back to the system a moment later."""
    seen = resident(pid)
    for _ in range(20):
        time.sleep(0.5)
        now = resident(pid)
        if abs(now - seen) < 65536:
            return now
        seen = now
    return seen


def hold(lab, tls, full, count, parallel):
    """A client that holds so many connections until its input ends."""
    argv = [RESUME, *lab.addr(), "--hold", count, "--parallel", parallel, "--tls", tls, "--groups", "X25519:P-256",
            "--suite", SUITE13 if tls == "1.3" else ECDHE["www-p256"]] + (["--full"] if full else [])
    p = subprocess.Popen(["ip", "netns", "exec", lab.net.ns(CLIENT), "taskset", "-c", CLIENT_CPU] + [str(a) for a in argv],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    line = p.stdout.readline()
    if not line.startswith('{"held"') or (not full and json.loads(line)["resumed"] < 0.99 * count - 1):
        raise RuntimeError(f"{' '.join(map(str, argv))}: {line}")
    return p


def control_bytes(tls, full, parallel, count):
    """Resident bytes that an established connection adds to the control process."""
    lab = Appliance()
    try:
        config(lab, "www-p256", tls)
        few = hold(lab, tls, full, 300, 32)  # what the first connections fill is not counted: rings, pools, caches
        pid = lab.procs.pid("cp")
        before = settled(pid)
        many = hold(lab, tls, full, count, parallel)
        after = settled(pid)
        for p in (many, few):
            p.stdin.close()
            p.wait(60)
        return (after - before) / count
    finally:
        lab.down()


def memory(report, quick):
    """The table of the control process's memory; the worst of its figures."""
    count = 2000 if quick else 10000
    rows = []
    for title, tls, full, parallel in HELD:
        print(f"  {count} connections held, {title} …", flush=True)
        rows.append([title, control_bytes(tls, full, parallel, count)])
    report.table(f"Resident bytes of the control process per established connection, {count} of them", ["opened", "bytes"], rows,
                 f"{RESUME} ADDRESS 443 --hold {count} --parallel N --tls V --groups X25519:P-256 [--full]",
                 "Pages of the channel that come into use meanwhile and, in TLS 1.2, the entry in the session cache are in it.")
    return max(r[1] for r in rows)


def run(report, quick):
    results = {}
    for case in CASES:
        for kind in ("sluice", "nginx", "haproxy"):
            lab = Appliance() if kind == "sluice" else PeerLab(kind, case[2], case[3])
            print(f"  {case[1]}: {kind} …", flush=True)
            try:
                results.setdefault(case[0], {})[kind] = measure_one(lab, case, quick)
            finally:
                lab.down()
    kinds = ["sluice", "nginx", "haproxy"]
    rows = []
    for name, title, *_ in CASES:
        r = results[name]

        def row(label, get, factor=True):
            ratios = [f"{get(r['sluice']) / get(r[k]):.2f}x" if factor and get(r[k]) else "" for k in kinds[1:]]
            return [label] + [get(r[k]) for k in kinds] + ratios
        rows += [row(f"{title}, per second", lambda x: x["rate"]), row("   per CPU second", lambda x: x["per_cpu"]),
                 row("   p50 ms, 32 at a time", lambda x: x["p50_ms"]), row("   p99 ms, 32 at a time", lambda x: x["p99_ms"]),
                 row("   server core busy %", lambda x: x["server_busy"], False), row("   client process busy %", lambda x: x["client_busy"], False)]
        if "loaded" in r["sluice"]:
            rows += [row("   p50 ms at 80 % load", lambda x: x["loaded"]["p50_ms"]), row("   p99 ms at 80 % load", lambda x: x["loaded"]["p99_ms"]),
                     row("   rate at 80 % load", lambda x: x["loaded"]["rate"])]
    report.table(f"Handshakes, AES-128-GCM, X25519; core {SERVER_CPU} for the server, core {CLIENT_CPU} for the client", ["figure"] + kinds +
                 ["vs nginx", "vs haproxy"], rows, f"{RESUME} ADDRESS 443 --tls 1.3 --groups X25519 [--full] --parallel 32 [--rate R]",
                 "The median of three runs by CPU time. CPU seconds are those of all the server's processes, user and system. 80 % load: of each server's own rate.")
    verdicts = []
    for name, factor in GOALS:
        title = next(c[1] for c in CASES if c[0] == name)
        ratio = results[name]["sluice"]["per_cpu"] / results[name]["nginx"]["per_cpu"]
        verdicts.append([f"{title}, per CPU second over nginx", ratio, goal(ratio, ">=", factor)])
    for name in ("new13-rsa", "new13-p256"):
        title = next(c[1] for c in CASES if c[0] == name)
        ratio = results[name]["sluice"]["loaded"]["p99_ms"] / results[name]["nginx"]["loaded"]["p99_ms"]
        verdicts.append([f"{title}, p99 at 80 % load over nginx's", ratio, goal(ratio, "<=", 1)])
    worst = memory(report, quick)
    verdicts.append(["control-process bytes per established connection", worst, goal(worst, "<=", 1024)])
    report.table("Goals", ["goal", "measured", "verdict"], verdicts)
