"""Sluice in the server's role: every client that is not ours, every version and suite that both have."""
import json
import os
import random

import pytest

import clients
import suites
import table

SUITES = {s.name: s for s in suites.all_suites()}
CLASSES = {c.name: c for c in clients.CLIENTS}
EXPECTED = random.Random("1k.bin").randbytes(1 << 10)  # as tests/lab/servers.py writes it


class Nowhere:
    """Stands for a lab while the table is made: clients ask it for folders only."""
    state = "/nonexistent"


def pytest_generate_tests(metafunc):
    if "row" not in metafunc.fixturenames:
        return
    engines = metafunc.config.getoption("--engine") or ("soft", "sim")
    asked = metafunc.config.getoption("--peer")
    build = os.path.abspath(os.environ.get("BUILD", "build"))
    peers = [offline(c, build) for c in clients.CLIENTS if not asked or c.name in asked]
    rows = []
    for engine in engines:
        mine = table.server_rows(peers, engine)
        rows += mine if engine == "soft" else table.thinned(mine)
    metafunc.parametrize("row", rows, ids=table.row_id)


def offline(cls, build):
    """A client that is only asked what it can do."""
    if cls is clients.NSS:
        return cls.__new__(cls)
    return cls(Nowhere, build)


def test_handshake_and_a_page(labs, row):
    peer = labs.peer(row.engine, CLASSES[row.peer])
    lab = labs.get(row.engine)
    suite = SUITES[row.suite]
    host = lab.addr()[0]
    got = peer.talk(host, row.port, row.host, row.version, suite, row.group)
    assert got.body.endswith(EXPECTED) or EXPECTED in got.body, "the page came damaged"
    if got.version is not None:
        assert got.version == row.version
    if got.suite is not None:
        assert got.suite == row.suite


def test_a_browser_like_client_gets_the_hybrid_group(labs):
    """Default settings on both sides; the appliance itself says which group it was, while the connection stands."""
    engine = labs.engine or "soft"
    peer = labs.peer(engine, clients.OpenSSL35)
    suite = SUITES["TLS_AES_128_GCM_SHA256"]
    if not peer.has(suite, "1.3"):
        pytest.skip("pip could not fetch OpenSSL 3.5 (tests/matrix/openssl35.txt)")
    lab = labs.get(engine)
    p = peer.begin(lab.addr()[0], table.PORTS["modern"], table.HOSTS["RSA"])
    said = json.loads(p.stderr.readline())  # it has shaken hands and waits for its request
    seen = [c for c in lab.show("connections")["connections"] if c["state"] == "connected"]
    out = p.communicate(clients.REQUEST % table.HOSTS["RSA"].encode(), timeout=clients.TIMEOUT)[0]
    assert said["library"].startswith("OpenSSL 3.5") and said["version"] == "TLSv1.3"
    assert [c["group"] for c in seen] == [peer.HYBRID]
    assert EXPECTED in out
