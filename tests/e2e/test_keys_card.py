"""Listeners with `keys: card`: the handshakes are the same, and the process that makes them never has a secret of theirs."""
import os
import re
import ssl
from types import SimpleNamespace

import pytest

from clientnet import connect
from labconf import appliance, config, counter, listener, quiet
from test_bulk import content

ENGINES = ("sim",)
PORTS = {"card": 443, "host": 444}
WAYS = [("TLSv1_3", "TLS_AES_128_GCM_SHA256", None), ("TLSv1_3", "TLS_CHACHA20_POLY1305_SHA256", "prime256v1"),
        ("TLSv1_2", "ECDHE-RSA-AES128-GCM-SHA256", None), ("TLSv1_2", "ECDHE-RSA-AES256-GCM-SHA384", "prime256v1"),
        ("TLSv1_2", "AES128-GCM-SHA256", None), ("TLSv1_2", "ECDHE-RSA-AES128-SHA256", "prime256v1")]


@pytest.fixture
def lab(_labs, engine, tmp_path):
    lab = appliance(_labs, tmp_path, "keys", config(
        [listener(name, port, f"tls:\n  keys: {name}\n", profile="compatible") for name, port in PORTS.items()]), engine=engine)
    yield lab
    quiet(lab)


def client(lab, way, place="card", log=None, session=None):
    version, cipher, group = way
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if session is None else session.context
    if session is None:
        c.minimum_version = c.maximum_version = getattr(ssl.TLSVersion, version)
        if version == "TLSv1_2":
            c.set_ciphers(cipher + ":@SECLEVEL=0")
        if group:
            c.set_ecdh_curve(group)
        c.load_verify_locations(f"{lab.state}/pki/ca.pem")
        if log:
            c.keylog_filename = str(log)
            c.options |= ssl.OP_NO_TICKET  # up to TLS 1.2: the session is kept by the appliance
    s = c.wrap_socket(connect(lab, 30, ("198.18.0.1", PORTS[place])), server_hostname="www.sluice.test", session=session.session if session else None)
    if version == "TLSv1_2":
        assert s.cipher()[0] == cipher
    return s


def get(conn, path="/1k.bin", close=True):
    conn.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{'Connection: close' if close else 'Accept: a'}\r\n\r\n".encode())
    buf = b""
    while b"\r\n\r\n" not in buf:
        got = conn.recv(65536)
        assert got, "ended in the head"
        buf += got
    head, body = buf.split(b"\r\n\r\n", 1)
    want = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    while len(body) < want:
        got = conn.recv(65536)
        assert got, "ended early"
        body += got
    return body


def memory(pid):
    """Every page that the process can write to."""
    parts = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not m or "[v" in line:
                continue
            start, end = (int(x, 16) for x in m.groups())
            mem.seek(start)
            try:
                parts.append(mem.read(end - start))
            except OSError:
                continue
    return b"".join(parts)


def secrets(log):
    """What the client knows of its connections: master and traffic secrets."""
    found = {line.split()[0]: bytes.fromhex(line.split()[2]) for line in log.read_text().splitlines() if not line.startswith("#")}
    assert found
    return found


@pytest.mark.parametrize("way", WAYS, ids=["-".join(str(x) for x in w) for w in WAYS])
def test_handshakes_in_full_and_resumed(lab, way):
    full, again, failed = (counter(lab, n) for n in ("handshakes_full", "handshakes_resumed", "handshakes_failed"))
    first = client(lab, way)
    assert get(first, close=False) == content(lab, "1k.bin")
    assert get(first) == content(lab, "1k.bin")
    for _ in range(2):
        s = client(lab, way, session=first)
        assert s.session_reused
        assert get(s) == content(lab, "1k.bin")
        s.close()
    first.close()
    lab.until("the handshakes are counted", lambda: counter(lab, "handshakes_resumed") == again + 2, 30)
    assert counter(lab, "handshakes_full") == full + 1
    assert counter(lab, "handshakes_failed") == failed


def test_a_download_on_the_cards_keys(lab):
    s = client(lab, WAYS[0])
    assert get(s, "/1m.bin") == content(lab, "1m.bin")
    s.close()


def test_new_keys_while_connected(lab):
    s = client(lab, WAYS[0])
    updates = counter(lab, "key_updates")
    for i in range(4):
        assert get(s, close=False) == content(lab, "1k.bin")
        lab.until("one connection is up", lambda: [c["state"] for c in lab.show("connections")["connections"]] == ["connected"], 30)
        lab.ctl("rekey", lab.show("connections")["connections"][0]["id"])
        assert get(s, close=False) == content(lab, "1k.bin")
        lab.until("keys were changed", lambda: counter(lab, "key_updates") > updates + i, 30)
    s.close()


@pytest.mark.parametrize("way", [WAYS[0], WAYS[2], WAYS[4]], ids=["1.3", "1.2", "1.2-RSA"])
@pytest.mark.parametrize("place", ["card", "host"])
def test_the_control_process_has_no_secret(lab, tmp_path, way, place):
    """Searched for in its memory while the connection is up and its session can be resumed; with keys: host it is there."""
    log = tmp_path / "keys"
    s = client(lab, way, place, log)
    assert get(s, close=False) == content(lab, "1k.bin")
    mine = memory(lab.procs.pid("cp"))
    there = [name for name, secret in secrets(log).items() if secret in mine]
    s.close()
    if place == "card":
        assert there == []
    else:
        assert there, "a search that finds nothing proves nothing"


def test_slots_are_given_back(lab):
    lab.until("no slot is in use", lambda: counter(lab, "secret_slots") == 0, 30)
    for _ in range(3):
        s = client(lab, WAYS[0])
        assert counter(lab, "secret_slots") > 0
        s.close()
    lab.until("no slot is in use", lambda: counter(lab, "secret_slots") == 0, 30)


def client_again(lab, way, kept):
    """This session resumes."""
    s = client(lab, way, session=kept)
    assert s.session_reused
    assert get(s) == content(lab, "1k.bin")
    s.close()


def test_sessions_of_another_card_lead_to_full_handshakes(lab, tmp_path):
    """The card is changed for one with another wrapping key; sluice-cp keeps its ticket keys and its session cache. By ticket and by id."""
    by_id = tmp_path / "keys"
    before = []
    for way, log in [(WAYS[0], None), (WAYS[3], None), (WAYS[2], by_id), (WAYS[4], by_id)]:
        first = client(lab, way, log=log)
        assert get(first) == content(lab, "1k.bin")
        kept = SimpleNamespace(context=first.context, session=first.session)
        first.close()
        client_again(lab, way, kept)
        before.append((way, kept))
    lab.until("every connection is forgotten", lambda: counter(lab, "connections_known") == 0, 30)
    loaded = counter(lab, "card_keys_loaded")
    lab.stop("dp")
    with open(f"{lab.state}/device.kek", "wb") as f:
        f.write(os.urandom(32))
    lab.ctl("reload")
    lab.start("dp")
    lab.until("private keys are in the new card", lambda: counter(lab, "card_keys_loaded") > loaded, 30)
    assert counter(lab, "card_keys_refused") == 0
    failed = counter(lab, "handshakes_failed")
    for way, kept in before:
        s = client(lab, way, session=kept)
        assert not s.session_reused
        assert get(s) == content(lab, "1k.bin")
        kept.session = s.session
        s.close()
        client_again(lab, way, kept)
    assert counter(lab, "handshakes_failed") == failed


def test_ed25519_signatures_come_from_the_card(_labs, engine, tmp_path):
    """Both ways of keeping a handshake's keys; TLS 1.2 signs another message than TLS 1.3."""
    lab = appliance(_labs, tmp_path, "ed25519", config(
        [listener(name, port, f"tls:\n  keys: {name}\n", profile="compatible", certificates=("www-ed25519",)) for name, port in PORTS.items()]),
        engine=engine)
    for place in PORTS:
        for way in (("TLSv1_3", "TLS_AES_128_GCM_SHA256", None), ("TLSv1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", "prime256v1")):
            signed, failed = (counter(lab, n) for n in ("signatures_card", "handshakes_failed"))
            s = client(lab, way, place)
            assert get(s) == content(lab, "1k.bin")
            s.close()
            assert counter(lab, "signatures_card") == signed + 1
            assert counter(lab, "handshakes_failed") == failed
    quiet(lab)
