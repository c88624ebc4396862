"""
sluice-cp killed at every state of a handshake. What was answered in part cannot be finished by its successor: such a handshake ends, with
a close and nothing else. One that waited for its first answer is served by the successor. Connections that are up do not notice.
"""
import socket
import ssl
import threading

import pytest

from clientnet import Wire, context, get, in_ns, read_to_end, tls
from labconf import appliance, config, counter, listener, pool, quiet
from test_bulk import content

ENGINES = ("soft",)
STALLING = 9443  # the server behind that does as it is told

# nothing here is to end by a time-out: clients and servers stand still for as long as a busy machine takes for what is done meanwhile
CONFIG = config((listener("https", 443, profile="compatible"), listener("behind", 444, pool="stalling")),
                (pool(), pool("stalling", STALLING, "retries: 0\ntls:\n  server_name: backend.sluice.test\n  ca: @LAB@/pki/ca.pem\n"
                                                    "  session_reuse: false\n  handshake_timeout_ms: 60000\n")), more="limits:\n  control_wait_ms: 30000\n")


@pytest.fixture
def lab(_labs, tmp_path):
    lab = appliance(_labs, tmp_path, "killed", CONFIG)
    before = buffers(lab)
    yield lab
    quiet(lab)
    lab.until("packet buffers are as before", lambda: buffers(lab) <= before, 30)


def buffers(lab):
    """Packet buffers in use, once the dataplane has told them anew."""
    loops = counter(lab, "loops", "dataplane")
    lab.until("the dataplane tells its counters", lambda: counter(lab, "loops", "dataplane") > loops, 30)
    return counter(lab, "mbufs", "dataplane")


def attached(lab):
    try:
        return lab.show("stats")["attached"] and lab.show("listeners")["configured"]
    except Exception:
        return False


def replace_control(lab):
    """kill -9, and another one, which is ready for handshakes when this returns."""
    lab.stop("cp", kill=True)
    lab.start("cp")
    lab.until("sluice-cp is back", lambda: attached(lab), 30, 0.02)


def client13(lab):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version = ssl.TLSVersion.TLSv1_3
    c.load_verify_locations(f"{lab.state}/pki/ca.pem")
    return c


KINDS = {
    "1.2-RSA": lambda lab: context(lab, "AES128-GCM-SHA256"),
    "1.2-ECDHE": lambda lab: context(lab, "ECDHE-RSA-AES128-GCM-SHA256"),
    "1.3": client13,
}


class Stepped(Wire):
    """A client that stops at a message: 0 nothing sent; 1 half of the hello; 2 the hello, answered; 3 half of what follows the server's flight."""

    def go(self, stop):
        if stop == 0:
            return
        self.step(self.tls.do_handshake)
        hello = self.pending()
        if stop == 1:
            self.sock.sendall(hello[:len(hello) // 2])
            self.rest = hello[len(hello) // 2:]
            return
        self.sock.sendall(hello)
        while True:  # until the server's flight is whole
            got = self.sock.recv(65536)
            assert got
            self.inb.write(got)
            done = self.step(lambda: self.tls.do_handshake() or True)
            second = self.pending()
            if second or done:
                break
        if stop == 3:
            self.sock.sendall(second[:len(second) // 2])
        self.rest = second[len(second) // 2:] if stop == 3 else second

    def go_on(self, stop):
        """Goes on as if nothing had happened; whether the handshake came to its end."""
        try:
            if stop == 1:
                self.sock.sendall(self.rest)
            if stop <= 1:
                self.handshake_from_here()
            else:
                self.sock.sendall(self.rest)
                self.handshake_from_here()
            return True
        except (ConnectionError, ssl.SSLError):
            return False

    def handshake_from_here(self):
        while True:
            done = self.step(lambda: self.tls.do_handshake() or True)
            out = self.pending()
            if out:
                self.sock.sendall(out)
            if done:
                break
            got = self.sock.recv(65536)
            if not got:
                raise ConnectionError("closed")
            self.inb.write(got)
        # the client believes it; the server says so by an answer
        self.sock.sendall(self.encrypt(b"GET /1k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        raw, _ = read_to_end(self.sock)
        if not raw:
            raise ConnectionError("closed without an answer")
        self.inb.write(raw)
        if b"200 OK" not in (self.tls.read(65536) or b""):
            raise ConnectionError("no answer")


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_every_message_of_a_client(lab, kind):
    up = tls(lab, timeout=60)
    want = content(lab, "64k.bin")
    assert get(up, "/64k.bin", close=False)[1] == want
    clients = []
    for stop in range(4):
        for _ in range(2):
            w = Stepped(lab, KINDS[kind](lab), timeout=60)
            w.go(stop)
            clients.append((stop, w))
    lab.until("all are under way", lambda: counter(lab, "handshakes_under_way") == len(clients), 30)
    lab.stop("cp", kill=True)
    assert get(up, "/64k.bin", close=False)[1] == want  # while nobody is there
    lab.start("cp")
    lab.until("sluice-cp is back", lambda: attached(lab), 30, 0.02)
    assert get(up, "/64k.bin", close=False)[1] == want
    for stop, w in clients:
        done = w.go_on(stop)
        # nothing of it was answered: the successor serves it; else it is over
        assert done == (stop <= 1), f"stopped at {stop}"
        w.close()
    assert get(tls(lab, KINDS[kind](lab), timeout=60), "/64k.bin")[1] == want
    assert get(up, "/64k.bin", close=False)[1] == want
    up.close()


# -- towards servers behind ------------------------------------------------------------------------------------------------------


class Stalling:
    """A TLS server that stalls at a step of its handshake: 0 before anything, 1 in the middle of its flight, 2 where nothing but one
    message is missing. That is in TLS 1.2 its Finished, after its flight; in TLS 1.3, where the flight ends with it and completes the
    client's handshake, the end of the flight is held back. Steps of 3 and more do not stall."""

    def __init__(self, lab, stop, version):
        self.stop, self.reached, self.end = stop, threading.Event(), threading.Event()
        self.held = 8 if version == ssl.TLSVersion.TLSv1_3 else 0  # bytes of the flight that step 2 does not send
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = self.context.maximum_version = version
        self.context.load_cert_chain(f"{lab.state}/pki/backend.pem", f"{lab.state}/pki/backend.key")
        self.sock = in_ns(lab.net.ns("server"), lambda: socket.create_server(("198.19.0.2", STALLING)))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(c,), daemon=True).start()

    def _serve(self, c):
        inb, outb = ssl.MemoryBIO(), ssl.MemoryBIO()
        conn, done, stop = self.context.wrap_bio(inb, outb, server_side=True), False, self.stop
        c.settimeout(60)
        with c:
            try:
                while True:
                    got = c.recv(65536)
                    if not got:
                        return
                    inb.write(got)
                    if stop == 0:
                        self._stall(c)
                        return
                    try:
                        if not done:
                            conn.do_handshake()
                            done = True
                        if conn.read(65536):
                            conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    except ssl.SSLWantReadError:
                        pass
                    out = outb.read()
                    if stop <= 2 and out:
                        c.sendall(out[:len(out) // 2] if stop == 1 else out[:len(out) - self.held])
                        self._stall(c)
                        return
                    c.sendall(out)
            except (OSError, ssl.SSLError):
                return

    def _stall(self, c):
        self.reached.set()
        try:
            while c.recv(65536):  # until the appliance gives up
                pass
        except OSError:
            pass
        self.end.set()

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.sock.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("stop", [0, 1, 2])
def test_killed_while_a_server_behind_stalls(lab, stop, version):
    """
    The client's connection is up, the one behind is not. Its handshake ends with its control process, the server is told by a close, and
    the client too; the next one is served.
    """
    up = tls(lab, timeout=60)
    server = Stalling(lab, stop, version)
    try:
        ctx = client13(lab)
        sock = in_ns(lab.net.ns("client"), lambda: socket.create_connection(("198.18.0.1", 444), 30))
        conn = ctx.wrap_socket(sock, server_hostname="www.sluice.test")
        conn.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert server.reached.wait(30)
        replace_control(lab)
        assert server.end.wait(30), "the handshake of before is still there"
        try:
            assert conn.recv(100) == b""
        except (ConnectionResetError, ssl.SSLError):
            pass
        conn.close()
        server.stop = 3
        sock = in_ns(lab.net.ns("client"), lambda: socket.create_connection(("198.18.0.1", 444), 30))
        again = ctx.wrap_socket(sock, server_hostname="www.sluice.test")
        assert get(again, "/", close=False)[1] == b"ok"
        again.close()
        assert get(up, "/64k.bin")[1] == content(lab, "64k.bin")
    finally:
        server.close()
        up.close()
