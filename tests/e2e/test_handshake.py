"""Handshakes by independent clients: every suite, resumption, SNI, floods of connections."""
import re
import ssl
import subprocess

import pytest

from clientnet import context, get, tls

SUITES = ["AES128-SHA", "AES256-SHA", "AES128-SHA256", "AES256-SHA256", "AES128-GCM-SHA256"]
GNUTLS = {
    "AES128-SHA": "+AES-128-CBC:+SHA1", "AES256-SHA": "+AES-256-CBC:+SHA1", "AES128-SHA256": "+AES-128-CBC:+SHA256",
    "AES256-SHA256": "+AES-256-CBC:+SHA256", "AES128-GCM-SHA256": "+AES-128-GCM:+AEAD",
}


def text(lab, argv, **kw):
    r = lab.run_client(argv, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90, **kw)
    return r.returncode, r.stdout


@pytest.mark.parametrize("suite", SUITES)
def test_curl_fetches_a_page(lab, suite):
    code, out = text(lab, ["curl", "-sS", "--cacert", f"{lab.state}/pki/ca.pem", "--resolve", "www.sluice.test:443:198.18.0.1",
                           "--tls-max", "1.2", "--ciphers", suite + ":@SECLEVEL=0", "-w", "%{http_code} %{ssl_verify_result}",
                           "https://www.sluice.test/"])
    assert code == 0, out
    assert "Served through the appliance" in out and out.endswith("200 0")


@pytest.mark.parametrize("suite", SUITES)
def test_openssl_negotiates_the_suite(lab, suite):
    code, out = text(lab, ["openssl", "s_client", "-connect", "198.18.0.1:443", "-servername", "www.sluice.test", "-tls1_2", "-cipher",
                           suite + ":@SECLEVEL=0", "-CAfile", f"{lab.state}/pki/ca.pem", "-verify_return_error", "-ign_eof"],
                     input="GET / HTTP/1.0\r\n\r\n")
    assert re.search(rf"Cipher\s*: {suite}", out), out
    assert "Verify return code: 0 (ok)" in out
    assert "Extended master secret: yes" in out
    assert "Secure Renegotiation IS supported" in out
    assert "Served through the appliance" in out


@pytest.mark.parametrize("suite", SUITES)
def test_gnutls_negotiates_the_suite(lab, suite):
    prio = f"NONE:+VERS-TLS1.2:+RSA:+SIGN-ALL:+COMP-NULL:+GROUP-ALL:{GNUTLS[suite]}"
    code, out = text(lab, ["gnutls-cli", "--priority", prio, "--x509cafile", f"{lab.state}/pki/ca.pem", "--sni-hostname", "www.sluice.test",
                           "--verify-hostname", "www.sluice.test", "-p", "443", "198.18.0.1"], input="GET / HTTP/1.0\r\n\r\n")
    assert "Handshake was completed" in out, out
    assert "Served through the appliance" in out


def test_session_id_is_resumed(lab):
    before = lab.show("stats")["control"]["handshakes_resumed"]
    ctx = context(lab)
    first = tls(lab, ctx)
    get(first, "/")
    session = first.session
    assert session.id and not first.session_reused
    again = tls(lab, ctx, session=session)
    assert again.session_reused
    assert get(again, "/")[0] == "HTTP/1.1 200 OK"
    assert lab.show("stats")["control"]["handshakes_resumed"] == before + 1


def test_unknown_session_id_gets_a_full_handshake(lab):
    """A session of another SNI name must not be resumed, and a stranger's id is simply unknown."""
    ctx = context(lab)
    first = tls(lab, ctx)
    get(first, "/")
    other = tls(lab, ctx, name="alt.sluice.test", session=first.session)
    assert not other.session_reused
    assert get(other, "/")[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("name,cn", [("www.sluice.test", "www.sluice.test"), ("alt.sluice.test", "alt.sluice.test"),
                                     ("any.wild.sluice.test", "*.wild.sluice.test")])
def test_sni_chooses_the_certificate(lab, name, cn):
    conn = tls(lab, name=name)
    names = [v for k, v in conn.getpeercert()["subjectAltName"]]
    assert cn in names
    conn.close()


def test_client_without_sni_gets_the_default_certificate(lab):
    conn = context(lab, verify=False)
    from clientnet import connect
    s = conn.wrap_socket(connect(lab))
    assert get(s, "/")[0] == "HTTP/1.1 200 OK"


def test_tls_1_3_only_client_gets_it(lab):
    code, out = text(lab, ["openssl", "s_client", "-connect", "198.18.0.1:443", "-servername", "www.sluice.test", "-tls1_3", "-ign_eof"],
                     input="GET / HTTP/1.0\r\n\r\n")
    assert "New, TLSv1.3, Cipher is TLS_" in out and "Served through the appliance" in out, out


@pytest.mark.parametrize("option, version", [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2"), ("-tls1_1", "TLSv1.1"), ("-tls1", "TLSv1")])
def test_each_version_of_the_profile_is_spoken(lab, option, version):
    code, out = text(lab, ["openssl", "s_client", "-connect", "198.18.0.1:443", option, "-cipher", "DEFAULT:@SECLEVEL=0"], input="")
    assert code == 0 and (f"New, {version}," in out or f"Protocol  : {version}\n" in out), out


def test_client_without_a_common_suite_is_refused(lab):
    with pytest.raises(ssl.SSLError, match="(?i)handshake.failure"):
        tls(lab, context(lab, "NULL-SHA256:@SECLEVEL=0"))


def test_ab_with_a_hundred_parallel_clients(lab, engine):
    """100 clients at once, each request on a connection of its own; the simulated card takes them a few a second."""
    n = 2000 if engine == "soft" else 100
    r = lab.run_client(["ab", "-q", "-n", n, "-c", 100, "-s", 120, "-f", "TLS1.2", "-Z", "AES128-SHA", "https://198.18.0.1/"],
                       text=True, timeout=400)
    assert re.search(rf"Complete requests:\s+{n}\b", r.stdout), r.stdout + r.stderr
    assert re.search(r"Failed requests:\s+0\b", r.stdout), r.stdout


def test_h2load_over_http1(lab, engine):
    n = 500 if engine == "soft" else 16
    r = lab.run_client(["h2load", "--h1", "-n", n, "-c", 8, "--ciphers", "AES128-GCM-SHA256", "https://198.18.0.1/1k.bin"],
                       text=True, timeout=300)
    assert f"{n} succeeded, 0 failed, 0 errored" in r.stdout, r.stdout + r.stderr


def test_p384(fresh, engine):
    """A key of P-384 and a key exchange on it, in both versions; where there is a card, both are the card's."""
    lab = fresh(only_leaf="www-p384")

    def operations():
        return next(e["ops"] for e in lab.show("engines")["engines"] if e["name"] == "ecc")

    if engine == "sim":
        lab.until("the card has the key", lambda: operations() >= 1, 60)
        before = operations()
    for version in ("-tls1_2", "-tls1_3"):
        code, out = text(lab, ["openssl", "s_client", "-connect", "198.18.0.1:443", "-servername", "www.sluice.test", version, "-groups", "P-384",
                               "-sigalgs", "ECDSA+SHA384:RSA+SHA256", "-CAfile", f"{lab.state}/pki/ca.pem", "-verify_return_error", "-ign_eof"],
                         input="GET / HTTP/1.0\r\n\r\n")
        assert re.search("Server Temp Key: (ECDH, )?(P-384|secp384r1)", out), out
        assert "Peer signature type: ECDSA" in out and "Peer signing digest: SHA384" in out, out
        assert "Served through the appliance" in out, out
    if engine == "sim":
        # an exchange and a signature each; a worker tells its figures now and then
        lab.until("the card has done both, twice", lambda: operations() >= before + 4, 30)
