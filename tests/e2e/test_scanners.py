"""What scanners make of the profiles: sslscan and testssl.sh, and that they find what `sluicectl show policy` says."""
import json
import os
import xml.etree.ElementTree as ET

import pytest

from lab import appliance

ENGINES = ("soft",)
CONFIG = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "matrix", "matrix.yaml")
PORTS = {"modern": 443, "compatible": 8443}
VERSIONS = {"TLSv1.3": "TLS 1.3", "TLSv1.2": "TLS 1.2"}
# compatible admits CBC suites, and that is all there is to find
ADMITTED = {"modern": set(), "compatible": {"LUCKY13", "cipherlist_AVERAGE", "cipherlist_OBSOLETED"}}


@pytest.fixture(scope="module")
def scanned():
    """One lab for the whole file, made when it is first asked for."""
    made = {}
    yield made
    for lab in made.values():
        lab.down()


@pytest.fixture
def lab(scanned, _labs, engine):
    if engine not in scanned:
        from conftest import NAME, Lab
        for k in list(_labs):
            _labs.pop(k).down()
        scanned[engine] = Lab(NAME)
        scanned[engine].up(engine=engine, config=CONFIG, tls_behind=True)
    return scanned[engine]


def sslscan(lab, port):
    out = os.path.join(lab.state, "sslscan.xml")
    r = lab.run_client(["sslscan", "--no-groups", f"--xml={out}", f"198.18.0.1:{port}"], text=True, timeout=600)
    assert r.returncode == 0, r.stdout + r.stderr
    return ET.parse(out).getroot().find("ssltest")


@pytest.mark.parametrize("profile", PORTS)
def test_sslscan_finds_what_the_policy_says(lab, profile):
    scan = sslscan(lab, PORTS[profile])
    policy = json.loads(appliance.ctl(lab, "--json", "show", "policy", f"{profile}/198.18.0.1"))
    for p in scan.iter("protocol"):
        on = p.get("type") == "tls" and p.get("version") in ("1.2", "1.3")
        assert (p.get("enabled") == "1") == on, ET.tostring(p)
    assert all(h.get("vulnerable") == "0" for h in scan.iter("heartbleed"))
    for name, ours in VERSIONS.items():
        found = [int(c.get("id"), 16) for c in scan.iter("cipher") if c.get("sslversion") == name]
        want = [int(s["code"], 16) for s in policy["suites"] if ours in s["versions"]]
        assert found == want, name  # in our order, too
    weak = [c.get("cipher") for c in scan.iter("cipher") if c.get("strength") not in ("strong", "acceptable")]
    assert not weak


@pytest.mark.parametrize("profile", PORTS)
def test_testssl_finds_nothing_above_low(lab, profile):
    """Protocols, suites, forward secrecy, preference, vulnerabilities, GREASE. The lab's own certificates and nginx' headers are not judged."""
    out = os.path.join(lab.state, f"testssl-{profile}.json")
    if os.path.exists(out):
        os.unlink(out)
    r = lab.run_client(["testssl", "--warnings", "off", "--color", "0", "--quiet", "-p", "-s", "-f", "-P", "-U", "-g", "--jsonfile", out,
                        f"198.18.0.1:{PORTS[profile]}"], text=True, timeout=1200)
    with open(out) as f:
        findings = json.load(f)
    seen = {f["id"] for f in findings}
    assert {"TLS1_3", "SSLv2", "ROBOT", "heartbleed", "LUCKY13", "POODLE_SSL"} <= seen, r.stdout[-2000:]
    bad = [(f["severity"], f["id"], f["finding"]) for f in findings
           if f["severity"] not in ("OK", "INFO") and f["id"] not in ADMITTED[profile] and not (f["severity"] == "WARN" and f["id"] == "engine_problem")]
    assert not bad
    assert all(f["severity"] == "LOW" for f in findings if f["id"] in ADMITTED[profile] and f["severity"] not in ("OK", "INFO"))
