"""The whole appliance on the simulated card: how long a handshake takes, how fast bulk data goes, what the card did for it."""
import socket
import ssl
import statistics
import sys
import time

from lab.lab import Lab
from goals import goal

sys.path.insert(0, "tests/e2e")
from clientnet import connect, context, get  # noqa: E402


def handshake_seconds(lab, ctx, session=None):
    """Wall time of one TLS handshake on an open TCP connection, and the session."""
    sock = connect(lab, 60)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    t0 = time.monotonic()
    conn = ctx.wrap_socket(sock, server_hostname="www.sluice.test", session=session)
    t = time.monotonic() - t0
    get(conn, "/")
    if session is not None and not conn.session_reused:
        raise ssl.SSLError("the session was not resumed")
    return t, conn.session


def bulk_rate(lab, suite, path, size):
    conn = context(lab, suite + ":@SECLEVEL=0").wrap_socket(connect(lab, 120), server_hostname="www.sluice.test")
    t0 = time.monotonic()
    body = get(conn, path)[1]
    if len(body) != size:
        raise RuntimeError(f"{len(body)} of {size} bytes")
    return size / (time.monotonic() - t0) / 1e6


def run(report, quick):
    lab = Lab("bench")
    try:
        lab.up(engine="sim")
        n = 3 if quick else 10
        rows, verdicts = [], []
        for suite in ("AES128-GCM-SHA256", "AES128-SHA"):
            ctx = context(lab, suite + ":@SECLEVEL=0")
            full = [handshake_seconds(lab, ctx) for _ in range(n)]
            resumed = [handshake_seconds(lab, ctx, full[-1][1])[0] for _ in range(n)]
            rows.append([f"{suite}, full handshake, median ms", statistics.median(f[0] for f in full) * 1e3])
            rows.append([f"{suite}, resumed handshake, median ms", statistics.median(resumed) * 1e3])
            if suite.endswith("GCM-SHA256"):
                verdicts.append(["RSA handshake alone, s", rows[-2][1] / 1e3, goal(rows[-2][1] / 1e3, "<=", 0.6)])
                verdicts.append(["resumed handshake, ms", rows[-1][1], goal(rows[-1][1], "<=", 50)])
        for suite, path, mib in (("AES128-GCM-SHA256", "/10m.bin", 10), ("AES128-SHA", "/1m.bin", 1), ("AES128-SHA256", "/1m.bin", 1)):
            rate = statistics.median(bulk_rate(lab, suite, path, mib << 20) for _ in range(1 if quick else 5))
            rows.append([f"{suite}, {mib} MiB download, MB/s", rate])
            if "GCM" in suite:
                verdicts.append(["GCM bulk through the whole appliance, MB/s", rate, goal(rate, ">=", 10)])
        report.table("Simulated card behind the appliance (wall time of this machine)", ["figure", "value"], rows, "make bench")
        e = lab.show("engines")
        report.table("What the card did", ["engine", "operations", "bytes", "busy cycles", "bytes/cycle", "failed"],
                     [[x["name"], x["ops"], x["bytes"], x["cycles"], x["bytes"] / x["cycles"] if x["cycles"] else 0.0, x["failed"]]
                      for x in e["engines"]], "sluicectl show engines",
                     f"device clock {e['device_cycles']:,} cycles, simulated in {e['sim_seconds']:.1f} s of wall time")
        report.table("Goals", ["goal", "measured", "verdict"], verdicts)
    finally:
        lab.down()
