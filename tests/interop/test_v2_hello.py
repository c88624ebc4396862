"""A ClientHello in SSL 2.0's format that offers 3.x (RFC 5246 E.2), by scapy: answered by the best version both have, never by SSL 2.0."""
import struct

import pytest
from scapy.layers.tls.handshake import TLSClientKeyExchange, TLSFinished
from scapy.layers.tls.record import TLS, TLSApplicationData, TLSChangeCipherSpec

from ssl2_peer import DES3, RC4, Client

AES128_SHA, RC4_SHA, EMPTY_RENEGOTIATION, FALLBACK = 0x2F, 0x05, 0xFF, 0x5600


class OldHello(Client):
    """Begins with the old hello and goes on in records of 3.x."""

    def offer(self, version, ciphers, challenge):
        self.hello(ciphers, version=version, challenge=challenge)
        t = self.tls
        specs = b"".join(struct.pack("!I", c)[1:] for c in ciphers)
        t.handshake_messages = [struct.pack("!BHHHH", 1, version, len(specs), 0, len(challenge)) + specs + challenge]
        t.client_random = challenge.rjust(32, b"\0")
        t.tls_version = t.advertised_tls_version = version
        t.wcs.seq_num = t.rcs.seq_num = 0

    def record(self):
        head = self._bytes(5)
        return TLS(head + self._bytes(struct.unpack("!H", head[3:])[0]), tls_session=self.tls)

    def write(self, msg):
        self.sock.sendall(TLS(tls_session=self.tls, msg=[msg]).raw_stateful())

    def finish(self):
        got = []
        while "TLSServerHelloDone" not in got:
            r = self.record()
            got += [type(m).__name__ for m in r.msg]
        self.write(TLSClientKeyExchange())
        self.write(TLSChangeCipherSpec())
        self.write(TLSFinished())
        assert type(self.record().msg[0]).__name__ == "TLSChangeCipherSpec"
        assert type(self.record().msg[0]).__name__ == "TLSFinished"
        return got

    def alert(self):
        r = self.record()
        assert r.type == 21
        return r.msg[0].level, r.msg[0].descr


VERSIONS = {0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2"}


@pytest.mark.parametrize("profile", ("legacy", "museum"))
@pytest.mark.parametrize("n", (16, 24, 32), ids=lambda n: f"challenge{n}")
@pytest.mark.parametrize("version", VERSIONS, ids=VERSIONS.values())
def test_is_answered_in_3x(server, profile, version, n):
    s = server("--profile", profile, "--versions", "ssl3,tls1.0,tls1.1,tls1.2", "--v2-hello", "--echo")
    c = OldHello(s.port)
    # the ciphers of SSL 2.0 are there too, and are not taken
    c.offer(version, (DES3, RC4, AES128_SHA, EMPTY_RENEGOTIATION), bytes(range(1, n + 1)))
    c.finish()
    c.write(TLSApplicationData(data=b"old and new"))
    got = b""
    while len(got) < 11:
        got += b"".join(m.data for m in c.record().msg)
    assert got == b"old and new"
    c.close()
    told = s.closed()
    assert told["ok"] and told["version"] == VERSIONS[version] and told["suite"] == "TLS_RSA_WITH_AES_128_CBC_SHA"


@pytest.mark.parametrize("args", (("--profile", "modern"), ("--profile", "legacy")), ids=("modern", "legacy"))
def test_is_refused_unless_allowed(server, args):
    s = server(*args)
    c = OldHello(s.port)
    c.offer(0x0301, (AES128_SHA,), b"x" * 16)
    assert c.alert() == (2, 70)
    c.close()
    assert s.closed()["error"] == "PROTOCOL_VERSION"


def test_is_never_answered_by_ssl2(server):
    """Not even where nothing else is in common."""
    s = server("--profile", "museum", "--versions", "ssl2,tls1.2", "--v2-hello")
    c = OldHello(s.port)
    c.offer(0x0301, (DES3, RC4, AES128_SHA), b"x" * 16)
    assert c.alert() == (2, 70)
    c.close()
    c = OldHello(s.port)
    c.offer(0x0303, (DES3, RC4), b"x" * 16)
    assert c.alert() == (2, 40)
    c.close()


def test_fallback_is_noticed(server):
    """RFC 7507 counts in this format as well."""
    s = server("--profile", "legacy", "--v2-hello")
    c = OldHello(s.port)
    c.offer(0x0301, (AES128_SHA, FALLBACK), b"x" * 16)
    assert c.alert() == (2, 86)
    c.close()


def test_comes_first_or_not_at_all(server):
    s = server("--profile", "legacy", "--versions", "tls1.0,tls1.2", "--v2-hello")
    c = OldHello(s.port)
    c.offer(0x0301, (AES128_SHA,), b"x" * 16)
    got = []
    while "TLSServerHelloDone" not in got:
        got += [type(m).__name__ for m in c.record().msg]
    c.sock.sendall(b"\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x2f" + b"x" * 16)
    assert c.alert()[0] == 2 and c.closed()
    c.close()
