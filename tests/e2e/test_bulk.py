"""Data: both directions, clean and impaired, many at once, half-closed and aborted."""
import concurrent.futures
import socket
import struct

import pytest

from clientnet import Wire, connect, context, get, tls

SUITES = ["AES128-SHA", "AES128-SHA256", "AES128-GCM-SHA256"]


def content(lab, name):
    with open(f"{lab.state}/www/{name}", "rb") as f:
        return f.read()


@pytest.mark.parametrize("suite", SUITES)
def test_ten_mebibytes_down(lab, suite):
    conn = tls(lab, context(lab, suite + ":@SECLEVEL=0"), timeout=120)
    status, body = get(conn, "/10m.bin")
    assert status == "HTTP/1.1 200 OK" and body == content(lab, "10m.bin")


@pytest.mark.parametrize("suite", SUITES)
def test_ten_mebibytes_up(lab, suite):
    conn = tls(lab, context(lab, suite + ":@SECLEVEL=0"), timeout=120)
    data = content(lab, "10m.bin")
    conn.sendall(b"POST /echo-size HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(data))
    conn.sendall(data)
    answer = b""
    while True:
        got = conn.recv(65536)
        if not got:
            break
        answer += got
    assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"%d\n" % len(data)), answer


def test_ten_mebibytes_down_over_the_impaired_wire(impaired):
    conn = tls(impaired, context(impaired, "AES128-GCM-SHA256:@SECLEVEL=0"), timeout=180)
    assert get(conn, "/10m.bin")[1] == content(impaired, "10m.bin")


def test_ten_mebibytes_up_over_the_impaired_wire(impaired):
    conn = tls(impaired, context(impaired, "AES128-GCM-SHA256:@SECLEVEL=0"), timeout=180)
    data = content(impaired, "10m.bin")
    conn.sendall(b"POST /echo-size HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(data))
    conn.sendall(data)
    answer = b""
    while True:
        got = conn.recv(65536)
        if not got:
            break
        answer += got
    assert answer.endswith(b"%d\n" % len(data)), answer


def test_every_length_around_a_record_boundary(lab):
    """Requests on one kept-alive connection, sized around the record limit."""
    conn = tls(lab, timeout=60)
    for n in [0, 1, 2, 15, 16, 17, 255, 256, 1459, 1460, 16383, 16384, 16385, 32768, 70000]:
        body = bytes(i * 7 & 0xff for i in range(n))
        conn.sendall(b"POST /echo-size HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % n + body)
        buf = b""
        while not buf.endswith(b"%d\n" % n) or b"\r\n\r\n" not in buf:
            got = conn.recv(65536)
            assert got, (n, buf)
            buf += got
    conn.close()


def test_a_hundred_parallel_clients_get_their_bytes(lab):
    """Sessions are resumed, so that the simulated card spends its time on records."""
    ctx = context(lab)
    first = tls(lab, ctx)
    get(first, "/")
    session, want = first.session, content(lab, "64k.bin")

    def one(i):
        conn = tls(lab, ctx, session=session, timeout=120)
        with conn:
            return get(conn, "/64k.bin")[1] == want

    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        assert all(pool.map(one, range(100)))


def test_client_half_close_still_gets_the_answer(lab):
    """close_notify and FIN after the request: the response must still come."""
    w = Wire(lab)
    w.handshake()
    out = w.encrypt(b"GET /64k.bin HTTP/1.0\r\n\r\n")
    w.step(w.tls.unwrap)  # queues close_notify
    w.sock.sendall(out + w.pending())
    w.sock.shutdown(socket.SHUT_WR)
    raw = b""
    while True:
        got = w.sock.recv(65536)
        if not got:
            break
        raw += got
    w.close()
    assert len(raw) > 65536, f"only {len(raw)} bytes came after the half-close"


def abort(sock):
    """RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def open_connections(lab):
    return int(lab.show("connections")["total"])


def test_client_abort_in_the_handshake_leaves_nothing(lab):
    before = open_connections(lab)
    for cut in (1, 5, 60):
        w = Wire(lab)
        w.step(w.tls.do_handshake)
        w.sock.sendall(w.pending()[:cut])
        abort(w.sock)
    w = Wire(lab)  # once more after the server's flight
    w.step(w.tls.do_handshake)
    w.sock.sendall(w.pending())
    assert w.sock.recv(1)
    abort(w.sock)
    lab.until("aborted handshakes are forgotten", lambda: open_connections(lab) <= before, 30)


def test_client_abort_in_a_record_leaves_nothing(lab):
    before = open_connections(lab)
    for keep in (3, 5, 20):
        w = Wire(lab)
        w.handshake()
        w.sock.sendall(w.encrypt(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")[:keep])
        abort(w.sock)
    conn = tls(lab)
    conn.sendall(b"GET /10m.bin HTTP/1.1\r\nHost: a\r\n\r\n")
    assert conn.recv(1000)
    abort(conn)
    lab.until("aborted connections are forgotten", lambda: open_connections(lab) <= before, 30)


def test_plain_tcp_close_without_a_byte(lab):
    before = open_connections(lab)
    for _ in range(20):
        connect(lab).close()
    lab.until("silent connections are forgotten", lambda: open_connections(lab) <= before, 30)
