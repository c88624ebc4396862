"""Processes that die, a card that fails, servers that do not answer, resources that run out."""
import concurrent.futures
import contextlib
import os
import signal
import socket
import threading
import time

import pytest

from clientnet import context, get, in_ns, tls


def content(lab, name):
    with open(f"{lab.state}/www/{name}", "rb") as f:
        return f.read()


class Transfers:
    """Many downloads in flight over resumed sessions, each checked to the byte. Clients read slowly until told to finish."""

    def __init__(self, lab, count, path="/10m.bin"):
        self.want = content(lab, path[1:])
        ctx = context(lab, "AES128-GCM-SHA256:@SECLEVEL=0")
        first = tls(lab, ctx)
        get(first, "/")
        self.conns = [tls(lab, ctx, session=first.session, timeout=240) for _ in range(count)]
        self.go = threading.Event()
        self.started = threading.Barrier(count + 1)
        self.pool = concurrent.futures.ThreadPoolExecutor(count)
        self.results = [self.pool.submit(self._one, c, path) for c in self.conns]
        self.started.wait(120)

    def _one(self, conn, path):
        conn.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        buf = conn.recv(20000)
        self.started.wait(120)
        self.go.wait(120)
        parts = [buf]
        while True:
            got = conn.recv(1 << 18)
            if not got:
                break
            parts.append(got)
        return b"".join(parts).split(b"\r\n\r\n", 1)[1] == self.want

    def finish(self):
        """Lets them run to the end; how many were harmed."""
        self.go.set()
        harmed = 0
        for r in self.results:
            try:
                harmed += not r.result(300)
            except Exception:
                harmed += 1
        return harmed

    def close(self):
        """Ends what a failed test left, so that its threads do not hold up the next."""
        self.go.set()
        for c in self.conns:
            try:
                c.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.pool.shutdown(cancel_futures=True)


def test_kill_9_of_control_harms_no_transfer(lab, engine):
    """50 connections in transfer, and a new handshake that waits for its return."""
    with contextlib.closing(Transfers(lab, 50, "/10m.bin" if engine == "soft" else "/1m.bin")) as t:
        kill_and_return(lab, t)


def kill_and_return(lab, t):
    lab.stop("cp", kill=True)
    time_before = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: get(tls(lab, timeout=60), "/")[0])  # a new handshake waits
        lab.start("cp")
        lab.until("sluice-cp is attached again", lambda: connects(lab), 30, 0.02)
        assert waiting.result(60) == "HTTP/1.1 200 OK"
    back = time.monotonic() - time_before
    conn = tls(lab, timeout=60)
    assert get(conn, "/")[0] == "HTTP/1.1 200 OK"
    assert t.finish() == 0
    assert back < 60


def connects(lab):
    """sluice-cp is back when its management socket tells of an attached dataplane."""
    try:
        return lab.show("stats")["attached"] and lab.show("listeners")
    except Exception:
        return False


def test_new_handshake_within_two_seconds_of_control_returning(lab):
    """
    More than another handshake of the moment takes: the simulated card may be slow. By the best of three: what the appliance itself waits
    for it waits for every time, a busy machine takes its time now and then.
    """
    def handshake(since):
        assert get(tls(lab, timeout=60), "/")[0] == "HTTP/1.1 200 OK"
        return time.monotonic() - since

    took = []
    while len(took) < 3 and (not took or min(took) >= 2.0):
        lab.stop("cp", kill=True)
        t0 = time.monotonic()
        lab.start("cp")
        lab.until("management answers", lambda: connects(lab), 30, 0.02)
        first = handshake(t0)
        took.append(first - handshake(time.monotonic()))
    assert min(took) < 2.0, took


def test_absent_control_means_a_bounded_wait_and_a_clean_close(lab):
    lab.stop("cp", kill=True)
    try:
        with pytest.raises(OSError) as e:
            tls(lab, timeout=60)
        assert not isinstance(e.value, TimeoutError), "it was never told"
    finally:
        lab.start("cp")
        lab.until("management answers", lambda: connects(lab), 30, 0.02)
    assert get(tls(lab, timeout=60), "/")[0] == "HTTP/1.1 200 OK"


def test_control_waits_for_a_dead_dataplane_and_attaches_again(lab):
    pid = lab.procs.pid("cp")
    lab.stop("dp", kill=True)
    lab.start("dp")
    lab.wait_ready(60)
    assert get(tls(lab, timeout=60), "/")[0] == "HTTP/1.1 200 OK"
    assert lab.procs.pid("cp") == pid, "sluice-cp is the same process"


def test_sigterm_ends_both_cleanly(fresh, engine):
    lab = fresh()
    for p in ("cp", "dp"):
        lab.stop(p)
    for p in ("cp", "dp"):
        log = open(lab.procs.log_path(p), errors="replace").read()
        assert "Sanitizer" not in log and "panic" not in log.lower()


# -- servers behind ------------------------------------------------------------------------------------------------------------


class Backend:
    """A server of the test's own in the server namespace, in place of nginx."""

    def __init__(self, lab, ip, behave):
        self.sock = in_ns(lab.net.ns("server"), lambda: self._listen(ip))
        self.behave = behave
        self.accepted = 0
        self.open = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @staticmethod
    def _listen(ip):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((ip, 80))
        s.listen(128)
        return s

    def _serve(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            self.accepted += 1
            self.open.append(c)
            self.behave(c)

    def close(self):
        self.sock.close()
        for c in self.open:
            c.close()


def answer(c):
    c.recv(65536)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def reset(c):
    import struct
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()


@pytest.fixture
def bare(fresh):
    """A lab without nginx: servers are the test's own."""
    return fresh(nginx=False)


def test_refused_server_means_the_next_one_is_tried(bare):
    good = Backend(bare, "198.19.0.4", answer)  # .2 and .3 refuse
    try:
        for _ in range(6):
            assert get(tls(bare), "/", close=False)[1] == b"ok"
        assert good.accepted == 6
    finally:
        good.close()


def test_no_server_at_all_is_a_clean_close(bare):
    conn = tls(bare)
    conn.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert conn.recv(100) == b""  # close_notify, not a torn connection
    conn.close()
    bare.until("the connection is forgotten", lambda: int(bare.show("connections")["total"]) == 0, 30)


def test_silent_server_means_the_next_one_is_tried(bare):
    """.2 and .3 drop everything: a blackhole, as a dead host is."""
    good = Backend(bare, "198.19.0.4", answer)
    ns = bare.net.ns("server")
    from lab.net import sh
    for ip in ("198.19.0.2", "198.19.0.3"):
        sh("ip", "addr", "del", f"{ip}/24", "dev", "in0", ns=ns)
    try:
        for _ in range(3):
            assert get(tls(bare, timeout=40), "/", close=False)[1] == b"ok"
    finally:
        good.close()


def test_server_reset_closes_the_client(bare):
    bad = [Backend(bare, f"198.19.0.{i}", reset) for i in (2, 3, 4)]
    try:
        conn = tls(bare)
        conn.settimeout(60)
        try:
            conn.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert conn.recv(100) == b""
        except (ConnectionResetError, BrokenPipeError):
            pass
        bare.until("the connection is forgotten", lambda: int(bare.show("connections")["total"]) == 0, 30)
    finally:
        for b in bad:
            b.close()


# -- resources -----------------------------------------------------------------------------------------------------------------


def test_connection_limit_refuses_new_and_keeps_old(fresh):
    lab = fresh(dp_args=["--max-conns", "16"])
    ctx = context(lab)
    first = tls(lab, ctx)
    get(first, "/", close=False)
    held, refused = [first], 0
    for _ in range(40):
        try:
            held.append(tls(lab, ctx, session=first.session, timeout=30))
        except OSError:
            refused += 1
            if refused >= 2:
                break
    assert refused >= 2 and len(held) < 40
    assert get(first, "/", close=False)[0] == "HTTP/1.1 200 OK"  # those that were there go on
    for c in held:
        c.close()
    lab.until("closed connections are forgotten", lambda: int(lab.show("connections")["total"]) == 0, 30)
    assert get(tls(lab, timeout=60), "/")[0] == "HTTP/1.1 200 OK"


def rest_of(conn):
    """The body of the answer that is on its way; None: closed in order before there was one."""
    buf = b""
    while b"\r\n\r\n" not in buf:
        got = conn.recv(1 << 18)
        if not got and not buf:
            return None  # its server was never asked
        assert got, "cut short"
        buf += got
    head, body = buf.split(b"\r\n\r\n", 1)
    length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
    parts, have = [body], len(body)
    while have < length:
        got = conn.recv(1 << 18)
        assert got, "cut short"
        parts.append(got)
        have += len(got)
    return b"".join(parts)


def test_out_of_packet_buffers_refuses_new_and_keeps_old(fresh):
    """Few buffers and clients that do not read: what is refused is new work, and nothing is damaged."""
    lab = fresh(dp_args=["--mbufs", "6144"])
    ctx = context(lab)
    first = tls(lab, ctx)
    get(first, "/", close=False)
    stuck, refused = [], 0
    for _ in range(60):
        try:
            conn = tls(lab, ctx, session=first.session, timeout=10)
            conn.sendall(b"GET /10m.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            stuck.append(conn)
        except OSError:
            refused += 1
            if refused >= 2:
                break
    first.settimeout(60)
    assert get(first, "/", close=False)[0] == "HTTP/1.1 200 OK"
    assert len(stuck) >= 20
    for c in stuck:
        c.settimeout(60)
    assert rest_of(stuck[0]) == content(lab, "10m.bin")  # whoever reads on gets all of it
    last = [rest_of(c) for c in stuck[:-4:-1]]  # the youngest may have been refused behind its handshake
    assert content(lab, "10m.bin") in last and all(body in (None, content(lab, "10m.bin")) for body in last)
    for c in stuck:
        c.close()
    lab.until("the buffers are back", lambda: serves(lab), 60, 1.0)


def serves(lab):
    try:
        return get(tls(lab, timeout=30), "/64k.bin")[1] == content(lab, "64k.bin")
    except OSError:
        return False


def test_out_of_session_slots_goes_on_in_software(fresh, engine):
    """The simulated card has 1024 session slots an engine: more connections than that are served all the same."""
    if engine != "sim":
        pytest.skip("slots are the card's")
    lab = fresh()
    ctx = context(lab, "AES128-GCM-SHA256:@SECLEVEL=0")
    first = tls(lab, ctx)
    get(first, "/", close=False)
    held = [first] + [tls(lab, ctx, session=first.session, timeout=60) for _ in range(559)]
    for c in (held[0], held[200], held[-1]):
        assert get(c, "/64k.bin", close=False)[1] == content(lab, "64k.bin")
    soft = next(e for e in lab.show("engines")["engines"] if e["name"] == "soft")
    lab.until("software does what the card has no slot for",
              lambda: next(e for e in lab.show("engines")["engines"] if e["name"] == "soft")["ops"] > soft["ops"] or soft["ops"] > 0, 5)
    for c in held:
        c.close()


# -- configuration -------------------------------------------------------------------------------------------------------------


def test_bad_reload_keeps_the_old_configuration(lab):
    path = lab.options()["config"]
    good = open(path).read()
    try:
        with open(path, "w") as f:
            f.write(good.replace("pool: web", "pool: nowhere"))
        os.kill(lab.procs.pid("cp"), signal.SIGHUP)
        lab.until("the refusal is logged", lambda: "nowhere" in open(lab.procs.log_path("cp")).read(), 30)
        assert get(tls(lab), "/")[0] == "HTTP/1.1 200 OK"
    finally:
        with open(path, "w") as f:
            f.write(good)


def test_key_of_another_certificate_is_named(lab):
    from lab.appliance import binary
    import subprocess
    text = open(lab.options()["config"]).read().replace("/www.key", "/alt.key")
    path = f"{lab.state}/mismatch.yaml"
    with open(path, "w") as f:
        f.write(text)
    r = subprocess.run([binary("sluice-cp"), "--check", path], capture_output=True, text=True)
    assert r.returncode != 0
    assert "alt.key" in r.stderr and "match" in r.stderr, r.stderr
