"""Appliance (soft engine), nginx and HAProxy: new and resumed handshakes, bulk, latency, memory per idle connection."""
import json
import os
import re
import subprocess
import time

from lab.lab import Lab
from lab.net import CLIENT
from peers import SUITE, PeerLab
from goals import goal

SERVER_CPU, CLIENT_CPU = "0", "1"
RESUME = os.path.join(os.environ.get("BUILD", "build"), "bench", "resume")

# the client libraries' own defaults are narrowed to one version and suite here, for tools without such options
OPENSSL_CNF = f"""openssl_conf = d
[d]
ssl_conf = s
[s]
system_default = t
[t]
MinProtocol = TLSv1.2
MaxProtocol = TLSv1.2
CipherString = {SUITE}:@SECLEVEL=0
"""


class Appliance(Lab):
    kind = "sluice"

    def __init__(self):
        super().__init__("bench")

    def server_processes(self):
        return [self.procs.pid("dp"), self.procs.pid("cp")]


def children(pid):
    """Direct children of a process."""
    pids = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as f:
            pids += [int(c) for c in f.read().split()]
    return pids


def cpu_of(pids):
    """User + system seconds of processes, by their threads' sum."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def memory_of(pids):
    """Resident bytes, hugepages included."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                if line.startswith(("Rss:", "Private_Hugetlb:", "Shared_Hugetlb:")):
                    total += int(line.split()[1]) * 1024
    return total


def client(lab, argv, timeout):
    cnf = os.path.join(lab.state, "openssl.cnf")
    env = dict(os.environ, **({"OPENSSL_CONF": cnf} if os.path.exists(cnf) else {}))
    r = subprocess.run(["ip", "netns", "exec", lab.net.ns(CLIENT), "taskset", "-c", CLIENT_CPU] + [str(a) for a in argv],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, env=env)
    return r.stdout


def measured(lab, argv, timeout):
    """Runs a client; (its output, wall seconds, CPU seconds of all server processes)."""
    pids = lab.server_processes()
    c0, t0 = cpu_of(pids), time.monotonic()
    out = client(lab, argv, timeout)
    return out, time.monotonic() - t0, cpu_of(pids) - c0


def number(pattern, text):
    m = re.search(pattern, text)
    if not m:
        raise RuntimeError(f"client printed no {pattern!r}:\n{text[-1500:]}")
    return float(m.group(1))


def handshakes(lab, seconds, *options):
    """One run of the handshake client: rates, latency, and how busy both sides were."""
    argv = [RESUME, *lab.addr(), "--seconds", seconds, "--suite", SUITE, *options]
    out, _, cpu = measured(lab, argv, seconds + 60)
    try:
        r = json.loads(out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(f"{' '.join(map(str, argv))}: {out[-1000:]}") from None
    if r["failed"] > r["handshakes"] / 100:
        raise RuntimeError(f"{lab.kind}: {r['failed']} of {r['handshakes']} handshakes failed: {out[-1000:]}")
    if "--full" not in options and r["resumed"] < r["handshakes"]:
        raise RuntimeError(f"{lab.kind}: only {r['resumed']} of {r['handshakes']} sessions were resumed")
    return {"rate": r["handshakes"] / r["seconds"], "per_cpu": r["all"] / cpu, "p50_ms": r["p50_ms"], "p99_ms": r["p99_ms"],
            "server_busy": 100 * cpu / r["wall_s"], "client_busy": 100 * r["client_cpu_s"] / r["wall_s"]}


def bulk(lab, quick):
    """wrk on four connections; MB are 10^6 bytes of plaintext."""
    seconds = 3 if quick else 8
    out, wall, cpu = measured(lab, ["wrk", "-t", 1, "-c", 4, "-d", f"{seconds}s", f"https://{lab.addr()[0]}/10m.bin"], 60)
    unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[re.search(r"([KMG])B read", out).group(1)] if "B read" in out else 0
    mb = number(r"requests in [\d.]+m?s, ([\d.]+)[KMG]B read", out) * unit / 1e6
    return {"rate": mb / wall, "per_cpu": mb / cpu, "server_busy": 100 * cpu / wall}


HOLD = """
import socket, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
c.maximum_version = ssl.TLSVersion.TLSv1_2; c.set_ciphers(sys.argv[2] + ":@SECLEVEL=0")
held, s = [], None
for i in range(int(sys.argv[1])):
    k = c.wrap_socket(socket.create_connection(("198.18.0.1", 443), 30), session=s)
    s = s or k.session
    held.append(k)
print("held", flush=True)
sys.stdin.readline()
"""


def idle_bytes(lab, quick):
    """Resident bytes that an idle TLS connection adds to all server processes."""
    n = 500 if quick else 2000

    def hold(count):
        p = subprocess.Popen(["ip", "netns", "exec", lab.net.ns(CLIENT), "/usr/bin/python3", "-c", HOLD, str(count), SUITE],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if p.stdout.readline().strip() != "held":
            raise RuntimeError("idle connections could not be opened")
        return p

    few = hold(20)  # pools and caches that the first connections fill are not counted
    before = memory_of(lab.server_processes())
    many = hold(n)
    after = memory_of(lab.server_processes())
    for p in (many, few):
        p.stdin.write("\n")
        p.stdin.close()
        p.wait(30)
    return max(0, after - before) / n


def pin_origin(lab):
    """The servers behind share the client's core."""
    origin = lab.procs.pid("nginx")
    for pid in [origin] + children(origin):
        subprocess.run(["taskset", "-acp", CLIENT_CPU, str(pid)], stdout=subprocess.DEVNULL, check=True)


SHAKES = [  # name, title, options of the client
    ("new", "new handshakes, 32 at a time", ["--full", "--parallel", 32]),
    ("resumed", "resumed handshakes, 32 at a time", ["--parallel", 32]),
    ("request", "resumed handshakes with a 1 KiB request each, 32 at a time", ["--parallel", 32, "--get", "/1k.bin"]),
    ("single", "resumed handshakes, one at a time", ["--parallel", 1]),
]


def measure_one(lab, mtu, quick, r):
    """All figures of one server at one MTU, into r."""
    lab.up(mtu=mtu, engine="soft", lcores=f"0@{SERVER_CPU}", cpu=SERVER_CPU, pin=SERVER_CPU)
    pin_origin(lab)
    with open(os.path.join(lab.state, "openssl.cnf"), "w") as f:
        f.write(OPENSSL_CNF)
    r[f"bulk{mtu}"] = bulk(lab, quick)
    if mtu == 1500:
        for name, _, options in SHAKES:
            runs = [handshakes(lab, 0.8 if quick else 3, *options) for _ in range(3)]
            r[name] = sorted(runs, key=lambda x: x["per_cpu"])[1]
        r["idle"] = idle_bytes(lab, quick)


def run(report, quick):
    results = {}
    for mtu in (1500, 9000):
        for make in (Appliance, lambda: PeerLab("nginx"), lambda: PeerLab("haproxy")):
            lab = make()
            print(f"  {lab.kind}, MTU {mtu} …", flush=True)
            try:
                measure_one(lab, mtu, quick, results.setdefault(lab.kind, {}))
            finally:
                lab.down()
    kinds = list(results)
    s = results["sluice"]

    def ratio(kind, what, key="per_cpu"):
        return s[what][key] / results[kind][what][key]

    def row(title, what, key):
        return [title] + [results[k][what][key] for k in kinds] + [f"{ratio(k, what, key):.2f}x" for k in kinds if k != "sluice"]

    rows = []
    for what, title, _ in SHAKES:
        rows += [row(f"{title}, per second", what, "rate"), row("   per CPU second", what, "per_cpu"), row("   p50 ms", what, "p50_ms"),
                 row("   p99 ms", what, "p99_ms"), row("   server core busy %", what, "server_busy"), row("   client process busy %", what, "client_busy")]
    for what, title in (("bulk1500", "bulk MB, MTU 1500"), ("bulk9000", "bulk MB, MTU 9000")):
        rows += [row(f"{title}, per second", what, "rate"), row("   per CPU second", what, "per_cpu"), row("   server core busy %", what, "server_busy")]
    rows.append(["bytes per idle connection"] + [results[k]["idle"] for k in kinds] + [f"{s['idle'] / results[k]['idle']:.2f}x" if results[k]["idle"] else
                "-" for k in kinds if k != "sluice"])
    report.table(f"TLS 1.2 {SUITE}, RSA-2048, core {SERVER_CPU} for the server, core {CLIENT_CPU} for client and origin", ["figure"] + kinds +
                 [f"vs {k}" for k in kinds if k != "sluice"], rows, f"{RESUME} ADDRESS 443 [--full] --parallel 32; wrk -t 1 -c 4 https://ADDRESS/10m.bin",
                 "Handshakes: the median of three runs by CPU time. CPU seconds are those of all the server's processes, user and system. A client that is busy all the time is the bottleneck of "
                 "what stands per second.")
    report.table("Goals", ["goal", "measured", "verdict"], [
        ["bulk per CPU second at MTU 9000 over HAProxy", ratio("haproxy", "bulk9000"), goal(ratio("haproxy", "bulk9000"), ">=", 1)],
        ["resumed handshakes per CPU second over nginx", ratio("nginx", "resumed"), goal(ratio("nginx", "resumed"), ">=", 2)],
        ["bytes per idle connection, both processes", s["idle"], goal(s["idle"], "<=", 8192)],
    ])
