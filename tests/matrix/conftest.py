"""The matrix: one lab with a listener per profile, the table's rows as tests, and one report of them all at the end."""
import json
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE))

import table  # noqa: E402
from lab.lab import Lab, LabError  # noqa: E402

NAME = os.environ.get("SLUICE_LAB", "matrix")
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))


def pytest_addoption(parser):
    parser.addoption("--engine", action="append", choices=("soft", "sim"), help="engines to test (default: both; sim does one row of each kind)")
    parser.addoption("--peer", action="append", help="only these peers")


def pytest_configure(config):
    config._matrix = []


class Labs:
    """The lab of an engine, brought up when its first row is run; the other is taken down: two cores carry one appliance."""

    def __init__(self):
        self.engine = self.lab = self.config = None
        self.peers = {}

    def start(self, engine, config, first_port=443):
        """A lab with this configuration; what ran before is taken down: two cores carry one appliance."""
        self.down()
        self.lab, self.engine, self.config = Lab(NAME), engine, config
        self.lab.up(engine=engine, config=config, listener_port=first_port)
        return self.lab

    def get(self, engine):
        mine = os.path.join(HERE, "matrix.yaml")
        if (self.engine, self.config) != (engine, mine):
            self.start(engine, mine)
        for p in ("dp", "cp"):
            if not self.lab.procs.alive(p):
                raise LabError(f"{p} is dead:\n{self.lab.procs.tail(p, 40)}")
        return self.lab

    def peer(self, engine, cls):
        lab = self.get(engine)
        if cls not in self.peers:
            self.peers[cls] = cls(lab, BUILD)
        return self.peers[cls]

    def down(self):
        if self.lab:
            self.lab.down()
        self.lab = self.engine = self.config = None
        self.peers = {}


@pytest.fixture(scope="session")
def labs():
    made = Labs()
    yield made
    made.down()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    r = outcome.get_result()
    row = getattr(item, "callspec", None) and item.callspec.params.get("row")
    if row is not None and (r.when == "call" or r.outcome != "passed"):
        item.config._matrix.append((row, r.outcome))


def pytest_terminal_summary(terminalreporter, config):
    rows = config._matrix
    if not rows:
        return
    counts = {}
    for row, outcome in rows:
        cell = counts.setdefault((row.engine, row.role, row.peer), {}).setdefault(row.version, [0, 0])
        cell[outcome != "passed"] += 1
    versions = table.VERSIONS
    w = terminalreporter.write_line
    w("")
    w("peer matrix: suites (and groups) completed / tried, by version")
    w("  " + "engine".ljust(7) + "role".ljust(8) + "peer".ljust(12) + "".join(v.rjust(10) for v in versions))
    for key in sorted(counts):
        cells = [counts[key].get(v) for v in versions]
        w("  " + key[0].ljust(7) + key[1].ljust(8) + key[2].ljust(12) + "".join((f"{c[0]}/{sum(c)}" if c else "-").rjust(10) for c in cells))
    os.makedirs(BUILD, exist_ok=True)
    with open(os.path.join(BUILD, "matrix.json"), "w") as f:
        json.dump([dict(row._asdict(), outcome=outcome) for row, outcome in rows], f, indent=1)
    w(f"  rows: {len(rows)}; as JSON in {os.path.relpath(os.path.join(BUILD, 'matrix.json'))}")
