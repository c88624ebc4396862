"""OCSP: staples from an openssl responder, and one that is absent, slow or lying; the verdict on clients' certificates, soft and hard."""
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest
from cryptography.hazmat.primitives import serialization

from clientnet import connect, in_ns, tls
from labconf import appliance, config, counter, listener, quiet

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop"))
from certs import Certs  # noqa: E402

ENGINES = ("soft",)
GOOD, LYING, DRIP, NOBODY = 8001, 8002, 8003, 8004  # responders, beside sluice-cp
TIMEOUT, SOON = 6000, 5  # a responder's, ms; a handshake, on a busy machine too, s: what waits for a responder takes longer
LISTENERS = {"good": 443, "lying": 444, "drip": 445, "nobody": 446, "soft": 447, "hard": 448, "soft-nobody": 449, "hard-nobody": 450,
             "hard-drip": 451, "hard-lying": 452}


class World:
    """One CA with a server's certificate, clients' certificates, and openssl's index of them; another CA that claims to be the same."""

    def __init__(self, folder):
        for sub in ("true", "false"):
            (folder / sub).mkdir()
        self.folder = folder
        self.ca, self.impostor = Certs(folder / "true", "ocsp CA"), Certs(folder / "false", "ocsp CA")
        self.server = self.ca.leaf("rsa", "www.sluice.test")
        self.good = self.ca.leaf("p256", "good.clients.test", True)
        self.revoked = self.ca.leaf("p256", "revoked.clients.test", True)
        # answers are remembered, whoever gave them: these are asked about once each
        self.fresh = [self.ca.leaf("p256", f"fresh{i}.clients.test", True) for i in range(6)]
        self.chain = str(folder / "chain.pem")
        with open(self.chain, "w") as f:
            f.write(open(self.server[0]).read() + open(self.ca.ca).read())
        with open(folder / "index.txt", "w") as f:
            for name, who, state in (("server", self.server, "V\t361121000000Z\t"), ("good", self.good, "V\t361121000000Z\t"),
                                     ("revoked", self.revoked, "R\t361121000000Z\t261101000000Z"),
                                     *((f"fresh{i}", c, "V\t361121000000Z\t") for i, c in enumerate(self.fresh))):
                serial = f"{who[2].serial_number:X}"
                f.write(f"{state}\t{'0' * (len(serial) % 2)}{serial}\tunknown\t/CN={name}\n")
        for c in (self.ca, self.impostor):
            c.key_file = c.ca[:-3] + "key"
            with open(c.key_file, "wb") as f:
                f.write(c.ca_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def respond(self, lab, port, by):
        """openssl's responder, by this CA, beside sluice-cp."""
        argv = ["openssl", "ocsp", "-index", str(self.folder / "index.txt"), "-port", str(port), "-rsigner", by.ca, "-rkey", by.key_file,
                "-CA", self.ca.ca, "-nmin", "60", "-ignore_err"]
        lab.procs.start(f"ocsp-{port}", argv, ns=lab.net.ns("appliance"))

    def ask(self, lab, port, cert):
        """openssl as the one who asks: whether the responder is up, and what it says."""
        return subprocess.run(["ip", "netns", "exec", lab.net.ns("appliance"), "openssl", "ocsp", "-issuer", self.ca.ca, "-cert", cert[0], "-url",
                               f"http://127.0.0.1:{port}", "-CAfile", self.ca.ca, "-noverify"], capture_output=True, text=True, timeout=60).stdout


class Drip:
    """A responder that sends a byte now and then and never ends."""

    def __init__(self, lab, port):
        self.asked, self.over = 0, threading.Event()
        self.sock = in_ns(lab.net.ns("appliance"), lambda: socket.create_server(("127.0.0.1", port), backlog=64))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            self.asked += 1
            threading.Thread(target=self._drip, args=(c,), daemon=True).start()

    def _drip(self, c):
        text = b"HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: 4000\r\n\r\n" + b"\x30" * 4000
        with c:
            try:
                for i in range(len(text)):
                    c.send(text[i:i + 1])
                    if self.over.wait(0.1):
                        return
            except OSError:
                pass

    def close(self):
        self.over.set()
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def listeners(w):
    made = []
    for name in ("good", "lying", "drip", "nobody"):
        port = {"good": GOOD, "lying": LYING, "drip": DRIP, "nobody": NOBODY}[name]
        made.append(listener(name, LISTENERS[name], certificates=(
            "{chain: %s, key: %s, staple: {ocsp: true, responder: 'http://127.0.0.1:%d/', timeout_ms: %d}}" % (w.chain, w.server[1], port, TIMEOUT),)))
    for name, mode, port in (("soft", "soft", GOOD), ("hard", "hard", GOOD), ("soft-nobody", "soft", NOBODY), ("hard-nobody", "hard", NOBODY),
                             ("hard-drip", "hard", DRIP), ("hard-lying", "hard", LYING)):
        made.append(listener(name, LISTENERS[name], f"client_auth:\n  mode: require\n  ca: {w.ca.ca}\n"
                             f"  ocsp: {{mode: {mode}, responder: 'http://127.0.0.1:{port}/', timeout_ms: {TIMEOUT}}}\n"))
    return made


@pytest.fixture(scope="module")
def setup(_labs, tmp_path_factory):
    w = World(tmp_path_factory.mktemp("ocsp"))
    lab = appliance(_labs, tmp_path_factory.mktemp("config"), "ocsp", config(listeners(w)))
    w.respond(lab, GOOD, w.ca)
    w.respond(lab, LYING, w.impostor)
    drip = Drip(lab, DRIP)
    for port in (GOOD, LYING):
        lab.until(f"the responder at {port} answers", lambda: "good" in w.ask(lab, port, w.server), 30)
    lab.restart("cp")  # asks for its staples when it starts
    lab.wait_ready()
    yield lab, w, drip
    drip.close()
    for port in (GOOD, LYING):
        lab.procs.stop(f"ocsp-{port}")


@pytest.fixture
def lab(setup):
    yield setup[0]
    quiet(setup[0])


@pytest.fixture
def world(setup):
    return setup[1]


def status(lab, world, where):
    """s_client's word on the staple, and how long the handshake took."""
    begin = time.monotonic()
    r = lab.run_client(["openssl", "s_client", "-connect", f"198.18.0.1:{LISTENERS[where]}", "-status", "-CAfile", world.ca.ca, "-servername",
                        "www.sluice.test", "-verify_return_error"], input=b"", timeout=60)
    took = time.monotonic() - begin
    assert b"Verify return code: 0" in r.stdout, r.stdout[-800:]
    return r.stdout.decode(errors="replace"), took


def test_a_good_staple_is_sent(lab, world):
    lab.until("the staple is there", lambda: "OCSP Response Status: successful" in status(lab, world, "good")[0], 30, 0.2)
    said, _ = status(lab, world, "good")
    assert "Cert Status: good" in said
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):  # and a client that does not ask for one is served as well
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.minimum_version = c.maximum_version = version
        c.load_verify_locations(world.ca.ca)
        c.wrap_socket(connect(lab), server_hostname="www.sluice.test").close()


@pytest.mark.parametrize("where", ["lying", "drip", "nobody"])
def test_no_staple_is_better_than_a_bad_one(lab, world, where, setup):
    """A responder that lies, drips or is not there: no staple, and no handshake that waits."""
    lab.until("all three were tried", lambda: counter(lab, "staples_failed") >= 3, 30)
    for _ in range(5):
        said, took = status(lab, world, where)
        assert "OCSP response: no response sent" in said
        assert took < SOON, "a handshake waited for a responder"
    if where == "drip":
        assert setup[2].asked >= 1


def shake(lab, leaf, where, version=ssl.TLSVersion.TLSv1_2):
    """A handshake with this client certificate; how long it took, or the alert."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version = c.maximum_version = version
    c.load_verify_locations(f"{lab.state}/pki/ca.pem")
    c.load_cert_chain(leaf[0], leaf[1])
    begin = time.monotonic()
    try:
        with c.wrap_socket(connect(lab, addr=("198.18.0.1", LISTENERS[where])), server_hostname="www.sluice.test") as conn:
            conn.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert conn.recv(100).startswith(b"HTTP/1.1 200")
    except ssl.SSLError as e:
        return str(e).lower().replace("_", " "), time.monotonic() - begin
    return "", time.monotonic() - begin


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("where", ["soft", "hard"])
def test_the_responder_decides_on_clients(lab, world, where, version):
    assert shake(lab, world.good, where, version)[0] == ""
    assert "certificate revoked" in shake(lab, world.revoked, where, version)[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_no_responder_means_soft_or_hard(lab, world, version):
    soft = counter(lab, "ocsp_soft_failed")
    assert shake(lab, world.fresh.pop(), "soft-nobody", version)[0] == ""
    assert counter(lab, "ocsp_soft_failed") > soft
    alert, took = shake(lab, world.fresh.pop(), "hard-nobody", version)
    assert "alert" in alert and took < TIMEOUT / 1000 + SOON


@pytest.mark.parametrize("where", ["hard-drip", "hard-lying"])
def test_a_slow_or_lying_responder_refuses_nobody_else(lab, world, where):
    """The client that must be judged is refused within the responder's time-out; others are served meanwhile."""
    box, leaf = [], world.fresh.pop()
    waiting = threading.Thread(target=lambda: box.append(shake(lab, leaf, where)))
    waiting.start()
    served = 0
    while waiting.is_alive() or served == 0:
        begin = time.monotonic()
        tls(lab, untrusting(lab, world)).close()
        assert time.monotonic() - begin < SOON
        served += 1
    waiting.join()
    alert, took = box[0]
    assert "alert" in alert and took < TIMEOUT / 1000 + SOON and served >= 1


def untrusting(lab, world):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.load_verify_locations(world.ca.ca)
    return c
