"""SSL 2.0 with scapy as the client and as the server: every flow and error of draft-hickman-netscape-ssl."""
import socket
import struct

import pytest
from scapy.layers.tls.handshake_sslv2 import (SSLv2ClientCertificate, SSLv2ClientFinished, SSLv2ClientMasterKey, SSLv2Error, SSLv2RequestCertificate,
                                              SSLv2ServerFinished, SSLv2ServerHello, SSLv2ServerVerify)
from scapy.packet import Raw

import ssl2_peer as ssl2
from ssl2_peer import Client, Closed

MUSEUM = ("--profile", "museum", "--echo", "--session-cache")
NAMES = {ssl2.DES3: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", ssl2.RC4: "SSL_CK_RC4_128_WITH_MD5"}


def echoes(c, data=b"hello, 1995"):
    """Data goes there and comes back. It does not begin like a handshake message: scapy would take it for one."""
    c.send(Raw(data))
    return c.data(len(data)) == data


@pytest.mark.parametrize("cipher", NAMES, ids=NAMES.values())
def test_new_session(server, cipher):
    s = server(*MUSEUM)
    c = Client(s.port)
    c.shake((cipher,))
    assert all(echoes(c, b"x" * n) for n in (1, 7, 8, 9, 1000, 8000))
    c.close()
    told = s.closed()
    assert told["ok"] and told["version"] == "SSL 2.0" and told["suite"] == NAMES[cipher] and not told["resumed"]


@pytest.mark.parametrize("cipher", NAMES, ids=NAMES.values())
def test_client_that_does_not_wait_for_server_verify(server, cipher):
    """CLIENT-MASTER-KEY and CLIENT-FINISHED in one segment: the second is encrypted with keys that the first brings. And in single bytes."""
    s = server(*MUSEUM)
    for step in (100000, 1):
        c = Client(s.port)
        c.hello((cipher,))
        hello = c.receive(SSLv2ServerHello)
        both = ssl2.SSLv2(tls_session=c.tls, msg=[SSLv2ClientMasterKey(cipher=cipher, tls_session=c.tls)]).raw_stateful()
        both += ssl2.SSLv2(tls_session=c.tls, msg=[SSLv2ClientFinished(connection_id=hello.connection_id)]).raw_stateful()
        for at in range(0, len(both), step):
            c.sock.sendall(both[at:at + step])
        c.receive(SSLv2ServerVerify)
        c.receive(SSLv2ServerFinished)
        assert echoes(c)
        c.close()
        assert s.closed()["ok"]


@pytest.mark.parametrize("cipher", NAMES, ids=NAMES.values())
def test_known_session(server, cipher):
    s = server(*MUSEUM)
    first = Client(s.port)
    session = first.shake((cipher,))
    first.close()
    for _ in range(2):
        c = Client(s.port)
        assert c.resume(session) and echoes(c)
        c.close()
    told = [s.closed() for _ in range(3)]
    assert [t["resumed"] for t in told] == [False, True, True] and all(t["ok"] for t in told)


def test_unknown_session_is_a_new_one(server):
    s = server(*MUSEUM)
    c = Client(s.port)
    assert not c.resume(ssl2.Session(b"?" * 16, ssl2.RC4, b"", b""))
    c.close()
    c = Client(s.port)
    session = c.shake((ssl2.RC4,))
    c.close()
    c = Client(s.port)
    session.cipher = ssl2.DES3  # of a session made with the other one
    assert not c.resume(session)
    c.close()


@pytest.mark.parametrize("how", ("request", "require"))
def test_client_certificate(server, pki, how):
    s = server(*MUSEUM, "--client-auth", how, "--ca", pki.ca)
    c = Client(s.port)
    session = c.shake(certificate=pki.client)
    assert echoes(c)
    c.close()
    again = Client(s.port)
    assert again.resume(session) and echoes(again)
    again.close()
    assert [s.closed()["peer"] for _ in range(2)] == ["CN=client one", "CN=client one"]


def to_request(port):
    """As far as REQUEST-CERTIFICATE, which comes next."""
    c = Client(port)
    c.hello()
    hello = c.receive(SSLv2ServerHello)
    c.send(SSLv2ClientMasterKey(cipher=hello.ciphers[0], tls_session=c.tls))
    c.receive(SSLv2ServerVerify)
    c.send(SSLv2ClientFinished(connection_id=hello.connection_id))
    return c


BAD = {
    "stranger": (lambda c, pki: c.certify(*pki.stranger), ssl2.BAD_CERTIFICATE),
    "wrong_purpose": (lambda c, pki: c.certify(*pki.server), ssl2.BAD_CERTIFICATE),
    "bad_signature": (lambda c, pki: c.certify(*pki.client, spoil=True), ssl2.BAD_CERTIFICATE),
    "unknown_type": (lambda c, pki: c.certify(*pki.client, kind=9), ssl2.UNSUPPORTED_CERTIFICATE_TYPE),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_client_certificate(server, pki, case):
    act, code = BAD[case]
    s = server(*MUSEUM, "--client-auth", "request", "--ca", pki.ca)
    c = to_request(s.port)
    act(c, pki)
    assert c.error() == code and c.closed()
    c.close()
    assert not s.closed()["ok"]


def test_no_client_certificate(server, pki):
    s = server(*MUSEUM, "--client-auth", "request", "--ca", pki.ca)
    c = to_request(s.port)
    c.receive(SSLv2RequestCertificate)
    c.send(Raw(struct.pack("!BH", 0, ssl2.NO_CERTIFICATE)))
    c.receive(SSLv2ServerFinished)
    assert echoes(c)
    c.close()
    assert s.closed()["ok"]
    s = server(*MUSEUM, "--client-auth", "require", "--ca", pki.ca)
    c = to_request(s.port)
    c.receive(SSLv2RequestCertificate)
    c.send(Raw(struct.pack("!BH", 0, ssl2.NO_CERTIFICATE)))
    assert c.error() == ssl2.NO_CERTIFICATE and c.closed()
    c.close()
    assert s.closed()["error"] == "CERTIFICATE_REQUIRED"


def test_no_cipher_in_common(server):
    s = server(*MUSEUM)
    c = Client(s.port)
    c.hello((0x020080, 0x060040))  # RC4 export, DES
    assert c.error() == ssl2.NO_CIPHER and c.closed()
    c.close()


def test_wrong_client_finished_ends_the_session(server):
    s = server(*MUSEUM)
    first = Client(s.port)
    session = first.shake()
    first.close()
    c = Client(s.port)
    c.hello((session.cipher,), session.sid)
    hello = c.receive(SSLv2ServerHello)
    assert hello.sid_hit == 1
    c.tls.sslv2_connection_id = hello.connection_id
    c.keys(session.cipher, session.master, session.key_arg)
    c.receive(SSLv2ServerVerify)
    c.send(SSLv2ClientFinished(connection_id=b"!" * 16))
    assert c.closed()
    c.close()
    again = Client(s.port)
    assert not again.resume(session)  # its id is gone
    again.close()
    assert [s.closed()["error"] for _ in range(2)] == [None, "DECRYPT_ERROR"]


def master_key(c, hello, block):
    """CLIENT-MASTER-KEY around an encrypted block made by hand; RC4."""
    c.send(Raw(struct.pack("!B", 2) + bytes.fromhex("010080") + struct.pack("!HHH", 0, len(block), 0) + block))


def encrypt_block(cert, em):
    n = cert.pubKey.pubkey.public_numbers()
    return pow(int.from_bytes(em, "big"), n.e, n.n).to_bytes(256, "big")


BLOCKS = {  # PKCS#1 blocks of 256 bytes
    "good": lambda key: b"\0\2" + b"\5" * 237 + b"\0" + key,
    "rollback": lambda key: b"\0\2" + b"\5" * 229 + b"\3" * 8 + b"\0" + key,
    "type_1": lambda key: b"\0\1" + b"\5" * 237 + b"\0" + key,
    "key_too_short": lambda key: b"\0\2" + b"\5" * 238 + b"\0" + key[1:],
    "key_too_long": lambda key: b"\0\2" + b"\5" * 236 + b"\0" + key + b"x",
    "zero_in_padding": lambda key: b"\0\2" + b"\5" * 100 + b"\0" + b"\5" * 136 + b"\0" + key,
}


@pytest.mark.parametrize("block", BLOCKS)
def test_wrong_master_key_shows_only_as_a_wrong_key(server, block):
    """Whatever is wrong with the block, SERVER-VERIFY comes, as long as a good one and under a key that the client does not know; RFC 5246 E.2 for
    `rollback`: the client says in its padding that it speaks 3.x."""
    s = server(*MUSEUM)
    c = Client(s.port)
    c.hello((ssl2.RC4,))
    hello = c.receive(SSLv2ServerHello)
    key = bytes(range(16))
    master_key(c, hello, encrypt_block(hello.cert, BLOCKS[block](key)))
    head = c._bytes(2)
    body = c._bytes(struct.unpack("!H", head)[0] & 0x7FFF)
    assert len(body) == 16 + 1 + len(c.challenge)
    c.keys(ssl2.RC4, key, b"")
    opened = c.tls.rcs.cipher.decrypt(body)
    assert (opened[16:] == b"\5" + c.challenge) == (block == "good")
    c.send(SSLv2ClientFinished(connection_id=hello.connection_id))
    if block == "good":
        c.tls.rcs.seq_num += 1
        c.receive(SSLv2ServerFinished)
    else:
        assert c.closed()
    c.close()
    assert s.closed()["error"] == (None if block == "good" else "BAD_RECORD_MAC")


@pytest.mark.parametrize("profile", ("modern", "compatible", "legacy"))
def test_no_other_profile_speaks_it(server, profile):
    s = server("--profile", profile)
    c = Client(s.port)
    c.hello()
    head = c._bytes(7)
    assert head[0] == 21 and head[5:] == b"\2\x46"  # a TLS alert: fatal, protocol_version
    assert c.closed()
    c.close()
    assert s.closed()["error"] == "PROTOCOL_VERSION"


MALFORMED = {
    "short_challenge": dict(challenge=b"x" * 15),
    "long_challenge": dict(challenge=b"x" * 33),
    "session_id_of_15": dict(sid=b"x" * 15),
    "no_ciphers": dict(ciphers=()),
    "version_1": dict(version=1),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_hello(server, case):
    s = server(*MUSEUM)
    c = Client(s.port)
    c.hello(**MALFORMED[case])
    with pytest.raises(Closed):
        while True:
            c._bytes(1)
    c.close()
    assert s.closed()["error"] in ("DECODE_ERROR", "PROTOCOL_VERSION")


def test_flipped_bits_close(server):
    """Each byte of a record of data matters: MAC, data, padding, and the header's padding length."""
    s = server(*MUSEUM)
    plain = Client(s.port)
    plain.shake((ssl2.DES3,))
    n = len(ssl2.SSLv2(tls_session=plain.tls, msg=[Raw(b"x" * 11)]).raw_stateful())
    plain.close()
    for at in range(2, n, 5):
        c = Client(s.port)
        c.shake((ssl2.DES3,))
        record = bytearray(ssl2.SSLv2(tls_session=c.tls, msg=[Raw(b"x" * 11)]).raw_stateful())
        record[at] ^= 0x10
        c.sock.sendall(bytes(record))
        assert c.closed()
        c.close()


# ---- the client's side, with scapy as the server ----

@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as s:
        s.settimeout(60)
        yield s


def port_of(listener):
    return listener.getsockname()[1]


CLIENT = ("--profile", "museum", "--versions", "ssl2")


@pytest.mark.parametrize("cipher", NAMES, ids=NAMES.values())
def test_client_new_and_known_session(client, pki, listener, cipher):
    c = client(port_of(listener), *CLIENT, "--data", "hello, 1995", "--expect", "5", "--reconnect", "1")
    s = ssl2.Server(listener, *pki.server)
    session, _ = s.shake(cipher)
    assert s.data(11) == b"hello, 1995"
    s.send(Raw(b"world"))
    assert s.closed()
    s.close()
    s = ssl2.Server(listener, *pki.server)
    s.resume(session)
    assert s.data(11) == b"hello, 1995"
    s.send(Raw(b"world"))
    assert s.closed()
    s.close()
    told = [c.closed(), c.closed()]
    assert all(t["ok"] and t["suite"] == NAMES[cipher] for t in told) and [t["resumed"] for t in told] == [False, True]
    assert all(t["peer"] == "CN=localhost" for t in told)


def test_client_whose_session_the_server_forgot(client, pki, listener):
    c = client(port_of(listener), *CLIENT, "--reconnect", "1")
    for _ in range(2):
        s = ssl2.Server(listener, *pki.server)
        s.shake(ssl2.RC4)
        assert s.closed()
        s.close()
    assert [c.closed()["resumed"] for _ in range(2)] == [False, False]


def test_client_certificate_is_shown(client, pki, listener):
    c = client(port_of(listener), *CLIENT, "--cert", pki.client[0], "--key", pki.client[1], "--data", "hello, 1995", "--expect", "5")
    s = ssl2.Server(listener, *pki.server)
    _, answer = s.shake(ssl2.RC4, ask=True)
    assert isinstance(answer, SSLv2ClientCertificate) and answer.certdata.subject["commonName"] == "client one"
    signed = s.tls.sslv2_key_material + b"R" * 16 + s.chain.der
    assert answer.certdata.pubKey.verify(signed, answer.responsedata.sig_val, h="md5")
    assert s.data(11) == b"hello, 1995"
    s.send(Raw(b"world"))
    assert s.closed()
    s.close()
    assert c.closed()["ok"]


def test_client_without_a_certificate_says_so(client, pki, listener):
    c = client(port_of(listener), *CLIENT)
    s = ssl2.Server(listener, *pki.server)
    _, answer = s.shake(ssl2.DES3, ask=True)
    assert isinstance(answer, SSLv2Error) and answer.code == ssl2.NO_CERTIFICATE
    assert s.closed()
    s.close()
    assert c.closed()["ok"]


def test_client_refuses_a_strange_server(client, pki, listener):
    c = client(port_of(listener), *CLIENT, "--data", "secret")
    s = ssl2.Server(listener, *pki.stranger)
    s.hello()
    s.send(SSLv2ServerHello(cert=s.chain, ciphers=[ssl2.RC4], connection_id=b"C" * 16))
    error = s.receive(SSLv2Error)
    assert error.code == ssl2.BAD_CERTIFICATE and s.closed()
    s.close()
    assert c.closed()["error"] in ("UNKNOWN_CA", "BAD_CERTIFICATE")


ANSWERS = {  # instead of SERVER-HELLO: hit, certificate type, version, certificate, ciphers, length of connection id; then the error and the ERROR
    "no_cipher": (0, 1, 2, True, [0x020080], 16, "HANDSHAKE_FAILURE", ssl2.NO_CIPHER),
    "nothing_in_common": (0, 1, 2, True, [], 16, "HANDSHAKE_FAILURE", ssl2.NO_CIPHER),
    "certificate_type": (0, 7, 2, True, [ssl2.RC4], 16, "UNSUPPORTED_CERTIFICATE", ssl2.UNSUPPORTED_CERTIFICATE_TYPE),
    "no_certificate": (0, 1, 2, False, [ssl2.RC4], 16, "BAD_CERTIFICATE", ssl2.BAD_CERTIFICATE),
    "hit_not_offered": (1, 0, 2, False, [], 16, "ILLEGAL_PARAMETER", None),
    "hit_2": (2, 0, 2, False, [], 16, "ILLEGAL_PARAMETER", None),
    "version": (0, 1, 0x0300, True, [ssl2.RC4], 16, "PROTOCOL_VERSION", None),
    "short_id": (0, 1, 2, True, [ssl2.RC4], 15, "DECODE_ERROR", None),
    "long_id": (0, 1, 2, True, [ssl2.RC4], 33, "DECODE_ERROR", None),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_client_and_a_wrong_server_hello(client, pki, listener, case):
    hit, kind, version, with_cert, ciphers, n, error, code = ANSWERS[case]
    c = client(port_of(listener), *CLIENT)
    s = ssl2.Server(listener, *pki.server)
    s.hello()
    cert = s.chain.der if with_cert else b""
    specs = b"".join(struct.pack("!I", x)[1:] for x in ciphers)
    s.send(Raw(struct.pack("!BBBHHHH", 4, hit, kind, version, len(cert), len(specs), n) + cert + specs + b"C" * n))
    if code is not None:
        assert s.receive(SSLv2Error).code == code
    assert s.closed()
    s.close()
    assert c.closed()["error"] == error


def test_client_and_a_server_without_the_key(client, pki, listener):
    c = client(port_of(listener), *CLIENT, "--data", "secret")
    s = ssl2.Server(listener, *pki.server)
    s.hello()
    s.send(SSLv2ServerHello(cert=s.chain, ciphers=[ssl2.RC4], connection_id=b"C" * 16))
    s.receive(SSLv2ClientMasterKey)
    s.send(SSLv2ServerVerify(challenge=b"?" * 16))
    assert s.closed()
    s.close()
    assert c.closed()["error"] == "DECRYPT_ERROR"


def test_client_takes_an_error(client, pki, listener):
    c = client(port_of(listener), *CLIENT)
    s = ssl2.Server(listener, *pki.server)
    s.hello()
    s.send(Raw(struct.pack("!BH", 0, ssl2.NO_CIPHER)))
    assert s.closed()
    s.close()
    assert c.closed()["error"] == "PEER_ALERT"
