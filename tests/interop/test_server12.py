"""TLS 1.0 to 1.2, the server's side, with GnuTLS and OpenSSL as the client: suites that only GnuTLS still has, ffdhe groups by name, renegotiation."""
import os
import re
import subprocess

import pytest

VERSIONS = ("1.0", "1.1", "1.2")
MUSEUM = ("--profile", "museum", "--versions", "tls1.0,tls1.1,tls1.2", "--echo")
# GnuTLS' own names of what a suite is made of, by what ours says
KX = {"RSA": "RSA", "DHE_RSA": "DHE-RSA", "ECDHE_RSA": "ECDHE-RSA", "ECDHE_ECDSA": "ECDHE-ECDSA", "DH_anon": "ANON-DH", "ECDH_anon": "ANON-ECDH"}
CIPHER = {"NULL": "NULL", "RC4_128": "ARCFOUR-128", "3DES_EDE_CBC": "3DES-CBC", "AES_128_CBC": "AES-128-CBC", "AES_256_CBC": "AES-256-CBC",
          "AES_128_GCM": "AES-128-GCM", "AES_256_GCM": "AES-256-GCM", "CHACHA20_POLY1305": "CHACHA20-POLY1305"}
MAC = {"MD5": "MD5", "SHA": "SHA1", "SHA256": "SHA256", "SHA384": "SHA384"}
OLD = ("NULL_MD5", "NULL_SHA", "RC4_128_MD5", "RC4_128_SHA", "3DES_EDE_CBC_SHA", "AES_128_CBC_SHA", "AES_256_CBC_SHA")
NEW = ("AES_128_CBC_SHA256", "AES_256_CBC_SHA256", "AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256")


def suites():
    """(version, suite): what GnuTLS and we have in common."""
    for version in VERSIONS:
        for kx in KX:
            for rest in OLD + (NEW if version == "1.2" else ()):
                lacks = (("NULL_MD5" in rest or "RC4_128_MD5" in rest) and kx not in ("RSA", "DH_anon")) or (kx == "DH_anon" and rest.startswith("NULL"))
                lacks |= kx == "DH_anon" and rest in ("RC4_128_SHA", "CHACHA20_POLY1305_SHA256") or kx == "ECDH_anon" and rest in NEW
                lacks |= kx.startswith("DHE") and rest.startswith(("NULL", "RC4")) or kx == "RSA" and rest == "CHACHA20_POLY1305_SHA256"
                lacks |= kx.startswith("ECDHE") and rest == "AES_256_CBC_SHA256"
                if not lacks:
                    yield version, f"TLS_{kx}_WITH_{rest}"


def priority(version, suite, groups="GROUP-ALL"):
    kx, rest = re.fullmatch(r"TLS_(\w+?)_WITH_(\w+)", suite).groups()
    cipher = next(c for c in CIPHER if rest.startswith(c))
    mac = "AEAD" if "GCM" in rest or "CHACHA" in rest else MAC[rest[len(cipher) + 1:]]
    return f"NONE:+VERS-TLS{version}:+{CIPHER[cipher]}:+{mac}:+{KX[kx]}:+COMP-NULL:+SIGN-ALL:+SIGN-RSA-SHA1:+{groups}:%COMPAT"


def gnutls(port, prio, *args, say="hello\n"):
    return subprocess.run(["gnutls-cli", "--insecure", "--port", str(port), "--priority", prio, *args, "localhost"],
                          input=say, capture_output=True, text=True, timeout=60)


@pytest.fixture
def both(server, ec):
    return lambda *args: server(*args, "--cert", ec[0], "--key", ec[1])


@pytest.fixture(scope="session")
def ec(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("ec") / "ec")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", path + ".key", "-out", path + ".pem"], check=True, capture_output=True)
    os.chmod(path + ".key", 0o600)
    return path + ".pem", path + ".key"


@pytest.mark.parametrize("version,suite", list(suites()))
def test_gnutls_suite(both, version, suite):
    s = both(*MUSEUM, "--session-cache", "--accept", "2")
    done = gnutls(s.port, priority(version, suite), "--resume")
    assert "This is a resumed session" in done.stdout, done.stdout + done.stderr
    told = [s.closed() for _ in range(2)]
    assert all(t["ok"] and t["version"] == f"TLS {version}" and t["suite"] == suite for t in told)
    assert [t["resumed"] for t in told] == [False, True]


@pytest.mark.parametrize("group,want", (("GROUP-FFDHE2048", "ffdhe2048"), ("GROUP-FFDHE3072", "ffdhe3072"), ("GROUP-FFDHE4096", None),
                                        ("GROUP-FFDHE4096:+GROUP-FFDHE3072", "ffdhe3072")))
def test_gnutls_ffdhe_by_name(server, group, want):
    s = server(*MUSEUM, "--accept", "1")
    gnutls(s.port, priority("1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", group))
    told = s.closed()
    assert told["group"] == want and told["ok"] == (want is not None)


@pytest.mark.parametrize("version", VERSIONS)
def test_gnutls_renegotiates(server, version):
    s = server(*MUSEUM, "--renegotiation", "both", "--accept", "1")
    done = gnutls(s.port, priority(version, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), "--rehandshake")
    assert "ReHandshake was completed" in done.stdout, done.stdout + done.stderr
    assert s.closed()["renegotiations"] == 1


class Openssl:
    """openssl s_client, one line at a time."""

    def __init__(self, port, *args):
        self.p = subprocess.Popen(["openssl", "s_client", "-connect", f"localhost:{port}", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, bufsize=1)

    def say(self, text):
        self.p.stdin.write(text + "\n")
        self.p.stdin.flush()

    def until(self, *texts):
        seen = []
        for line in self.p.stdout:
            seen.append(line)
            if any(t in line for t in texts):
                return line
        raise AssertionError("".join(seen))

    def close(self):
        self.p.stdin.close()
        self.p.wait(20)
        self.p.stdout.close()


OPENSSL = {"1.0": ("-tls1", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0"), "1.1": ("-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"), "1.2": ("-tls1_2",)}


@pytest.mark.parametrize("version", VERSIONS)
def test_openssl_renegotiates_with_data_around(server, version):
    s = server("--profile", "legacy", "--renegotiation", "both", "--accept", "1", "--echo")
    c = Openssl(s.port, *OPENSSL[version])
    for i in range(3):
        c.say(f"data {i}")
        assert c.until(f"data {i}") == f"data {i}\n"
        c.say("R")
        c.until("RENEGOTIATING")
    c.say("at the end")
    assert c.until("at the end") == "at the end\n"
    c.close()
    told = s.closed()
    assert told["ok"] and told["renegotiations"] == 3


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("policy", ("server", "both"))
def test_openssl_answers_hello_request(server, version, policy):
    s = server("--profile", "legacy", "--renegotiation", policy, "--accept", "1", "--echo", "--events")
    c = Openssl(s.port, *OPENSSL[version])
    c.say("before")
    c.until("before")
    for i in range(1, 3):
        s.command("renegotiate")
        while s.line()["renegotiations"] != i:
            pass
        c.say(f"behind {i}")
        assert c.until(f"behind {i}") == f"behind {i}\n"
    c.close()
    assert s.closed()["renegotiations"] == 2


def test_openssl_shows_a_certificate_when_asked_later(server, pki):
    s = server("--profile", "compatible", "--renegotiation", "server", "--accept", "1", "--echo", "--events", "--ca", pki.ca)
    c = Openssl(s.port, "-tls1_2", "-cert", pki.client[0], "-key", pki.client[1])
    c.say("before")
    c.until("before")
    s.command("reauth")
    line = s.line()
    while line["renegotiations"] != 1:
        assert line["peer"] is None
        line = s.line()
    assert "client one" in line["peer"]
    c.close()


@pytest.mark.parametrize("policy", ("refuse", "server"))
def test_openssl_is_refused(server, policy):
    s = server("--profile", "compatible", "--renegotiation", policy, "--accept", "1", "--echo")
    c = Openssl(s.port, "-tls1_2")
    c.say("before")
    c.until("before")
    c.say("R")
    c.until("no renegotiation")  # libssl takes the warning for fatal
    c.close()
    told = s.closed()
    assert told["renegotiations"] == 0 and told["alert_sent"] != "handshake_failure"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", ("rsa", "ec"))
def test_openssl_client_certificate(server, pki, ec, version, key):
    cert = pki.client if key == "rsa" else ec
    ca = pki.ca if key == "rsa" else ec[0]
    s = server("--profile", "legacy", "--client-auth", "require", "--ca", ca, "--accept", "1", "--echo")
    c = Openssl(s.port, *OPENSSL[version], "-cert", cert[0], "-key", cert[1])
    c.say("it is me")
    c.until("it is me")
    c.close()
    assert ("client one" if key == "rsa" else "localhost") in s.closed()["peer"]
