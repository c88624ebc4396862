"""The simulated card hangs, loses a completion, damages a result: noticed, redone in software, no connection lost."""
import json
import socket
import threading

import pytest

from clientnet import context, get, tls

ENGINES = ("sim",)
SUITES = {"aead": "AES128-GCM-SHA256", "mac": "AES128-SHA"}


def telemetry(lab, command):
    """One command on sluice-dp's DPDK telemetry socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(10)
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
    return fresh(device_args="fault_inject=1,timeout_ms=500")


def download(lab, suite, session=None):
    conn = tls(lab, context(lab, suite + ":@SECLEVEL=0"), timeout=120, session=session)
    with open(f"{lab.state}/www/1m.bin", "rb") as f:
        return get(conn, "/1m.bin")[1] == f.read()


@pytest.mark.parametrize("where", ["aead", "mac"])
@pytest.mark.parametrize("kind", ["hang", "drop", "flip"])
def test_fault_in_the_middle_of_transfers(card, where, kind):
    suite = SUITES[where]
    assert download(card, suite)
    conns = [tls(card, context(card, suite + ":@SECLEVEL=0"), timeout=120) for _ in range(3)]
    with open(f"{card.state}/www/1m.bin", "rb") as f:
        want = f.read()
    results = [None] * len(conns)

    def one(i):
        results[i] = get(conns[i], "/1m.bin")[1] == want

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(conns))]
    for t in threads:
        t.start()
    inject(card, where, kind)
    for t in threads:
        t.join(120)
    assert results == [True] * len(conns)
    failovers = lambda: [v for k, v in card.show("stats")["dataplane"].items() if "failover" in k]  # noqa: E731
    card.until("the failure is counted", lambda: sum(failovers()) >= 1, 10)
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
