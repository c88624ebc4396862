"""Table D of the handshakes: what must not be, in every version, is answered by the alert that the RFC names, a close, and nothing left."""
import os
import socket
import ssl
import struct
import sys

import pytest

from clientnet import connect, last_alert, read_to_end, records, tls
from labconf import appliance, config, counter, grows, listener, quiet

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "interop"))
import ssl2_peer as ssl2  # noqa: E402

ENGINES = ("soft",)
FATAL = 2
UNEXPECTED_MESSAGE, BAD_RECORD_MAC, RECORD_OVERFLOW, HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, DECODE_ERROR, PROTOCOL_VERSION = 10, 20, 22, 40, 47, 50, 70
VERSIONS = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.2": 0x0303, "TLS 1.3": 0x0304}


@pytest.fixture
def lab(_labs, tmp_path):
    lab = appliance(_labs, tmp_path, "table-d", config((listener("museum", 443, profile="museum"),)))
    quiet(lab)
    before = buffers(lab)
    yield lab
    quiet(lab)
    lab.until("packet buffers are as before", lambda: buffers(lab) <= before, 30)
    tls(lab).close()


def buffers(lab):
    return counter(lab, "mbufs", "dataplane")


def vec(n, data):
    return len(data).to_bytes(n, "big") + data


def extension(code, data):
    return struct.pack(">H", code) + vec(2, data)


def hello(version, more=b"", suites=None):
    """A ClientHello of this version, written from the RFC alone."""
    old = min(version, 0x0303)
    suites = suites or ([0x1301] if version == 0x0304 else [0x002F, 0x000A, 0xC02F])
    ext = b""
    if version >= 0x0303:
        ext += extension(10, vec(2, struct.pack(">H", 0x001D))) + extension(13, vec(2, struct.pack(">HHH", 0x0804, 0x0401, 0x0403)))
    if version == 0x0304:
        ext += extension(43, vec(1, struct.pack(">H", 0x0304)))
        ext += extension(51, vec(2, struct.pack(">H", 0x001D) + vec(2, b"\x09" + b"\0" * 31)))
    body = struct.pack(">H", old) + os.urandom(32) + vec(1, b"") + vec(2, b"".join(struct.pack(">H", s) for s in suites)) + vec(1, b"\0")
    if ext:
        body += vec(2, ext)
    return message(1, body + more)


def message(kind, body):
    return bytes([kind]) + vec(3, body)


def record(kind, body, version=0x0301):
    return struct.pack(">BH", kind, version) + vec(2, body)


def first(version):
    """The version in the header of a client's first records."""
    return 0x0300 if version == 0x0300 else 0x0301


def talk(lab, *parts, answered=False):
    """Sends, waits for the server's flight if told to, sends the rest; everything that came until the close."""
    s = connect(lab)
    out = b""
    try:
        for i, part in enumerate(parts):
            s.sendall(part)
            if answered and i == 0:
                out += s.recv(65536)
                assert out[0] == 22, out[:8]
    except (BrokenPipeError, ConnectionResetError):
        pass
    rest, _ = read_to_end(s)
    s.close()
    return out + rest


BEFORE = {  # instead of the hello, or with it: what is sent, and the alert
    "garbage": (lambda v: b"\x16\x03\x01\x00\x20" + b"\xEE" * 32, {UNEXPECTED_MESSAGE, DECODE_ERROR}),
    "wrong record version": (lambda v: record(22, hello(v), 0x0501), {PROTOCOL_VERSION, None}),
    "oversized record": (lambda v: struct.pack(">BHH", 22, first(v), 0x4801) + b"\1" * 64, {RECORD_OVERFLOW}),
    "empty records": (lambda v: record(22, b"", first(v)) * 200, {UNEXPECTED_MESSAGE}),
    "warnings": (lambda v: record(21, b"\1\x5A", first(v)) * 200, {UNEXPECTED_MESSAGE}),
    "data": (lambda v: record(23, b"data", first(v)), {UNEXPECTED_MESSAGE}),
    "change of keys": (lambda v: record(20, b"\1", first(v)), {UNEXPECTED_MESSAGE}),
    "unknown record": (lambda v: record(99, b"\1", first(v)), {UNEXPECTED_MESSAGE, None}),
    "finished first": (lambda v: record(22, message(20, b"\0" * 12), first(v)), {UNEXPECTED_MESSAGE}),
    "unknown message": (lambda v: record(22, message(77, b""), first(v)), {UNEXPECTED_MESSAGE}),
    "trailing bytes": (lambda v: record(22, hello(v, b"\0\0\0"), first(v)), {DECODE_ERROR}),
    "hello cut short": (lambda v: record(22, message(1, hello(v)[4:30]), first(v)), {DECODE_ERROR}),
    "empty hello": (lambda v: record(22, message(1, b""), first(v)), {DECODE_ERROR}),
    "no compression method": (lambda v: record(22, message(1, struct.pack(">H", min(v, 0x0303)) + b"\0" * 32 + vec(1, b"") +
                                                           vec(2, b"\0\x2F") + vec(1, b"")), first(v)), {DECODE_ERROR, ILLEGAL_PARAMETER}),
    "no suite in common": (lambda v: record(22, hello(v, suites=[0xFAFA]), first(v)), {HANDSHAKE_FAILURE}),
    "two hellos": (lambda v: record(22, hello(min(v, 0x0303)) * 2, first(v)), {UNEXPECTED_MESSAGE}),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", BEFORE)
def test_before_anything_is_agreed(lab, version, case):
    make, alerts = BEFORE[case]
    out = talk(lab, make(VERSIONS[version]))
    said = last_alert(out)
    assert (said and said[1]) in alerts, said
    assert said is None or said[0] == FATAL


AFTER = {  # after the server's flight of TLS 1.2 or before
    "another hello": (lambda v: record(22, hello(v), v), UNEXPECTED_MESSAGE),
    "finished early": (lambda v: record(22, message(20, b"\0" * 12), v), UNEXPECTED_MESSAGE),
    "keys changed early": (lambda v: record(20, b"\1", v), UNEXPECTED_MESSAGE),
    "data": (lambda v: record(23, b"data", v), UNEXPECTED_MESSAGE),
    "wrong record version": (lambda v: record(22, message(16, b"\0" * 258), 0x0400), PROTOCOL_VERSION),
    "oversized record": (lambda v: struct.pack(">BHH", 22, v, 0x4801) + b"\1" * 64, RECORD_OVERFLOW),
    "empty records": (lambda v: record(22, b"", v) * 200, UNEXPECTED_MESSAGE),
    "warnings": (lambda v: record(21, b"\1\x5A", v) * 200, UNEXPECTED_MESSAGE),
    "empty key exchange": (lambda v: record(22, message(16, b""), v), DECODE_ERROR),
}


@pytest.mark.parametrize("version", [v for v in VERSIONS if v != "TLS 1.3"])
@pytest.mark.parametrize("case", AFTER)
def test_after_the_servers_flight(lab, version, case):
    v = VERSIONS[version]
    make, alert = AFTER[case]
    out = talk(lab, record(22, hello(v, suites=[0x002F]), first(v)), make(v), answered=True)
    if v == 0x0300:  # which has fewer words, RFC 6101 5.4.2
        alert = {PROTOCOL_VERSION: HANDSHAKE_FAILURE, RECORD_OVERFLOW: BAD_RECORD_MAC, DECODE_ERROR: HANDSHAKE_FAILURE}.get(alert, alert)
    assert last_alert(out) == (FATAL, alert)


AFTER_13 = {"another hello in the clear": lambda: record(22, hello(0x0304)), "data that nobody sealed": lambda: record(23, b"\0" * 40, 0x0303),
            "data too short to be sealed": lambda: record(23, b"\0" * 4, 0x0303), "oversized record": lambda: struct.pack(">BHH", 23, 0x0303, 0x4101) + b"x" * 64,
            "a bad change of cipher specs": lambda: record(20, b"\2", 0x0303)}


@pytest.mark.parametrize("case", AFTER_13)
def test_after_the_servers_flight_of_tls_1_3(lab, case):
    """The alert is sealed: it ends what came, and is as long as an alert."""
    with grows(lab, "tls_alerts_out"):
        out = talk(lab, record(22, hello(0x0304)), AFTER_13[case](), answered=True)
    kind, _, body = records(out)[0][-1]
    assert (kind, len(body)) in ((23, 2 + 1 + 16), (21, 2)), records(out)[0][-1]


class Bent:
    """A finished connection by Python, whose bytes pass through the test."""

    def __init__(self, lab, version):
        self.sock = connect(lab)
        self.version = min(version, 0x0303)  # in the headers of records
        self.inb, self.outb = ssl.MemoryBIO(), ssl.MemoryBIO()
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.minimum_version = c.maximum_version = version
        c.set_ciphers("AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0")
        c.load_verify_locations(f"{lab.state}/pki/ca.pem")
        self.tls = c.wrap_bio(self.inb, self.outb, server_hostname="www.sluice.test")
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.sock.sendall(self.outb.read())
                self.inb.write(self.sock.recv(65536))
        self.sock.sendall(self.outb.read())

    def sealed(self, data):
        self.tls.write(data)
        return self.outb.read()

    def alert(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        raw, _ = read_to_end(self.sock)
        self.sock.close()
        self.inb.write(raw)
        self.inb.write_eof()
        try:
            while self.tls.read(65536):
                pass
        except ssl.SSLError as e:
            return str(e).lower().replace("_", " ")
        return "no alert"


def flipped(data, at):
    bent = bytearray(data)
    bent[at] ^= 1
    return bytes(bent)


UP = {  # on an open connection: what is sent, the alert, the counter
    "tag": (lambda b: flipped(b.sealed(b"x" * 100), -1), "bad record mac", "tls_bad_mac"),
    "second record": (lambda b: b.sealed(b"GET / HTTP/1.1\r\n") + flipped(b.sealed(b"x" * 100), 30), "bad record mac", "tls_bad_mac"),
    "plaintext": (lambda b: record(23, b"p" * 68, b.version), "bad record mac", "tls_bad_mac"),
    "oversized record": (lambda b: struct.pack(">BHH", 23, b.version, 0x4801) + b"x" * 64, "record overflow", "tls_bad_record"),
    "wrong record version": (lambda b: record(23, b"p" * 64, 0x0500), "protocol version", "tls_bad_record"),
    "unknown record": (lambda b: record(99, b"p" * 64, b.version), "unexpected message", "tls_bad_record"),
}


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("case", UP)
def test_on_an_open_connection(lab, version, case):
    make, alert, counted = UP[case]
    b = Bent(lab, getattr(ssl.TLSVersion, version))
    with grows(lab, counted):
        assert alert in b.alert(make(b))


@pytest.mark.parametrize("what", ["garbage", "cut short", "wrong message", "damage"])
def test_ssl_2_0(lab, what):
    """Which has errors for four faults only: everything else ends without a word."""
    if what == "damage":
        c = ssl2.Client.__new__(ssl2.Client)
        ssl2.Peer.__init__(c, connect(lab), "client")
        c.shake((ssl2.RC4,))
        c.sock.sendall(b"\x80\x20" + b"x" * 32)
        assert c.closed()
        c.close()
        return
    body = {"garbage": b"\1\0\2" + b"\xFF" * 40, "cut short": b"\1\0\2\0\3", "wrong message": b"\3" + b"\0" * 40}[what]
    s = connect(lab)
    s.sendall(struct.pack(">H", 0x8000 | len(body)) + body)
    s.shutdown(socket.SHUT_WR)
    out, _ = read_to_end(s)
    s.close()
    assert last_alert(out) is None or last_alert(out)[0] == FATAL
    assert len(out) < 16, "nothing of a handshake"
