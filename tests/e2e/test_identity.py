"""Who the client is: certificates asked for, judged, each fault by its own alert, and told to the servers behind by PROXY protocol v2."""
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading

import pytest
from cryptography.hazmat.primitives import serialization

from clientnet import connect, in_ns
from labconf import appliance, config, counter, listener, pool, quiet

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop"))
from certs import Certs  # noqa: E402

ENGINES = ("soft",)
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
PLAIN, SECURE = 9001, 9002  # the server behind
LISTENERS = {"none": 443, "request": 444, "require": 445, "depth": 446, "secure": 447}


class Clients:
    """The client's certificates: of the CA that the appliance believes, and of another."""

    def __init__(self, folder):
        for sub in ("good", "bad"):
            (folder / sub).mkdir()
        self.ca, self.wrong = Certs(folder / "good", "clients"), Certs(folder / "bad", "others")
        self.leaf = {
            "rsa": self.ca.leaf("rsa", "rsa.clients.test", True),
            "p256": self.ca.leaf("p256", "p256.clients.test", True),
            "ed25519": self.ca.leaf("ed25519", "ed25519.clients.test", True),
            "revoked": self.ca.leaf("p256", "revoked.clients.test", True),
            "later": self.ca.leaf("p256", "later.clients.test", True),
            "expired": self.ca.leaf("p256", "expired.clients.test", True, age=2),
            "early": self.ca.leaf("p256", "early.clients.test", True, age=-2),
            "purpose": self.ca.leaf("p256", "purpose.clients.test", False),
            "unknown": self.wrong.leaf("p256", "unknown.clients.test", True),
            "own": self.ca.leaf("p256", "own.clients.test", True, self_signed=True),
        }
        self.crl = str(folder / "clients.crl")
        self.revoke("revoked")

    def revoke(self, *names):
        made = self.ca.crl(*(self.leaf[n][2] for n in names))
        os.rename(made, self.crl)


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    return Clients(tmp_path_factory.mktemp("clients"))


def auth(mode, clients):
    return f"client_auth:\n  mode: {mode}\n  ca: {clients.ca.ca}\n  crl: [{clients.crl}]\n"


class Header:
    """A PROXY protocol v2 header, read by the specification alone (haproxy.org, proxy-protocol.txt 2.2)."""

    SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"

    def __init__(self, read):
        head = read(16)
        assert head[:12] == self.SIGNATURE and head[12] == 0x21, head
        self.family = head[13]
        body = read(struct.unpack(">H", head[14:])[0])
        assert self.family == 0x11
        self.source = (socket.inet_ntoa(body[:4]), struct.unpack_from(">H", body, 8)[0])
        self.target = (socket.inet_ntoa(body[4:8]), struct.unpack_from(">H", body, 10)[0])
        self.tlv = self.parse(body[12:])
        self.flags, self.verify = struct.unpack_from(">BI", self.tlv[0x20])
        self.ssl = self.parse(self.tlv[0x20][5:])

    @staticmethod
    def parse(data):
        out = {}
        while data:
            kind, n = struct.unpack_from(">BH", data)
            assert len(data) >= 3 + n and kind not in out
            out[kind] = data[3:3 + n]
            data = data[3 + n:]
        return out


class Behind:
    """The server: takes the header, keeps it, and answers whatever comes next by what came."""

    def __init__(self, lab, port, context=None):
        self.headers, self.context = [], context
        self.sock = in_ns(lab.net.ns("server"), lambda: socket.create_server(("198.19.0.2", port), backlog=64))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(c,), daemon=True).start()

    def _serve(self, c):
        c.settimeout(60)
        with c:
            try:
                self.headers.append(Header(lambda n: c.recv(n, socket.MSG_WAITALL)))  # in clear, before TLS too
                if self.context:
                    c = self.context.wrap_socket(c, server_side=True)
                stream = c.makefile("rb")
                c.sendall(b"<" + stream.readline() + b">")
                if self.context:
                    c.unwrap()  # an end without close_notify is an answer cut short
            except (OSError, AssertionError, struct.error) as e:
                self.headers.append(e)

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.sock.close()


@pytest.fixture(scope="module")
def setup(_labs, clients, tmp_path_factory):
    listeners = [listener(mode, LISTENERS[mode], auth(mode, clients) if mode != "none" else "", pool="plain", certificates=("www", "www-p256"))
                 for mode in ("none", "request", "require")]
    listeners.append(listener("secure", LISTENERS["secure"], auth("require", clients), pool="secure"))
    pools = (pool("plain", PLAIN, "proxy_protocol: v2"),
             pool("secure", SECURE, "proxy_protocol: v2\ntls:\n  server_name: backend.sluice.test\n  ca: @LAB@/pki/ca.pem\n"))
    lab = appliance(_labs, tmp_path_factory.mktemp("identity"), "identity", config(listeners, pools), nginx=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{lab.state}/pki/backend.pem", f"{lab.state}/pki/backend.key")
    behind = {"plain": Behind(lab, PLAIN), "secure": Behind(lab, SECURE, context)}
    yield lab, behind
    for b in behind.values():
        b.close()


@pytest.fixture
def lab(setup):
    yield setup[0]
    quiet(setup[0])


@pytest.fixture
def behind(setup):
    for b in setup[1].values():
        b.headers.clear()
    return setup[1]


class Client:
    """One kind of client; its sessions are kept."""

    def __init__(self, lab, version, leaf=None):
        self.lab, self.version, self.leaf, self.session = lab, version, leaf, None
        c = self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.minimum_version = c.maximum_version = VERSIONS[version]
        c.load_verify_locations(f"{lab.state}/pki/ca.pem")
        if leaf:
            c.load_cert_chain(leaf[0], leaf[1])

    def ask(self, listener_name, line=b"hello\n", resume=False):
        """Sends a line; (what came back, whether it resumed, the client's port)."""
        sock = connect(self.lab, addr=("198.18.0.1", LISTENERS[listener_name]))
        with self.context.wrap_socket(sock, server_hostname="www.sluice.test", session=self.session if resume else None) as conn:
            port = conn.getsockname()[1]
            conn.sendall(line)
            got = conn.makefile("rb").read()
            self.session = conn.session
            return got, conn.session_reused, port


def fingerprint(leaf):
    return hashlib.sha256(leaf[2].public_bytes(serialization.Encoding.DER)).hexdigest().encode()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["rsa", "p256", "ed25519"])
@pytest.mark.parametrize("where", ["require", "secure"])
def test_a_good_certificate_is_told_behind(lab, behind, clients, version, kind, where):
    """Before the client's first byte, and again when the session resumes."""
    leaf = clients.leaf[kind]
    c = Client(lab, version, leaf)
    seen = behind["plain" if where == "require" else "secure"].headers
    for again in (False, True):
        got, resumed, port = c.ask(where, resume=again)
        assert got == b"<hello\n>" and resumed == again
        h = seen[-1]
        assert h.source == ("198.18.0.2", port) and h.target == ("198.18.0.1", LISTENERS[where])
        assert h.verify == 0 and h.flags == (5 if again else 7)
        assert h.tlv[0x02] == b"www.sluice.test"
        assert h.ssl[0x21] == b"TLSv" + version.encode() and h.ssl[0x22] == f"{kind}.clients.test".encode()
        assert h.tlv[0xE0] == f"CN={kind}.clients.test".encode() and h.tlv[0xE1] == f"DNS:{kind}.clients.test".encode()
        assert h.tlv[0xE2] == fingerprint(leaf) and 0xE3 not in h.tlv


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("where", ["none", "request"])
def test_no_certificate_where_none_is_needed(lab, behind, version, where):
    c = Client(lab, version)
    for again in (False, True):
        assert c.ask(where, resume=again)[:2] == (b"<hello\n>", again)
        h = behind["plain"].headers[-1]
        assert h.flags == 1 and h.verify != 0
        assert not {0xE0, 0xE1, 0xE2} & set(h.tlv) and 0x22 not in h.ssl


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_is_not_asked_for_where_nobody_wants_one(lab, behind, clients, version):
    assert Client(lab, version, clients.leaf["rsa"]).ask("none")[0] == b"<hello\n>"
    assert behind["plain"].headers[-1].flags == 1


# what OpenSSL calls the alert that came back, by TLS 1.2 and by 1.3
FAULTS = {
    None: ("handshake failure", "certificate required"),
    "unknown": ("unknown ca", "unknown ca"),
    "own": ("unknown ca", "unknown ca"),
    "expired": ("certificate expired", "certificate expired"),
    "early": ("certificate expired", "certificate expired"),
    "revoked": ("certificate revoked", "certificate revoked"),
    "purpose": ("unsupported certificate", "unsupported certificate"),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_has_its_alert(lab, behind, clients, version, fault):
    refused = counter(lab, "handshakes_failed")
    with pytest.raises(ssl.SSLError) as e:
        Client(lab, version, clients.leaf[fault] if fault else None).ask("require")
    assert FAULTS[fault][version == "1.3"] in str(e.value).lower().replace("_", " ")
    assert counter(lab, "handshakes_failed") == refused + 1
    assert behind["plain"].headers == []  # nobody behind heard of it


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", [f for f in FAULTS if f])
def test_a_bad_certificate_where_one_is_only_requested(lab, behind, clients, version, fault):
    """A chain that is not good is told as such, or refused; never told as good."""
    try:
        got = Client(lab, version, clients.leaf[fault]).ask("request")[0]
    except ssl.SSLError as e:
        assert FAULTS[fault][version == "1.3"] in str(e).lower().replace("_", " ")
        assert behind["plain"].headers == []
        return
    assert got == b"<hello\n>"
    h = behind["plain"].headers[-1]
    assert h.verify != 0 and h.tlv[0xE3] and h.tlv[0xE2] == fingerprint(clients.leaf[fault])


def refused_as_revoked(client, resume=False):
    with pytest.raises(ssl.SSLError) as e:
        client.ask("require", resume=resume)
    assert "certificate revoked" in str(e.value).lower().replace("_", " ")


def test_a_new_crl_is_taken_while_running(lab, clients):
    """It counts for new handshakes and for sessions of before alike; garbage in its place changes nothing; and back."""
    later = [Client(lab, v, clients.leaf["later"]) for v in VERSIONS]
    assert [c.ask("require")[0] for c in later] == [b"<hello\n>"] * 2
    reloads = counter(lab, "crl_reloads")
    clients.revoke("revoked", "later")
    lab.until("the new CRL is read", lambda: counter(lab, "crl_reloads") > reloads, 30)
    for c in later:
        refused_as_revoked(c, resume=True)
        refused_as_revoked(c)
    assert Client(lab, "1.3", clients.leaf["p256"]).ask("require")[0] == b"<hello\n>"
    reloads, errors = counter(lab, "crl_reloads"), counter(lab, "crl_errors")
    with open(clients.crl + ".new", "wb") as f:
        f.write(b"-----BEGIN X509 CRL-----\ngarbage\n")
    os.rename(clients.crl + ".new", clients.crl)
    lab.until("garbage is noticed", lambda: counter(lab, "crl_errors") > errors, 30)
    refused_as_revoked(later[0])  # by the CRL of before
    clients.revoke("revoked")
    lab.until("the CRL is read again", lambda: counter(lab, "crl_reloads") > reloads, 30)
    assert [c.ask("require")[0] for c in later] == [b"<hello\n>"] * 2
