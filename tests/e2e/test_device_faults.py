"""The simulated card hangs, loses a completion, damages a result: noticed, redone in software, no connection lost."""
import json
import socket
import threading

import pytest

from clientnet import context, get, in_ns, tls

ENGINES = ("sim",)
SUITES = {"aead": "AES128-GCM-SHA256", "mac": "AES128-SHA"}


def telemetry(lab, command):
    """One command on sluice-dp's DPDK telemetry socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(60)
        s.connect(f"/var/run/dpdk/sluice-{lab.name}/dpdk_telemetry.v2")
        s.recv(4096)
        s.send(command.encode())
        return json.loads(s.recv(65536))


def inject(lab, engine, kind):
    answer = telemetry(lab, f"/sluice/fault,{engine},{kind}")
    assert "ok" in json.dumps(answer), answer


@pytest.fixture
def card(fresh):
    """A lab of its own: its card is broken afterwards."""
    return fresh(device_args="fault_inject=1,timeout_ms=500", card_timeout_ms=10000)


def download(lab, suite, session=None):
    conn = tls(lab, context(lab, suite + ":@SECLEVEL=0"), timeout=120, session=session)
    with open(f"{lab.state}/www/1m.bin", "rb") as f:
        return get(conn, "/1m.bin")[1] == f.read()


def slow(lab, suite):
    """A connection whose client has room for little, so that of a page most is sealed only while it is read."""
    def make():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        s.settimeout(120)
        s.connect(lab.addr())
        return s
    sock = in_ns(lab.net.ns("client"), make)
    return context(lab, suite + ":@SECLEVEL=0").wrap_socket(sock, server_hostname="www.sluice.test")


@pytest.mark.parametrize("where", ["aead", "mac"])
@pytest.mark.parametrize("kind", ["hang", "drop", "flip"])
def test_fault_in_the_middle_of_transfers(card, where, kind):
    suite = SUITES[where]
    assert download(card, suite)
    conns = [slow(card, suite) for _ in range(3)]
    with open(f"{card.state}/www/1m.bin", "rb") as f:
        want = f.read()
    results = [None] * len(conns)
    started, broken = threading.Barrier(len(conns) + 1), threading.Event()

    def one(i):
        conns[i].sendall(b"GET /1m.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = conns[i].recv(4096)
        started.wait(120)
        broken.wait(120)
        while part := conns[i].recv(1 << 16):
            got += part
        results[i] = got.split(b"\r\n\r\n", 1)[1] == want

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(conns))]
    for t in threads:
        t.start()
    started.wait(120)
    inject(card, where, kind)
    broken.set()
    for t in threads:
        t.join(120)
    assert results == [True] * len(conns)
    failovers = lambda: [v for k, v in card.show("stats")["dataplane"].items() if "failover" in k]  # noqa: E731
    card.until("the failure is counted", lambda: sum(failovers()) >= 1, 30)
    log = open(card.procs.log_path("dp"), errors="replace").read()
    assert "engine_failed" in log and "action=soft" in log
    assert download(card, suite)  # and service goes on


@pytest.mark.parametrize("kind", ["hang", "drop", "flip"])
def test_fault_in_a_private_key_operation(card, kind):
    assert get(tls(card, timeout=60), "/")[0] == "HTTP/1.1 200 OK"
    inject(card, "pka", kind)
    assert get(tls(card, timeout=90), "/")[0] == "HTTP/1.1 200 OK"
    assert get(tls(card, timeout=90), "/")[0] == "HTTP/1.1 200 OK"


def test_keys_are_loaded_again_after_the_card_recovers(card):
    """Once the card was reset, public-key work goes to it again."""
    inject(card, "aead", "hang")
    assert download(card, SUITES["aead"])

    def pka_ops():
        return next(e["ops"] for e in card.show("engines")["engines"] if e["name"] == "pka")

    card.until("the card runs again", lambda: card.show("engines")["state"] == "running", 30)
    before = pka_ops()
    card.until("handshakes use the card again",
               lambda: get(tls(card, timeout=60), "/")[0] == "HTTP/1.1 200 OK" and pka_ops() > before, 60)
