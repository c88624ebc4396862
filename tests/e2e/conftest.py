"""Labs for the end-to-end tests: one per engine, brought up when the first test asks for it, down at the end."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.lab import Lab, LabError  # noqa: E402

ENGINES = ("soft", "sim")
NAME = os.environ.get("SLUICE_LAB", "test")


def pytest_addoption(parser):
    parser.addoption("--engine", action="append", choices=ENGINES, help="engines to test (default: both)")


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        mine = getattr(metafunc.module, "ENGINES", ENGINES)  # a module may be about one engine only
        asked = metafunc.config.getoption("--engine") or ENGINES
        metafunc.parametrize("engine", [e for e in mine if e in asked], scope="session")


LABS = ("lab", "impaired")  # fixtures; tests with another lab come last


def pytest_collection_modifyitems(items):
    """Within a file: by engine and by lab, so that each lab is brought up once. Everything else keeps its order."""
    files = {}
    for item in items:
        files.setdefault(item.path, len(files))

    def place(item):
        engine = item.callspec.params.get("engine") if hasattr(item, "callspec") else None
        return (files[item.path], ENGINES.index(engine) if engine in ENGINES else 0,
                next((i for i, name in enumerate(LABS) if name in item.fixturenames), len(LABS)))

    items.sort(key=place)


@pytest.fixture(scope="session")
def _labs():
    labs = {}
    yield labs
    for lab in labs.values():
        lab.down()


def bring_up(labs, key, **options):
    """The lab for these options; the one that is up is taken down first: two cores carry one appliance."""
    for other in [k for k in labs if k != key]:
        labs.pop(other).down()
    if key not in labs:
        lab = Lab(NAME)
        try:
            lab.up(**options)
        except BaseException:
            lab.down()
            raise
        labs[key] = lab
    return labs[key]


@pytest.fixture
def lab(_labs, engine):
    """A clean wire, MTU 1500."""
    return checked(bring_up(_labs, (engine, "clean"), engine=engine))


@pytest.fixture
def impaired(_labs, engine):
    """1 % loss, 1 % reordering, 0.1 % duplication, 2 ms delay."""
    return checked(bring_up(_labs, (engine, "impaired"), engine=engine, impair={"loss": 1, "reorder": 1, "dup": 0.1, "delay": 2}))


@pytest.fixture
def fresh(_labs, engine):
    """A factory of labs with options of the test's own; taken down after the test."""
    made = []

    def make(**options):
        for k in list(_labs):
            _labs.pop(k).down()
        lab = Lab(NAME)
        made.append(lab)
        return lab.up(engine=engine, **options)

    yield make
    for lab in made:
        lab.down()


def checked(lab):
    """Both processes must have survived the test before."""
    for p in ("dp", "cp"):
        if not lab.procs.alive(p):
            raise LabError(f"{p} is dead:\n{lab.procs.tail(p, 40)}")
    return lab


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the ends of both processes' logs."""
    out = yield
    report = out.get_result()
    if report.failed:
        lab = next((item.funcargs[f] for f in ("lab", "impaired") if f in getattr(item, "funcargs", {})), None) or Lab(NAME)
        for p in ("dp", "cp"):
            report.sections.append((f"log of {p}", lab.procs.tail(p, 25)))
