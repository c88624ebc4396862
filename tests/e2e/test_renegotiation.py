"""Handshakes again on live connections, as an operator asks for them: renegotiate, rekey, reauth, with data in flight both ways."""
import os
import re
import socket
import ssl
import sys

import pytest

from clientnet import connect
from lab.net import LabError
from labconf import appliance, config, counter, listener, quiet
from test_bulk import content
from test_records import ASK, s_client

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop"))
from certs import Certs  # noqa: E402

ENGINES = ("soft",)
OPEN = []
AUTH = "client_auth:\n  mode: request\n  ca: {ca}\n"


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    return Certs(tmp_path_factory.mktemp("clients"), "clients")


@pytest.fixture
def lab(_labs, clients, tmp_path):
    lab = appliance(_labs, tmp_path, "again", config((
        listener("both", 443, "tls:\n  renegotiation: both\n  renegotiations_per_minute: 2\n"),
        listener("refuse", 444),
        listener("server", 445, "tls:\n  renegotiation: server\n" + AUTH.format(ca=clients.ca)))))
    yield lab
    while OPEN:  # what a failed test left
        OPEN.pop().close()
    quiet(lab)


def client(lab, version, port, leaf=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version = c.maximum_version = version
    c.load_verify_locations(f"{lab.state}/pki/ca.pem")
    c.post_handshake_auth = True
    if leaf:
        c.load_cert_chain(leaf[0], leaf[1])
    sock = connect(lab, 30, ("198.18.0.1", port))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)  # bounds what is in flight, so that a page holds several handshakes
    OPEN.append(c.wrap_socket(sock, server_hostname="www.sluice.test"))
    return OPEN[-1]


def only(lab):
    """The id of the one connection, once its handshake is over and those of before are forgotten."""
    now = lambda: lab.show("connections")["connections"]  # noqa: E731
    lab.until("one connection is up", lambda: [c["state"] for c in now()] == ["connected"], 30)
    return now()[0]["id"]


def read(conn, n):
    parts = []
    while n:
        got = conn.recv(min(n, 1 << 16))
        assert got, f"ended {n} bytes early"
        parts.append(got)
        n -= len(got)
    return b"".join(parts)


def head(conn):
    buf = b""
    while not buf.endswith(b"\r\n\r\n"):
        buf += read(conn, 1)
    return int(re.search(rb"(?i)content-length: (\d+)", buf).group(1))


KINDS = [("renegotiate", ssl.TLSVersion.TLSv1_2, "renegotiations"), ("rekey", ssl.TLSVersion.TLSv1_2, "renegotiations"),
         ("rekey", ssl.TLSVersion.TLSv1_3, "key_updates")]


@pytest.mark.parametrize("command,version,counted", KINDS, ids=["renegotiate-1.2", "rekey-1.2", "rekey-1.3"])
def test_in_the_middle_of_a_download(lab, command, version, counted):
    want = content(lab, "10m.bin")
    conn = client(lab, version, 445)
    conn.sendall(b"GET /10m.bin HTTP/1.1\r\nHost: a\r\n\r\n")
    assert head(conn) == len(want)
    got = read(conn, 1 << 20)
    before = counter(lab, counted)
    for i in range(3):
        lab.ctl(command, only(lab))
        # the client answers only while it reads, and what asks it stands behind the data in flight, however much that is
        while counter(lab, counted) <= before + i:
            assert len(want) - len(got) > 1 << 16, f"{command} {i + 1} is not done at the end of the page"
            got += read(conn, 1 << 16)
    got += read(conn, len(want) - len(got))
    assert got == want
    conn.sendall(b"GET /1k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert read(conn, head(conn)) == content(lab, "1k.bin")
    assert counter(lab, counted) >= before + 3
    conn.close()


@pytest.mark.parametrize("command,version,counted", KINDS, ids=["renegotiate-1.2", "rekey-1.2", "rekey-1.3"])
def test_in_the_middle_of_an_upload(lab, command, version, counted):
    """The client, which does not read while it writes, goes on under its keys of before for a while."""
    body = content(lab, "10m.bin")
    conn = client(lab, version, 445)
    conn.sendall(b"POST /echo-size HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:1 << 20])
    before = counter(lab, counted)
    lab.ctl(command, only(lab))
    conn.sendall(body[1 << 20:])
    assert read(conn, head(conn)) == b"%d\n" % len(body)
    conn.sendall(b"GET /1k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert read(conn, head(conn)) == content(lab, "1k.bin")
    assert counter(lab, counted) > before
    conn.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_client_is_asked_for_its_certificate_again(lab, clients, version):
    conn = client(lab, version, 445, clients.leaf("p256", "client.test", True))
    verified = counter(lab, "certificates_verified") + counter(lab, "certificates_remembered")
    lab.ctl("reauth", only(lab))
    for _ in range(2):
        conn.sendall(b"GET /1k.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read(conn, head(conn)) == content(lab, "1k.bin")
    lab.until("it is judged again", lambda: counter(lab, "certificates_verified") + counter(lab, "certificates_remembered") > verified, 30)
    conn.close()


def test_refused_where_the_policy_says_so(lab):
    """By default: to the operator, and to clients; the connection goes on."""
    conn = client(lab, ssl.TLSVersion.TLSv1_2, 444)
    for command in ("renegotiate", "rekey"):
        with pytest.raises(LabError):
            lab.ctl(command, only(lab))
    conn.sendall(b"GET /1k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert read(conn, head(conn)) == content(lab, "1k.bin")
    conn.close()


def test_renegotiate_is_not_of_tls_1_3(lab):
    conn = client(lab, ssl.TLSVersion.TLSv1_3, 445)
    with pytest.raises(LabError):
        lab.ctl("renegotiate", only(lab))
    with pytest.raises(LabError):
        lab.ctl("renegotiate", "0-999999")
    conn.close()


def test_a_client_may_renegotiate_so_often_a_minute(lab):
    answer = b"HTTP/1.1 200 OK"
    done = counter(lab, "renegotiations")
    out = s_client(lab, "-tls1_2", [(b"", b"Verify return code: 0"), (ASK, answer)] + [(b"R\n", b"RENEGOTIATING"), (ASK, answer)] * 2
                   + [(b"R\n", b"no renegotiation")])
    assert out.count(answer) == 3
    assert counter(lab, "renegotiations") == done + 2
