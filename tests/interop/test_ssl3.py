"""SSL 3.0, the server's side, with scapy as the client: key exchanges, ciphers, resumption, client certificates, alerts. RFC 6101."""
import zlib

import pytest
from scapy.layers.tls.handshake import TLSClientKeyExchange, TLSFinished
from scapy.layers.tls.record import TLSChangeCipherSpec

from ssl3_peer import Client

SUITES = {
    0x0001: "TLS_RSA_WITH_NULL_MD5", 0x0002: "TLS_RSA_WITH_NULL_SHA", 0x0004: "TLS_RSA_WITH_RC4_128_MD5", 0x0005: "TLS_RSA_WITH_RC4_128_SHA",
    0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", 0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA", 0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", 0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", 0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
}
MUSEUM = ("--profile", "museum", "--versions", "ssl3", "--echo", "--session-cache")


@pytest.mark.parametrize("suite", SUITES, ids=SUITES.values())
def test_suite(server, suite):
    s = server(*MUSEUM)
    c = Client(s.port)
    got = c.shake(suite)
    assert ("TLSServerKeyExchange" in got) == ("DHE" in SUITES[suite])
    assert all(c.echoes(b"x" * n) for n in (1, 15, 16, 17, 1000, 10000))
    c.close()
    told = s.closed()
    assert told["ok"] and told["version"] == "SSL 3.0" and told["suite"] == SUITES[suite] and not told["ems"] and not told["etm"]


def test_resumption(server):
    s = server(*MUSEUM)
    first = Client(s.port)
    sid = first.shake(0x002F)["TLSServerHello"].sid
    master = first.tls.master_secret
    first.close()
    c = Client(s.port)
    c.offer(0x002F, sid=sid)
    hello = c.record().msg[0]
    assert hello.sid == sid
    c.tls.master_secret = master
    c.tls.compute_ms_and_derive_keys = lambda: None
    c.tls.prcs.derive_keys(client_random=c.tls.client_random, server_random=c.tls.server_random, master_secret=master)
    c.tls.pwcs.derive_keys(client_random=c.tls.client_random, server_random=c.tls.server_random, master_secret=master)
    r = c.record()
    assert type(r.msg[0]).__name__ == "TLSChangeCipherSpec"
    assert type(c.record().msg[0]).__name__ == "TLSFinished"
    c.write(TLSChangeCipherSpec())
    c.write(TLSFinished())
    assert c.echoes(b"again")
    c.close()
    assert [s.closed()["resumed"] for _ in range(2)] == [False, True]


class Deflate:
    """RFC 3749: one stream through all records of a direction (scapy's own begins anew with each)."""
    name, val = "DEFLATE", 1

    def __init__(self):
        self.out, self.into = zlib.compressobj(), zlib.decompressobj()

    def compress(self, s):
        return self.out.compress(s) + self.out.flush(zlib.Z_SYNC_FLUSH)

    def decompress(self, s):
        return self.into.decompress(s)


@pytest.mark.parametrize("version", (0x0300, 0x0301, 0x0303), ids=("3.0", "1.0", "1.2"))
@pytest.mark.parametrize("profile", ("museum", "legacy"))
def test_deflate(server, profile, version):
    s = server("--profile", profile, "--versions", "ssl3,tls1.0,tls1.2", "--echo")
    c = Client(s.port, version)
    c.offer(0x002F, compression=(1, 0))
    hello = c.flight("TLSServerHelloDone")["TLSServerHello"]
    assert hello.comp == [1 if profile == "museum" else 0] or hello.comp == (1 if profile == "museum" else 0)
    c.write(TLSClientKeyExchange())
    if profile == "museum":
        c.tls.pwcs.compression, c.tls.prcs.compression = Deflate(), Deflate()
    c.finish()
    assert all(c.echoes(bytes(range(256)) * n) for n in (1, 1, 40))
    c.close()
    assert s.closed()["ok"]


@pytest.mark.parametrize("how", ("request", "require"))
def test_client_certificate(server, pki, how):
    s = server(*MUSEUM, "--client-auth", how, "--ca", pki.ca)
    c = Client(s.port)
    c.offer(0x002F)
    assert "TLSCertificateRequest" in c.flight("TLSServerHelloDone")
    c.certificate(*pki.client)
    c.write(TLSClientKeyExchange())
    c.prove()
    c.finish()
    assert c.echoes(b"who I am")
    c.close()
    assert "client one" in s.closed()["peer"]


def test_client_certificate_with_a_bad_signature(server, pki):
    s = server(*MUSEUM, "--client-auth", "require", "--ca", pki.ca)
    c = Client(s.port)
    c.offer(0x002F)
    c.flight("TLSServerHelloDone")
    c.certificate(*pki.client)
    c.write(TLSClientKeyExchange())
    c.prove(spoil=True)
    assert c.alert() == (2, 40)  # SSL 3.0 has no decrypt_error
    c.close()
    assert s.closed()["error"] == "DECRYPT_ERROR"


def test_client_certificate_of_a_stranger(server, pki):
    s = server(*MUSEUM, "--client-auth", "require", "--ca", pki.ca)
    c = Client(s.port)
    c.offer(0x002F)
    c.flight("TLSServerHelloDone")
    c.certificate(*pki.stranger)
    assert c.alert() == (2, 42)  # nor unknown_ca
    c.close()
    assert s.closed()["error"] == "UNKNOWN_CA"


@pytest.mark.parametrize("how", ("request", "require"))
def test_no_certificate_is_an_alert(server, pki, how):
    s = server(*MUSEUM, "--client-auth", how, "--ca", pki.ca)
    c = Client(s.port)
    c.offer(0x002F)
    c.flight("TLSServerHelloDone")
    c.warn(41)
    if how == "require":
        assert c.alert() == (2, 40)
    else:
        c.write(TLSClientKeyExchange())
        c.finish()
        assert c.echoes(b"nobody")
    c.close()
    assert s.closed()["ok"] == (how == "request")


def test_only_where_it_is_allowed(server):
    for profile, alert in (("modern", 70), ("compatible", 70)):
        s = server("--profile", profile)
        c = Client(s.port)
        c.offer(0x002F)
        assert c.alert() == (2, alert)
        c.close()


def test_fallback_is_noticed(server):
    s = server("--profile", "legacy")
    c = Client(s.port)
    c.offer(0x002F, 0x5600)
    assert c.alert() == (2, 86)
    c.close()


def test_renegotiation_without_rfc_5746_ends_it(server):
    s = server("--profile", "legacy", "--versions", "ssl3", "--renegotiation", "both", "--echo")
    c = Client(s.port)
    c.shake(0x002F)
    assert c.echoes(b"before")
    c.offer(0x002F)
    assert c.alert() == (2, 40)  # there is no no_renegotiation
    c.close()
    assert s.closed()["error"] == "HANDSHAKE_FAILURE"
