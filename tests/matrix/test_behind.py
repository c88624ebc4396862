"""Sluice in the client's role: every TLS server that is not ours, every version, key exchange and record protection that both have."""
import os
import random

import pytest

import behind
import suites
import table
from lab.net import INSIDE, OUTSIDE

SUITES = {s.name: s for s in suites.all_suites()}
CLASSES = {c.name: c for c in behind.SERVERS}
EXPECTED = random.Random("1k.bin").randbytes(1 << 10)  # as tests/lab/servers.py writes it
PER_LAB = 60  # listeners that one configuration holds

HEAD = """dataplane:
  socket: @LAB@/dp.sock
management:
  socket: @LAB@/manage.sock
device:
  kek: @LAB@/device.kek
  timeout_ms: 60000
interfaces:
  - {name: outside, port: 0, address: %s.1/24}
  - {name: inside, port: 1, address: %s.1/24}
""" % (OUTSIDE, INSIDE)

LISTENER = """  - name: row{i}
    address: %s.1
    port: {port}
    profile: compatible
    handshake_timeout_ms: 120000
    pool: row{i}
    certificates: [{{chain: @LAB@/pki/www.pem, key: @LAB@/pki/www.key}}]
""" % OUTSIDE

POOL = """  - name: row{i}
    servers: [{{address: {host}, port: {server_port}}}]
    tls:
      handshake_timeout_ms: 60000
      profile: {profile}
      allow_insecure: {insecure}
      versions: ["{version}"]
      suites: [{suite}]
      server_name: backend.sluice.test
      ca: @LAB@/pki/ca.pem
"""


def rows_of(config):
    asked = config.getoption("--peer")
    engines = config.getoption("--engine") or ("soft", "sim")
    rows = []
    for engine in engines:
        mine = table.client_rows([s for s in behind.SERVERS if not asked or s.name in asked], engine)
        rows += mine if engine == "soft" else table.thinned(mine)
    return rows


def pytest_generate_tests(metafunc):
    metafunc.parametrize("row", rows_of(metafunc.config), ids=table.row_id)


def config_of(rows, ports):
    """Every row is a listener with a pool of its own; (text, port by row)."""
    listeners, pools, where = [], [], {}
    for i, row in enumerate(rows):
        where[row] = 20000 + i
        profile = suites.profile_of(SUITES[row.suite], row.version)
        listeners.append(LISTENER.format(i=i, port=where[row]))
        pools.append(POOL.format(i=i, host=behind.HOST, server_port=ports[row.peer], profile=profile, insecure="true" if profile in ("legacy", "museum") else
                                 "false", version=row.version, suite=row.suite))
    return HEAD + "listeners:\n" + "".join(listeners) + "pools:\n" + "".join(pools), where


class Batch:
    """The lab that serves a run of rows, and the servers behind it."""

    def __init__(self, labs):
        self.labs, self.rows, self.where = labs, (), {}

    def ready(self, row, all_rows):
        if row in self.where:
            return self.labs.lab
        mine = [r for r in all_rows if r.engine == row.engine]
        at = mine.index(row)
        self.rows = mine[at:at + PER_LAB]
        peers = sorted({r.peer for r in self.rows})
        ports = {p: 443 if p == "nginx" else behind.FIRST_PORT + i for i, p in enumerate(peers)}
        text, self.where = config_of(self.rows, ports)
        path = os.path.join(os.environ.get("BUILD", "build"), "matrix", "behind.yaml")
        with open(path, "w") as f:
            f.write(text)
        lab = self.labs.start(row.engine, path, first_port=20000)
        for p in peers:
            CLASSES[p](lab, ports[p]).start()
        return lab


@pytest.fixture(scope="session")
def batch(labs):
    return Batch(labs)


def test_a_page_from_a_server_that_speaks_tls(batch, row, request):
    lab = batch.ready(row, rows_of(request.config))
    page = "1k.bin" if CLASSES[row.peer].page else ""
    r = lab.run_client(["curl", "-s", "-i", "-m", "60", "--resolve", f"www.sluice.test:{batch.where[row]}:{OUTSIDE}.1", "--cacert",
                        f"{lab.state}/pki/ca.pem", f"https://www.sluice.test:{batch.where[row]}/{page}"])
    assert r.returncode == 0 and b"200" in r.stdout.split(b"\r\n")[0], \
        f"curl {r.returncode}: {r.stdout[:300]}\n{lab.procs.tail('cp', 4)}\n{lab.procs.tail('behind-' + row.peer, 5)}"
    if CLASSES[row.peer].page:
        assert r.stdout.endswith(EXPECTED)
