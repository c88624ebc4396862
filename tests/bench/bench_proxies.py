"""Appliance (soft engine), nginx and HAProxy: new and resumed handshakes, bulk, latency, memory per idle connection."""
import os
import re
import subprocess
import time

from lab.lab import Lab
from lab.net import CLIENT
from peers import SUITE, PeerLab
from goals import goal

SERVER_CPU, CLIENT_CPU = "0", "1"

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
    env = dict(os.environ, OPENSSL_CONF=os.path.join(lab.state, "openssl.cnf"))
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


def new_handshakes(lab, quick):
    n = 1500 if quick else 6000
    out, wall, cpu = measured(lab, ["ab", "-q", "-n", n, "-c", 16, "-f", "TLS1.2", "-Z", SUITE, "https://198.18.0.1/1k.bin"], 120)
    done = number(r"Complete requests:\s+(\d+)", out)
    if number(r"Failed requests:\s+(\d+)", out):
        raise RuntimeError(out)
    return {"rate": done / wall, "per_cpu": done / cpu, "p50_ms": number(r"\n\s+50%\s+(\d+)", out), "p99_ms": number(r"\n\s+99%\s+(\d+)", out)}


def resumed_handshakes(lab, quick):
    seconds = 3 if quick else 8
    out, wall, cpu = measured(lab, ["openssl", "s_time", "-connect", "198.18.0.1:443", "-reuse", "-www", "/1k.bin", "-time", seconds,
                                    "-cipher", SUITE + ":@SECLEVEL=0"], 60)
    done = number(r"(\d+) connections in \d+ real seconds", out)
    return {"rate": done / seconds, "per_cpu": done / cpu}


def bulk(lab, quick):
    seconds = 4 if quick else 10
    out, wall, cpu = measured(lab, ["wrk", "-t", 1, "-c", 4, "-d", f"{seconds}s", "https://198.18.0.1/10m.bin"], 60)
    mb = number(r"requests in [\d.]+m?s, ([\d.]+)[KMG]B read", out) * {"K": 1e-3, "M": 1, "G": 1024}[re.search(r"([KMG])B read", out).group(1)]
    return {"rate": mb / wall, "per_cpu": mb / cpu}


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


def run(report, quick):
    results = {}
    for mtu in (1500, 9000):
        for make in (Appliance, lambda: PeerLab("nginx"), lambda: PeerLab("haproxy")):
            lab = make()
            print(f"  {lab.kind}, MTU {mtu} …", flush=True)
            try:
                lab.up(mtu=mtu, engine="soft", lcores=f"0@{SERVER_CPU}", cpu=SERVER_CPU, pin=SERVER_CPU)
                with open(os.path.join(lab.state, "openssl.cnf"), "w") as f:
                    f.write(OPENSSL_CNF)
                r = results.setdefault(lab.kind, {})
                r[f"bulk{mtu}"] = bulk(lab, quick)
                if mtu == 1500:
                    r["new"] = new_handshakes(lab, quick)
                    r["resumed"] = resumed_handshakes(lab, quick)
                    r["idle"] = idle_bytes(lab, quick)
            finally:
                lab.down()
    kinds = list(results)
    s = results["sluice"]

    def ratio(kind, what, key="per_cpu"):
        return s[what][key] / results[kind][what][key]

    rows = []
    for what, unit in (("new", "new handshakes"), ("resumed", "resumed handshakes"), ("bulk1500", "bulk MB, MTU 1500"), ("bulk9000", "bulk MB, MTU 9000")):
        for key, per in (("rate", "per second"), ("per_cpu", "per CPU second")):
            rows.append([f"{unit} {per}"] + [results[k][what][key] for k in kinds] +
                        [f"{ratio(k, what, key):.2f}x" for k in kinds if k != "sluice"])
    rows.append(["new handshake p50 ms"] + [results[k]["new"]["p50_ms"] for k in kinds] + ["", ""])
    rows.append(["new handshake p99 ms"] + [results[k]["new"]["p99_ms"] for k in kinds] + ["", ""])
    rows.append(["bytes per idle connection"] + [results[k]["idle"] for k in kinds] + ["", ""])
    report.table(f"TLS 1.2 {SUITE}, RSA-2048, one core for the server, one for client and origin", ["figure"] + kinds +
                 [f"vs {k}" for k in kinds if k != "sluice"], rows, "make bench")
    report.table("Goals", ["goal", "measured", "verdict"], [
        ["bulk per CPU second at MTU 9000 over HAProxy", ratio("haproxy", "bulk9000"), goal(ratio("haproxy", "bulk9000"), ">=", 1)],
        ["resumed handshakes per CPU second over nginx", ratio("nginx", "resumed"), goal(ratio("nginx", "resumed"), ">=", 2)],
        ["bytes per idle connection, both processes", s["idle"], goal(s["idle"], "<=", 8192)],
    ])


