"""The key log: with it tshark reads the plaintext of a capture, and without being asked for it nothing is written."""
import os
import stat
import subprocess
import time

import pytest

from lab.net import CLIENT
from labconf import appliance, quiet

ENGINES = ("soft",)
CLIENTS = [  # openssl's options, what tshark must find
    ("tls13", ["-tls1_3"]),
    ("tls12-ecdhe", ["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"]),
    ("tls12-cbc-etm", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"]),
    ("tls12-rsa", ["-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"]),
]


@pytest.fixture
def logged(_labs, tmp_path):
    """One lab for all: tshark finds a connection's secrets by its ClientHello.random, whatever else the log holds."""
    with open(os.path.join(os.path.dirname(__file__), "keylog.yaml")) as f:
        lab = appliance(_labs, tmp_path, "keylog", f.read())
    quiet(lab)  # so that a capture holds one connection
    return lab


def capture(lab, path):
    """tcpdump in the client's namespace; returns when it is listening."""
    p = subprocess.Popen(["ip", "netns", "exec", lab.net.ns(CLIENT), "tcpdump", "-Z", "root", "--immediate-mode", "-i", "out0", "-U", "-w", str(path), "port", "443"],
                         stderr=subprocess.PIPE, text=True)
    for line in p.stderr:
        if "listening" in line:
            return p
    raise RuntimeError("tcpdump did not start")


def wait_for_end(pcap):
    """Until the capture holds both sides' FIN."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        out = subprocess.run(["tcpdump", "-n", "-r", str(pcap), "tcp[tcpflags] & tcp-fin != 0"], capture_output=True, text=True, timeout=60).stdout
        if len({line.split()[2] for line in out.splitlines()}) == 2:
            return
        time.sleep(0.05)
    raise RuntimeError("the capture never saw the connection's end")


@pytest.mark.parametrize("name,options", CLIENTS, ids=[c[0] for c in CLIENTS])
def test_tshark_reads_the_page(logged, engine, tmp_path, name, options):
    lab, pcap, keys = logged, tmp_path / "c.pcap", f"{logged.state}/keys.log"
    dump = capture(lab, pcap)
    r = lab.run_client(["openssl", "s_client", "-connect", "198.18.0.1:443", "-servername", "www.sluice.test", "-CAfile", f"{lab.state}/pki/ca.pem",
                        "-verify_return_error", "-quiet", *options], input=b"GET /index.html HTTP/1.0\r\n\r\n", timeout=60)
    assert b"Served through the appliance" in r.stdout, r.stderr.decode()
    wait_for_end(pcap)
    dump.terminate()
    dump.wait(30)
    assert stat.S_IMODE(os.stat(keys).st_mode) == 0o600
    out = subprocess.run(["tshark", "-r", str(pcap), "-o", f"tls.keylog_file:{keys}", "-q", "-z", "follow,tls,ascii,0"], capture_output=True, text=True, timeout=60).stdout
    assert "GET /index.html" in out and "Served through the appliance" in out, out
    blind = subprocess.run(["tshark", "-r", str(pcap), "-q", "-z", "follow,tls,ascii,0"], capture_output=True, text=True, timeout=60).stdout
    assert "Served through the appliance" not in blind


def test_it_is_loud(logged, engine):
    assert "keylog" in logged.procs.tail("cp", 50).lower()
    assert "keylog" in logged.ctl("show", "listeners").lower() or "key log" in logged.ctl("show", "listeners").lower()
