"""The record layer as independent clients meet it: every version's records in bulk, keys that change while data flows, renegotiation."""
import os
import ssl
import subprocess
import sys
import threading

import pytest

from clientnet import connect, get, tls
from test_bulk import content

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop"))
import ssl2_peer as ssl2  # noqa: E402

ENGINES = ("soft",)  # what is new here is the same on every engine

CONFIG = """\
dataplane:
  socket: @LAB@/dp.sock
management:
  socket: @LAB@/manage.sock
device:
  kek: @LAB@/device.kek
interfaces:
  - name: outside
    port: 0
    address: 198.18.0.1/24
  - name: inside
    port: 1
    address: 198.19.0.1/24
listeners:
  - name: https
    address: 198.18.0.1
    port: 443
    profile: museum
    allow_insecure: true
    pool: web
    tls:
      renegotiation: both
      v2_hello: true
      early_data: 16384
      rekey_records: {rekey}
    certificates:
      - chain: @LAB@/pki/www.pem
        key: @LAB@/pki/www.key
pools:
  - name: web
    servers:
      - address: 198.19.0.2
        port: 80
"""


@pytest.fixture(scope="module")
def museum(_labs, request, tmp_path_factory):
    """Labs with everything on, by rekey_records."""
    from conftest import bring_up, checked

    folder = tmp_path_factory.mktemp("config")

    def up(rekey=0):
        path = folder / f"{rekey}.yaml"
        path.write_text(CONFIG.format(rekey=rekey))
        return checked(bring_up(_labs, ("soft", "museum", rekey), engine="soft", config=str(path)))

    return up


def changes(lab, at_least):
    """Waits until the dataplane, which reports once a second, has told of so many keys that should be replaced."""
    said = lambda: lab.show("stats")["dataplane"].get("tls_key_limits", 0)  # noqa: E731
    lab.procs.wait_for(f"{at_least} keys worn", lambda: said() >= at_least, ["dp", "cp"], 30)
    return said()


def tls13(lab):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version = c.maximum_version = ssl.TLSVersion.TLSv1_3
    c.load_verify_locations(f"{lab.state}/pki/ca.pem")
    return c


GNUTLS = [  # priority string, what the client must say it got
    ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM", "AES-128-GCM"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM", "AES-256-GCM"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305", "CHACHA20-POLY1305"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305", "CHACHA20-POLY1305"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC:-MAC-ALL:+SHA384", "(SHA384)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC:-MAC-ALL:+SHA384:%NO_ETM", "(SHA384)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+ARCFOUR-128:-MAC-ALL:+SHA1", "(ARCFOUR-128)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+NULL:-MAC-ALL:+SHA1", "(NULL)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.1:-CIPHER-ALL:+3DES-CBC", "(3DES-CBC)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.1:-CIPHER-ALL:+AES-128-CBC", "EtM"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+3DES-CBC:%NO_ETM", "(3DES-CBC)"),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+AES-256-CBC", "EtM"),
]


@pytest.mark.parametrize("priority,said", GNUTLS)
def test_five_mebibytes_by_gnutls(museum, priority, said):
    lab = museum()
    want = content(lab, "10m.bin")[: 5 << 20]
    argv = ["ip", "netns", "exec", lab.net.ns("client"), "gnutls-cli", "--insecure", "--priority", priority,
            "--logfile=/dev/stderr", "198.18.0.1"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        log = []
        reader = threading.Thread(target=lambda: log.append(p.stderr.read()))
        reader.start()
        p.stdin.write(b"GET /10m.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-5242879\r\nConnection: close\r\n\r\n")
        p.stdin.flush()  # and stays open: its end would end the client
        out = p.stdout.read()
        p.stdin.close()
        reader.join()
    assert out.split(b"\r\n\r\n", 1)[1] == want, log[0][-500:]
    assert said in log[0].decode()


def test_keys_change_under_a_download_and_an_upload(museum):
    lab = museum(rekey=16)
    data = content(lab, "10m.bin")
    assert get(tls(lab, tls13(lab), timeout=120), "/10m.bin")[1] == data
    down = changes(lab, 10)  # of some 650 records
    # a client that reads while it writes: it answers our KeyUpdates at once
    r = lab.run_client(["curl", "-s", "--tlsv1.3", "--cacert", f"{lab.state}/pki/ca.pem", "--resolve", "www.sluice.test:443:198.18.0.1",
                        "-H", "Expect:", "--data-binary", f"@{lab.state}/www/10m.bin", "https://www.sluice.test/echo-size"], timeout=60)
    assert r.stdout == b"%d\n" % len(data), r
    changes(lab, down + 5)


@pytest.mark.parametrize("version", ("--tlsv1.2", "--tlsv1.1", "--tlsv1.0"))
def test_renegotiation_under_a_download_and_an_upload(museum, version):
    """Up to TLS 1.2 a worn key is replaced by a HelloRequest and a handshake in the middle of the data."""
    lab = museum(rekey=32)
    data = content(lab, "10m.bin")
    before = lab.show("stats")["control"]["renegotiations"]
    curl = ["curl", "-s", version, "--tls-max", version[-3:], "--ciphers", "DEFAULT:@SECLEVEL=0", "--cacert", f"{lab.state}/pki/ca.pem",
            "--resolve", "www.sluice.test:443:198.18.0.1", "-H", "Expect:"]
    r = lab.run_client([*curl, "https://www.sluice.test/10m.bin"], timeout=60)
    assert r.stdout == data, r.stderr
    r = lab.run_client([*curl, "--data-binary", f"@{lab.state}/www/10m.bin", "https://www.sluice.test/echo-size"], timeout=60)
    assert r.stdout == b"%d\n" % len(data), r
    # how many there are depends on how fast the client answers
    assert lab.show("stats")["control"]["renegotiations"] >= before + 3


def s_client(lab, version, commands, *more):
    """openssl s_client; before each command everything asked before has been answered. Returns what it printed."""
    argv = ["ip", "netns", "exec", lab.net.ns("client"), "openssl", "s_client", "-connect", "198.18.0.1:443", version,
            "-CAfile", f"{lab.state}/pki/ca.pem", "-servername", "www.sluice.test", "-cipher", "DEFAULT:@SECLEVEL=0", *more]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as p:
        timer = threading.Timer(30, p.kill)
        timer.start()
        out = b""
        for command, until in commands:
            p.stdin.write(command)
            p.stdin.flush()
            start = len(out)
            while until not in out[start:]:
                got = os.read(p.stdout.fileno(), 65536)
                assert got, f"ended before {until!r}: {out[-1000:]!r}"
                out += got
        p.kill()
        timer.cancel()
    return out


ASK = b"GET /echo-size HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_1", "-tls1"])
def test_client_renegotiates_between_requests(museum, version):
    lab = museum()
    answer = b"HTTP/1.1 200 OK"
    out = s_client(lab, version, [(b"", b"Verify return code: 0")] + [(ASK, answer), (b"R\n", b"RENEGOTIATING"), (ASK, answer)] * 3)
    assert out.count(b"RENEGOTIATING") == 3 and out.count(answer) == 6


def test_client_changes_keys_between_requests(museum):
    lab = museum()
    answer = b"HTTP/1.1 200 OK"
    out = s_client(lab, "-tls1_3", [(b"", b"Verify return code: 0")] + [(ASK, answer), (b"K\n", b"KEYUPDATE"), (ASK, answer),
                                                                      (b"k\n", b"KEYUPDATE"), (ASK, answer)] * 3)
    assert out.count(b"KEYUPDATE") == 6 and out.count(answer) == 9


def test_early_data_is_taken_once_and_skipped_where_refused(museum, tmp_path):
    lab = museum()
    answer, ticket, request = b"HTTP/1.1 200 OK", str(tmp_path / "ticket"), tmp_path / "request"
    request.write_bytes(ASK)
    skipped = lambda: lab.show("stats")["dataplane"].get("tls_early_skipped", 0)  # noqa: E731
    new = ("-sess_out", ticket)
    use = ("-sess_in", ticket, "-early_data", str(request))
    s_client(lab, "-tls1_3", [(ASK, answer)], *new)  # tickets come before it
    before = skipped()
    out = s_client(lab, "-tls1_3", [(b"", answer)], *use)  # nothing else is asked
    assert b"Reused" in out and b"Early data was accepted" in out
    out = s_client(lab, "-tls1_3", [(b"", b"Early data was"), (ASK, answer)], *use)  # a replay
    assert b"Early data was rejected" in out
    # early data in the clear of a HelloRetryRequest: the client's first share is of a group that nobody here has
    out = s_client(lab, "-tls1_3", [(b"", b"Early data was"), (ASK, answer)], *use, "-groups", "P-521:P-256")
    assert b"Early data was rejected" in out
    lab.procs.wait_for("early data skipped twice", lambda: skipped() >= before + 2, ["dp", "cp"], 30)


class Client2(ssl2.Client):
    """A client of 1995 in the lab's client namespace."""

    def __init__(self, lab):
        ssl2.Peer.__init__(self, connect(lab), "client")


@pytest.mark.parametrize("cipher", [ssl2.DES3, ssl2.RC4], ids=["3DES", "RC4"])
def test_ssl_2_0(museum, cipher):
    lab = museum()
    c = Client2(lab)
    session = c.shake((cipher,))
    for again in (False, True):
        if again:
            c = Client2(lab)
            assert c.resume(session)
        c.send(ssl2.Raw(b"GET /64k.bin HTTP/1.0\r\n\r\n"))
        got = b""
        try:
            while True:
                got += c.receive().original  # scapy takes some data for messages
        except ssl2.Closed:  # SSL 2.0 has no other end
            pass
        assert got.startswith(b"HTTP/1.1 200 OK") and got.split(b"\r\n\r\n", 1)[1] == content(lab, "64k.bin")
        c.close()


def test_damage_in_ssl_2_0_ends_it_without_a_word(museum):
    lab = museum()
    c = Client2(lab)
    c.shake((ssl2.RC4,))
    c.sock.sendall(b"\x80\x20" + b"x" * 32)
    assert c.closed()
