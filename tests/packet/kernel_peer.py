#!/usr/bin/env python3
"""Our TCP against the kernel's: an echo host on an AF_PACKET or TAP port in one network namespace, plain sockets in another.

Makes two namespaces of its own joined by a veth pair (no route leads anywhere else), runs every case, removes them. Ends with `N passed, M failed`.
"""
import argparse
import ctypes
import hashlib
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

OURS, PEER = "198.18.0.1", "198.18.0.2"
OURS6, PEER6 = "fd00:18::1", "fd00:18::2"
LIBC = ctypes.CDLL(None, use_errno=True)


def sh(*cmd):
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL)


class Net:
    """Namespaces `a` (ours) and `b` (the kernel's), veth between."""

    def __init__(self, mtu):
        tag = f"slt{os.getpid() % 100000}"
        self.a, self.b = tag + "a", tag + "b"
        sh("ip", "netns", "add", self.a)
        sh("ip", "netns", "add", self.b)
        sh("ip", "link", "add", "ours", "netns", self.a, "type", "veth", "peer", "name", "peer", "netns", self.b)
        for ns, dev in ((self.a, "ours"), (self.b, "peer")):
            sh("ip", "-n", ns, "link", "set", dev, "mtu", str(mtu), "up")
            sh("ip", "netns", "exec", ns, "sysctl", "-qw", f"net.ipv6.conf.{dev}.dad_transmits=0")
        sh("ip", "-n", self.b, "addr", "add", PEER + "/24", "dev", "peer")
        sh("ip", "-n", self.b, "-6", "addr", "add", PEER6 + "/64", "dev", "peer", "nodad")
        # frames must reach the port as they would on a wire: cut, with checksums
        sh("ip", "netns", "exec", self.b, "ethtool", "-K", "peer", "tx", "off", "tso", "off", "gso", "off", "gro", "off")
        sh("ip", "netns", "exec", self.a, "ethtool", "-K", "ours", "gro", "off")

    def enter_peer(self):
        fd = os.open(f"/var/run/netns/{self.b}", os.O_RDONLY)
        if LIBC.setns(fd, 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(fd)

    def remove(self):
        for ns in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", ns], check=False)


class Host:
    """A running echo_host."""

    def __init__(self, net, program, mtu, v6=False):
        addrs = [OURS6, PEER6, "64"] if v6 else [OURS, PEER, "24"]
        frame = 2048 if mtu <= 1500 else 9216  # the driver wants mbufs of a whole frame
        self.proc = subprocess.Popen(
            ["ip", "netns", "exec", net.a, program, "--no-huge", "-m", "256", "--no-pci", "--no-telemetry", "--no-shconf", "-l", "0",
             "--log-level=error", "--iova-mode=va",
             f"--vdev=net_af_packet0,iface=ours,blocksz={frame * 4},framesz={frame},framecnt=512,qdisc_bypass=1",
             "--", *addrs, str(mtu)],
            stdout=subprocess.PIPE, text=True)
        line = self.proc.stdout.readline()
        if not line.startswith("ready"):
            self.proc.wait(timeout=10)
            raise RuntimeError("echo_host did not start")
        self.ready = line.strip()

    def stop(self):
        self.proc.send_signal(signal.SIGTERM)
        out, _ = self.proc.communicate(timeout=20)
        if self.proc.returncode != 0:
            raise AssertionError(f"echo_host exit code {self.proc.returncode}:\n{out}")
        return dict((line.split()[0] + " " + line.split()[1], int(line.split()[2])) for line in out.splitlines()
                    if line.startswith(("tcp ", "net ")))


def connect(addr, port):
    s = socket.create_connection((addr, port), timeout=20)
    s.settimeout(20)
    return s


def exchange(s, data, pause=0.0):
    """Sends data and reads everything back at the same time; returns what came."""
    got = bytearray()

    def reader():
        while True:
            part = s.recv(65536)
            if not part:
                return
            got.extend(part)
            if pause:
                select.select([], [], [], pause)

    t = threading.Thread(target=reader, daemon=True)
    t.start()
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    t.join(timeout=60)
    if t.is_alive():
        raise AssertionError(f"stalled after {len(got)} of {len(data)} bytes")
    return bytes(got)


def same(got, data):
    if hashlib.sha256(got).digest() != hashlib.sha256(data).digest():
        first = next((i for i, (x, y) in enumerate(zip(got, data)) if x != y), min(len(got), len(data)))
        raise AssertionError(f"{len(got)} bytes of {len(data)}, first difference at {first}")


def payload(n, seed):
    return random.Random(seed).randbytes(n)


def case_echo(addr):
    """echoes 10 MiB both ways"""
    data = payload(10 << 20, 1)
    t0 = time.monotonic()
    with connect(addr, 7) as s:
        same(exchange(s, data), data)
    return f"{2 * len(data) / (time.monotonic() - t0) / 1e6:.0f} MB/s both ways"


def case_relay(addr):
    """relays 10 MiB both ways through a connection it opens"""
    data = payload(10 << 20, 2)
    fam = socket.AF_INET6 if ":" in addr else socket.AF_INET
    with socket.socket(fam) as l:
        l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        l.bind(("", 9))
        l.listen()
        l.settimeout(20)

        def server():
            c, _ = l.accept()
            c.settimeout(20)
            with c:
                while True:
                    part = c.recv(65536)
                    if not part:
                        break
                    c.sendall(part)

        t = threading.Thread(target=server, daemon=True)
        t.start()
        with connect(addr, 8) as s:
            same(exchange(s, data), data)
        t.join(timeout=20)


def case_slow_reader(addr):
    """holds back for a slow reader, then finishes"""
    data = payload(3 << 20, 3)
    s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    s.settimeout(30)
    s.connect((addr, 7))
    with s:
        same(exchange(s, data, pause=0.0005), data)


def case_many(addr):
    """serves 100 connections at once"""
    data = payload(50000, 4)
    errors = []

    def one():
        try:
            with connect(addr, 7) as s:
                same(exchange(s, data), data)
        except Exception as e:  # noqa: BLE001 - reported below
            errors.append(e)

    ts = [threading.Thread(target=one) for _ in range(100)]
    for t in ts:
        t.start()
    for t in ts:
        t.join(timeout=60)
    if errors:
        raise AssertionError(f"{len(errors)} failed, first: {errors[0]}")


def case_refused(addr):
    """refuses a port nobody listens on"""
    try:
        connect(addr, 1234).close()
    except ConnectionRefusedError:
        return
    raise AssertionError("connected")


def case_reset(addr):
    """takes a reset in the middle of a transfer"""
    s = connect(addr, 7)
    s.sendall(b"x" * 100000)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    with connect(addr, 7) as t:
        same(exchange(t, b"after"), b"after")


def case_reconnect(addr):
    """opens and closes 200 connections one after the other"""
    for i in range(200):
        with connect(addr, 7) as s:
            same(exchange(s, b"%d" % i), b"%d" % i)


def case_ping(addr):
    """answers echo requests of up to the MTU"""
    for size in ("0", "56", "1400"):
        r = subprocess.run(["ping", "-n", "-c", "2", "-i", "0.01", "-W", "2", "-s", size, addr], stdout=subprocess.PIPE, text=True)
        if r.returncode != 0:
            raise AssertionError(r.stdout)


CASES = [case_ping, case_echo, case_relay, case_slow_reader, case_many, case_refused, case_reset, case_reconnect]


def run(program, mtu, v6, verbose):
    passed, failed = 0, 0
    addr = OURS6 if v6 else OURS
    net = Net(mtu)
    try:
        host = Host(net, program, mtu, v6)
        print(f"# {'IPv6' if v6 else 'IPv4'} {host.ready}", flush=True)
        net.enter_peer()
        for case in CASES:
            try:
                note = case(addr)
                passed += 1
                print(f"ok {case.__doc__}{' (' + note + ')' if note else ''}", flush=True)
            except Exception as e:  # noqa: BLE001 - a case may fail in any way
                failed += 1
                print(f"not ok {case.__doc__}: {type(e).__name__}: {e}", flush=True)
        try:
            counters = host.stop()
            if verbose:
                print("# " + ", ".join(f"{k} {v}" for k, v in counters.items()))
            passed += 1
            print("ok gives every mbuf back")
        except Exception as e:  # noqa: BLE001
            failed += 1
            print(f"not ok gives every mbuf back: {e}")
            host.proc.kill()
    finally:
        net.remove()
    return passed, failed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("--mtu", type=int, default=1500)
    ap.add_argument("-6", dest="v6", action="store_true")
    ap.add_argument("-v", dest="verbose", action="store_true")
    a = ap.parse_args()
    passed, failed = run(os.path.abspath(a.program), a.mtu, a.v6, a.verbose)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
