"""The client's role of SSL 3.0 to TLS 1.3 against servers that are not ours."""
import os
import time

import pytest
from certs import Certs
from runner import Runner
import servers

GET = r"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"
MUSEUM = ("--profile", "museum")


@pytest.fixture(scope="session")
def certs(tmp_path_factory):
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture
def run():
    """run(server): it is stopped when the test is over."""
    started = []

    def keep(s):
        started.append(s)
        return s

    yield keep
    for s in started:
        s.stop()


@pytest.fixture
def connect(certs, run):
    """connect(server, *args): our client; gives what is told of each connection."""

    def go(server, *args, times=1, name="localhost", ca=None, stay=False):
        data = [] if stay else ["--data", GET]
        r = run(Runner("client", "--connect", f"127.0.0.1:{server.port}", "--ca", ca or certs.ca, "--name", name, "--timeout", "60000", *data,
                       *(["--reconnect", str(times - 1)] if times > 1 else []), *args))
        return r if stay else [r.closed() for _ in range(times)]

    return go


def good(lines, version, **want):
    for line in lines:
        assert line["ok"] and line["error"] is None, line
        assert line["version"] == version, line
    for key, value in want.items():
        assert [line[key] for line in lines] == ([value] * len(lines) if not isinstance(value, list) else value), lines


# ---- openssl s_server ----

@pytest.mark.parametrize("kind,scheme", [("rsa", "rsa_pss_rsae_sha256"), ("p256", "ecdsa_secp256r1_sha256"),
                                         ("p384", "ecdsa_secp384r1_sha384"), ("ed25519", "ed25519")])
@pytest.mark.parametrize("version,flag", [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2")])
def test_certificates_of_every_kind(certs, run, connect, kind, scheme, version, flag):
    s = run(servers.openssl(certs.leaf(kind), flag))
    if (version, kind) == ("TLS 1.2", "p384"):
        scheme = "ecdsa_secp256r1_sha256"  # names the hash alone there
    good(connect(s), version, scheme=scheme, group="x25519", peer="CN=localhost", resumed=False)


@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])
@pytest.mark.parametrize("group,theirs", [("x25519", "X25519"), ("secp256r1", "P-256"), ("secp384r1", "P-384")])
def test_suites_and_groups_of_1_3(certs, run, connect, suite, group, theirs):
    """A group that our first hello has no share for costs a HelloRetryRequest."""
    s = run(servers.openssl(certs.leaf(), "-tls1_3", "-ciphersuites", suite, "-groups", theirs))
    good(connect(s), "TLS 1.3", suite=suite, group=group)


def test_retry_with_a_psk(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-tls1_3", "-groups", "P-384"))
    good(connect(s, times=3), "TLS 1.3", resumed=[False, True, True], group="secp384r1", peer="CN=localhost")


OLD = [
    ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "rsa"),
    ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "rsa"),
    ("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "rsa"),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "p256"),
    ("ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "p256"),
    ("DHE-RSA-AES128-GCM-SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "rsa"),
    ("DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", "rsa"),
    ("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256", "rsa"),
    ("AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256", "rsa"),
    ("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "rsa"),
    ("DHE-RSA-AES256-SHA", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "rsa"),
    ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "rsa"),
    ("ADH-AES128-SHA", "TLS_DH_anon_WITH_AES_128_CBC_SHA", "rsa"),
    ("AECDH-AES128-SHA", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "rsa"),
    ("NULL-SHA256", "TLS_RSA_WITH_NULL_SHA256", "rsa"),
    ("ECDHE-RSA-NULL-SHA", "TLS_ECDHE_RSA_WITH_NULL_SHA", "rsa"),
]


@pytest.mark.parametrize("theirs,ours,kind", OLD)
def test_suites_of_1_2(certs, run, connect, theirs, ours, kind):
    s = run(servers.openssl(certs.leaf(kind), "-tls1_2", "-cipher", theirs + ":@SECLEVEL=0"))
    good(connect(s, *MUSEUM), "TLS 1.2", suite=ours, ems=True)


@pytest.mark.parametrize("theirs,ours,kind", [row for row in OLD if row[0] in (
    "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES256-SHA", "AES128-SHA", "ADH-AES128-SHA", "AECDH-AES128-SHA", "ECDHE-RSA-NULL-SHA")] + [
    ("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "p256")])
@pytest.mark.parametrize("version,flag", [("TLS 1.1", "-tls1_1"), ("TLS 1.0", "-tls1")])
def test_suites_of_1_0_and_1_1(certs, run, connect, theirs, ours, kind, version, flag):
    s = run(servers.openssl(certs.leaf(kind), flag, "-cipher", theirs + ":@SECLEVEL=0"))
    good(connect(s, *MUSEUM), version, suite=ours)


@pytest.mark.parametrize("version,flag", [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2"), ("TLS 1.1", "-tls1_1"), ("TLS 1.0", "-tls1")])
@pytest.mark.parametrize("ticket", [True, False])
def test_resumption(certs, run, connect, version, flag, ticket):
    s = run(servers.openssl(certs.leaf(), flag, "-cipher", "ALL:@SECLEVEL=0", *([] if ticket else ["-no_ticket"])))
    good(connect(s, *MUSEUM, times=3), version, resumed=[False, True, True], peer="CN=localhost")


def test_no_resumption_where_none_is_offered(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-tls1_2", "-no_ticket", "-no_cache"))
    good(connect(s, times=2), "TLS 1.2", resumed=False)


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "ed25519"])
@pytest.mark.parametrize("version,flag", [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2"), ("TLS 1.1", "-tls1_1"), ("TLS 1.0", "-tls1")])
def test_our_certificate(certs, run, connect, kind, version, flag):
    """-Verify: nothing without a good one. Ed25519 cannot sign before TLS 1.2: then there is none that fits."""
    mine = certs.leaf(kind, "client one", client=True)
    s = run(servers.openssl(certs.leaf(), flag, "-Verify", "2", "-verify_return_error", "-CAfile", certs.ca, "-cipher", "ALL:@SECLEVEL=0"))
    lines = connect(s, *MUSEUM, "--cert", mine[0], "--key", mine[1])
    if kind == "ed25519" and version in ("TLS 1.1", "TLS 1.0"):
        assert not lines[0]["ok"] and lines[0]["alert_received"] == "handshake_failure", lines
    else:
        good(lines, version)


@pytest.mark.parametrize("version,flag", [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2"), ("TLS 1.1", "-tls1_1")])
def test_no_certificate_of_ours(certs, run, connect, version, flag):
    s = run(servers.openssl(certs.leaf(), flag, "-verify", "2", "-CAfile", certs.ca, "-cipher", "ALL:@SECLEVEL=0"))
    good(connect(s, *MUSEUM), version)


def test_a_certificate_that_no_named_ca_issued_stays_here(certs, run, connect, tmp_path):
    """The server names its CA in the request: another CA's certificate is not shown to it."""
    mine = Certs(tmp_path, "another CA").leaf("rsa", "client two", client=True)
    for flag, version in (("-tls1_3", "TLS 1.3"), ("-tls1_2", "TLS 1.2")):
        s = run(servers.openssl(certs.leaf(), flag, "-verify", "2", "-CAfile", certs.ca))
        good(connect(s, "--cert", mine[0], "--key", mine[1]), version)
        assert "client two" not in s.text()


def test_old_dh_groups(certs, run, connect, tmp_path):
    """A server's own group of 1024 bits: only where old versions are spoken."""
    path = os.path.join(str(tmp_path), "dh.pem")
    with open(path, "w") as f:  # RFC 2409 6.2, second Oakley group
        f.write("-----BEGIN DH PARAMETERS-----\nMIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR\n"
                "Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL\n/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC\n"
                "-----END DH PARAMETERS-----\n")
    s = run(servers.openssl(certs.leaf(), "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", path))
    line = connect(s, "--profile", "compatible", "--suites", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")[0]
    assert not line["ok"] and line["error"] == "INSUFFICIENT_SECURITY" and line["alert_sent"] == "insufficient_security", line
    good(connect(s, *MUSEUM), "TLS 1.2", suite="TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")


@pytest.mark.parametrize("version,flag", [("TLS 1.2", "-tls1_2"), ("TLS 1.0", "-tls1")])
def test_renegotiation_by_the_server(certs, run, connect, version, flag):
    s = run(servers.openssl(certs.leaf(), flag, "-cipher", "ALL:@SECLEVEL=0", www=False))
    r = connect(s, *MUSEUM, "--renegotiation", "both", "--stay", "--events", stay=True)
    assert r.line()["event"] == "ready"
    s.say("r\n")
    line = r.line()
    assert line["event"] != "closed" and line["renegotiations"] == 1, line
    r.command("close")
    line = r.closed()
    assert line["ok"] and line["handshakes"] == 2, line


def test_renegotiation_by_us(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-tls1_2", "-client_renegotiation", www=False))
    r = connect(s, "--renegotiation", "both", "--stay", "--events", stay=True)
    assert r.line()["event"] == "ready"
    r.command("renegotiate")
    assert r.line()["renegotiations"] == 1
    r.command("close")
    assert r.closed()["handshakes"] == 2


def test_renegotiation_that_the_server_refuses(certs, run, connect):
    """openssl answers no_renegotiation: the connection goes on."""
    s = run(servers.openssl(certs.leaf(), "-tls1_2", www=False))
    r = connect(s, "--renegotiation", "both", "--stay", "--events", stay=True)
    assert r.line()["event"] == "ready"
    r.command("renegotiate")
    r.command("send hello")
    r.command("close")
    line = r.closed()
    assert line["renegotiations"] == 0 and line["error"] is None, line


def test_renegotiation_refused_by_us(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-tls1_2", www=False))
    r = connect(s, "--stay", "--events", stay=True)
    assert r.line()["event"] == "ready"
    s.say("r\n")
    line = r.closed()  # openssl takes our no_renegotiation for a failure
    assert line["renegotiations"] == 0 and line["handshakes"] == 1, line


@pytest.mark.parametrize("who", ["server", "us"])
def test_key_update(certs, run, connect, who):
    s = run(servers.openssl(certs.leaf(), "-tls1_3", www=False))
    r = connect(s, "--expect", "5", "--events", stay=True)
    assert r.line()["event"] == "ready"
    if who == "us":
        r.command("rekey")
        r.command("send forth")
        deadline(lambda: "forth" in s.text())
    else:
        s.say("K\n")
        deadline(lambda: "SSL_do_handshake -> 1" in s.text())
    s.say("back\n")  # under openssl's new key
    line = r.closed()
    assert line["key_updates"] == 2 and line["error"] is None, line


@pytest.mark.parametrize("mine", [True, False])
def test_authentication_after_the_handshake(certs, run, connect, mine):
    leaf = certs.leaf("p256", "client one", client=True)
    s = run(servers.openssl(certs.leaf(), "-tls1_3", "-verify", "2", "-CAfile", certs.ca, "-msg", www=False))
    r = connect(s, "--stay", "--events", "--post-handshake-auth", *(["--cert", leaf[0], "--key", leaf[1]] if mine else []), stay=True)
    assert r.line()["event"] == "ready"
    s.say("c\n")
    deadline(lambda: sum(line.startswith("<<<") and line.endswith("Finished") for line in s.text().split("\n")) == 2)
    r.command("send after")
    deadline(lambda: "after" in s.text())
    # openssl asks in the handshake as well
    assert s.text().count("depth=0 CN = client one") == (2 if mine else 0)
    r.command("close")
    assert r.closed()["error"] is None


def deadline(done):
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "nothing came"


@pytest.mark.parametrize("flag", ["-tls1_3", "-tls1_2"])
def test_staples(certs, run, connect, flag):
    leaf = certs.leaf("rsa")
    s = run(servers.openssl(leaf, flag, "-status_file", certs.ocsp(leaf[2], False)))
    assert connect(s, "--ocsp")[0]["ok"]
    s = run(servers.openssl(leaf, flag, "-status_file", certs.ocsp(leaf[2], True)))
    refused(connect(s, "--ocsp"), "CERTIFICATE_REVOKED", "certificate_revoked")


def test_alpn(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-alpn", "h2,http/1.1"))
    good(connect(s, "--alpn", "http/1.1"), "TLS 1.3", alpn="http/1.1")


# ---- certificates that are not good ----

def refused(lines, error, alert):
    line = lines[0]
    assert not line["ok"] and line["error"] == error and line["alert_sent"] == alert, line
    assert line["peer_reason"], line


@pytest.mark.parametrize("flag", ["-tls1_3", "-tls1_2", "-tls1"])
@pytest.mark.parametrize("what,error,alert", [
    ("expired", "CERTIFICATE_EXPIRED", "certificate_expired"),
    ("future", "CERTIFICATE_EXPIRED", "certificate_expired"),
    ("name", "CERTIFICATE_UNKNOWN", "certificate_unknown"),
    ("unknown ca", "UNKNOWN_CA", "unknown_ca"),
    ("self-signed", "UNKNOWN_CA", "unknown_ca"),
    ("purpose", "UNSUPPORTED_CERTIFICATE", "unsupported_certificate"),
    ("revoked", "CERTIFICATE_REVOKED", "certificate_revoked"),
])
def test_bad_certificates(certs, run, connect, tmp_path, flag, what, error, alert):
    leaf = {"expired": dict(age=5), "future": dict(age=-5), "name": dict(name="elsewhere.test"), "self-signed": dict(self_signed=True),
            "purpose": dict(client=True)}.get(what, {})
    cert = (Certs(tmp_path, "another CA") if what == "unknown ca" else certs).leaf("rsa", **leaf)
    s = run(servers.openssl(cert, flag, "-cipher", "ALL:@SECLEVEL=0"))
    more = ["--crl", certs.crl(cert[2])] if what == "revoked" else []
    refused(connect(s, *MUSEUM, *more), error, alert)
    # and the server saw no byte of data
    assert "GET" not in s.text()


# ---- others ----

@pytest.mark.parametrize("version,priority", [
    ("TLS 1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3"), ("TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2"),
    ("TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA"), ("TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA"),
    ("TLS 1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC"),
    ("TLS 1.1", "NORMAL:-VERS-ALL:+VERS-TLS1.1"), ("TLS 1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.0:-KX-ALL:+RSA:-CIPHER-ALL:+3DES-CBC"),
    ("TLS 1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.0:-KX-ALL:+RSA:-CIPHER-ALL:+ARCFOUR-128"),
])
def test_gnutls(certs, run, connect, version, priority):
    s = run(servers.gnutls(certs.leaf(), priority, "--disable-client-cert"))
    good(connect(s, *MUSEUM, times=2), version, resumed=[False, True])


def test_gnutls_with_our_certificate(certs, run, connect):
    mine = certs.leaf("rsa", "client one", client=True)
    for priority, version in (("NORMAL:-VERS-ALL:+VERS-TLS1.3", "TLS 1.3"), ("NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS 1.2"),
                              ("NORMAL:-VERS-ALL:+VERS-TLS1.0", "TLS 1.0")):
        s = run(servers.gnutls(certs.leaf(), priority, "--require-client-cert", "--x509cafile", certs.ca, "--verify-client-cert"))
        good(connect(s, *MUSEUM, "--cert", mine[0], "--key", mine[1]), version)


def test_gnutls_encrypts_then_macs(certs, run, connect):
    s = run(servers.gnutls(certs.leaf(), "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC", "--disable-client-cert"))
    good(connect(s, *MUSEUM), "TLS 1.2", etm=True)


@pytest.mark.parametrize("version,more", [("TLS 1.3", "ssl_protocols TLSv1.3;"), ("TLS 1.2", "ssl_protocols TLSv1.2; ssl_session_cache shared:a:1m;"),
                                          ("TLS 1.2", "ssl_protocols TLSv1.2; ssl_session_tickets off; ssl_session_cache shared:b:1m;")])
def test_nginx(certs, run, connect, tmp_path, version, more):
    s = run(servers.nginx(certs.leaf("p256"), tmp_path, more))
    good(connect(s, times=3), version, resumed=[False, True, True])


@pytest.mark.parametrize("version,more", [("TLS 1.3", "ssl-min-ver TLSv1.3"), ("TLS 1.2", "ssl-max-ver TLSv1.2")])
def test_haproxy(certs, run, connect, tmp_path, version, more):
    s = run(servers.haproxy(certs.leaf("rsa"), tmp_path, more))
    good(connect(s, times=3), version, resumed=[False, True, True])


def test_stunnel(certs, run, connect, tmp_path):
    behind = run(servers.gnutls(certs.leaf(), "NORMAL", "--echo", "--disable-client-cert"))
    s = run(servers.stunnel(certs.leaf("p384"), tmp_path, behind.port))
    r = connect(s, "--stay", "--events", stay=True)
    assert r.line()["version"] == "TLS 1.3"
    r.command("close")
    assert r.closed()["ok"]


@pytest.mark.parametrize("version,span", [("TLS 1.3", "tls1.3:tls1.3"), ("TLS 1.2", "tls1.2:tls1.2"), ("TLS 1.1", "tls1.1:tls1.1"), ("TLS 1.0", "tls1.0:tls1.0")])
@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_nss(certs, run, connect, tmp_path, version, span, kind):
    name = ["-n", "server"] if kind == "rsa" else ["-e", "server"]
    s = run(servers.nss(certs.leaf(kind), tmp_path, *name, "-V", span))
    good(connect(s, *MUSEUM), version)


def test_nss_ssl3(certs, run, connect, tmp_path):
    s = run(servers.nss(certs.leaf("rsa"), tmp_path, "-n", "server", "-V", "ssl3:ssl3", "-c", ":002F:000A:0005:0004"))
    good(connect(s, *MUSEUM, "--versions", "ssl3,tls1.0,tls1.1,tls1.2"), "SSL 3.0")


def test_python(certs, run, connect):
    s = run(servers.PythonServer(certs.leaf("ed25519"), ["http/1.1"]))
    good(connect(s, "--alpn", "h2,http/1.1", times=2), "TLS 1.3", alpn="http/1.1", scheme=["ed25519", None])


def test_openssl_3_5(certs, run, connect):
    """Both sides with default settings: the hybrid exchange, also when the session goes on."""
    if not os.path.exists(os.path.join(servers.OPENSSL35, ".fetched")):
        pytest.skip("pip could not fetch OpenSSL 3.5 (tests/matrix/openssl35.txt)")
    s = run(servers.openssl35(certs.leaf("rsa")))
    good(connect(s, times=2), "TLS 1.3", group="X25519MLKEM768", resumed=[False, True])


# ---- versions and wire shape ----

def test_nothing_in_common(certs, run, connect):
    s = run(servers.openssl(certs.leaf(), "-tls1", "-cipher", "ALL:@SECLEVEL=0"))
    line = connect(s)[0]
    assert not line["ok"] and line["alert_received"] == "protocol_version", line


@pytest.mark.parametrize("n", [1, 7, 100])
def test_messages_in_pieces(certs, run, connect, n):
    for flag in ("-tls1_3", "-tls1_2"):
        s = run(servers.openssl(certs.leaf(), flag))
        assert connect(s, "--fragment-in", str(n), "--fragment-out", str(n))[0]["ok"]
