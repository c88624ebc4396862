"""What a hostile or broken client can send: the right alert, a close, nothing left behind."""
import os
import struct

import pytest

from clientnet import Wire, connect, context, get, last_alert, read_to_end, records, tls

FATAL = 2
UNEXPECTED_MESSAGE, BAD_RECORD_MAC, RECORD_OVERFLOW, HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, DECODE_ERROR, PROTOCOL_VERSION = \
    10, 20, 22, 40, 47, 50, 70


def open_connections(lab):
    return int(lab.show("connections")["total"])


@pytest.fixture(autouse=True)
def nothing_is_left(lab):
    """After each case: every connection of it is gone, and a good client is served as before."""
    yield
    lab.until("connections of bad clients are forgotten", lambda: open_connections(lab) == 0, 30)
    conn = tls(lab)
    assert get(conn, "/")[0] == "HTTP/1.1 200 OK"
    conn.close()
    lab.until("the good connection is forgotten", lambda: open_connections(lab) == 0, 30)


def client_hello(lab):
    w = Wire(lab)
    w.step(w.tls.do_handshake)
    hello = w.pending()
    w.close()
    return hello


def send(lab, data, shut=False):
    """Sends bytes on a fresh connection and reads until it is closed."""
    s = connect(lab)
    try:
        s.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass
    out, how = read_to_end(s)
    s.close()
    return out, how


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 64, b"\xff" * 64, b"SSH-2.0-x\r\n" + b"a" * 40],
                         ids=["http", "zeros", "ones", "ssh"])
def test_garbage_is_closed(lab, junk):
    out, _ = send(lab, junk)
    assert out == b"" or last_alert(out)[0] == FATAL


def test_wrong_record_type_first(lab):
    out, _ = send(lab, struct.pack(">BHH", 23, 0x0301, 5) + b"hello")
    assert last_alert(out) == (FATAL, UNEXPECTED_MESSAGE)


def test_oversized_record(lab):
    out, _ = send(lab, struct.pack(">BHH", 22, 0x0301, 0xFFFF) + b"\1" * 100)
    assert last_alert(out) == (FATAL, RECORD_OVERFLOW)


def test_finished_before_hello(lab):
    out, _ = send(lab, struct.pack(">BHH", 22, 0x0301, 16) + b"\x14\0\0\x0c" + b"\0" * 12)
    assert last_alert(out) == (FATAL, UNEXPECTED_MESSAGE)


def test_ccs_before_hello(lab):
    out, _ = send(lab, struct.pack(">BHH", 20, 0x0301, 1) + b"\1")
    assert last_alert(out) == (FATAL, UNEXPECTED_MESSAGE)


def test_hello_with_a_length_that_lies(lab):
    hello = bytearray(client_hello(lab))
    session_id_len = 5 + 4 + 2 + 32
    hello[session_id_len] = 255
    out, _ = send(lab, bytes(hello))
    assert last_alert(out) in ((FATAL, DECODE_ERROR), (FATAL, ILLEGAL_PARAMETER))


def test_hello_with_trailing_bytes(lab):
    body = records(client_hello(lab))[0][0][2]
    bent = body[:1] + (len(body) - 4 + 3).to_bytes(3, "big") + body[4:] + b"abc"
    out, _ = send(lab, struct.pack(">BHH", 22, 0x0301, len(bent)) + bent)
    assert last_alert(out) == (FATAL, DECODE_ERROR)


def test_two_hellos(lab):
    hello = client_hello(lab)
    out, _ = send(lab, hello + hello)
    assert last_alert(out) == (FATAL, UNEXPECTED_MESSAGE)


def big_hello(lab, size=16384):
    """A ClientHello of the given size: the client's own with an extension that nobody knows (RFC 8701) appended."""
    body = records(client_hello(lab))[0][0][2]
    at = 4 + 2 + 32
    at += 1 + body[at]
    at += 2 + int.from_bytes(body[at:at + 2], "big")
    at += 1 + body[at]
    ext = body[at + 2:]
    pad = size - len(body) - 4
    ext += struct.pack(">HH", 0x7A7A, pad) + b"\0" * pad
    new = body[4:at] + struct.pack(">H", len(ext)) + ext
    return b"\1" + len(new).to_bytes(3, "big") + new


def test_sixteen_kib_hello_in_one_byte_segments(lab):
    """Legal, if slow: it must be answered, not refused."""
    message = big_hello(lab)
    s = connect(lab, timeout=60)
    s.setsockopt(6, 1, 1)
    data = struct.pack(">BHH", 22, 0x0301, len(message)) + message
    for i in range(len(data)):
        s.send(data[i:i + 1])
    got = s.recv(65536)
    assert got and got[0] == 22, got[:16]
    s.close()


def test_hello_in_one_byte_records(lab):
    message = records(client_hello(lab))[0][0][2]
    s = connect(lab, timeout=60)
    s.sendall(b"".join(struct.pack(">BHH", 22, 0x0301, 1) + message[i:i + 1] for i in range(len(message))))
    got = s.recv(65536)
    assert got and got[0] == 22, got[:16]
    s.close()


def test_endless_hello_is_cut_off(lab):
    """A handshake message that claims 16 MiB."""
    s = connect(lab, timeout=60)
    try:
        s.sendall(struct.pack(">BHH", 22, 0x0301, 16384) + b"\1\xff\xff\xff" + b"\0" * 16380)
        for _ in range(64):
            s.sendall(struct.pack(">BHH", 22, 0x0301, 16384) + b"\0" * 16384)
    except (BrokenPipeError, ConnectionResetError):
        pass
    out, how = read_to_end(s)
    s.close()
    assert how == "reset" or last_alert(out)[0] == FATAL


def test_empty_record_flood(lab):
    s = connect(lab, timeout=60)
    try:
        s.sendall(struct.pack(">BHH", 22, 0x0301, 0) * 5000)
    except (BrokenPipeError, ConnectionResetError):
        pass
    out, how = read_to_end(s)
    s.close()
    assert how == "reset" or last_alert(out)[0] == FATAL


def established(lab, suite):
    w = Wire(lab, context(lab, suite + ":@SECLEVEL=0"))
    w.handshake()
    return w


def alert_after(w, data):
    """Sends bent bytes on an established connection; the alert that comes back, opened by the client."""
    import ssl
    w.sock.sendall(data)
    raw, _ = read_to_end(w.sock)
    w.close()
    w.inb.write(raw)
    w.inb.write_eof()
    try:
        while w.tls.read(65536):  # an answer to what was good before may come first
            pass
    except ssl.SSLError as e:
        return str(e).lower()
    return "no alert"


SUITES = ["AES128-SHA", "AES128-SHA256", "AES128-GCM-SHA256"]


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_flipped_bit_in_a_record(lab, suite, where):
    w = established(lab, suite)
    data = bytearray(w.encrypt(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + b"x" * 300))
    data[{"first": 5, "middle": len(data) // 2, "last": len(data) - 1}[where]] ^= 1
    assert "bad record mac" in alert_after(w, bytes(data))


@pytest.mark.parametrize("suite", SUITES)
def test_record_cut_short(lab, suite):
    """A record whose header says less than was sealed."""
    w = established(lab, suite)
    (kind, version, body), = records(w.encrypt(b"x" * 300))[0]
    short = body[:-16]
    assert "bad record mac" in alert_after(w, struct.pack(">BHH", kind, version, len(short)) + short)


@pytest.mark.parametrize("suite", SUITES)
def test_record_too_short_to_be_sealed(lab, suite):
    w = established(lab, suite)
    said = alert_after(w, struct.pack(">BHH", 23, 0x0303, 4) + b"abcd")
    assert "bad record mac" in said or "decode error" in said


@pytest.mark.parametrize("suite", SUITES)
def test_replayed_record(lab, suite):
    w = established(lab, suite)
    data = w.encrypt(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert "bad record mac" in alert_after(w, data + data)


def test_plaintext_after_the_handshake(lab):
    w = established(lab, "AES128-GCM-SHA256")
    said = alert_after(w, struct.pack(">BHH", 23, 0x0303, 5) + b"hello")
    assert "bad record mac" in said or "decode error" in said


def test_oversized_record_after_the_handshake(lab):
    w = established(lab, "AES128-GCM-SHA256")
    assert "record overflow" in alert_after(w, struct.pack(">BHH", 23, 0x0303, 0x5000) + b"\0" * 64)


def test_renegotiation_is_refused_and_data_goes_on(lab):
    r = lab.run_client(["openssl", "s_client", "-connect", "198.18.0.1:443", "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
                       input=b"R\n", timeout=60)
    out = (r.stdout + r.stderr).lower()
    assert b"no renegotiation" in out or b"no_renegotiation" in out, out[-2000:]


def test_random_bytes_in_every_handshake_position(lab):
    """Bends one byte of each client record of a handshake, seeded; whatever happens, it ends with an alert or a close."""
    rng = __import__("random").Random(7)
    for _ in range(12):
        w = Wire(lab)
        w.step(w.tls.do_handshake)
        first = bytearray(w.pending())
        bend_second = rng.random() < 0.5
        if not bend_second:
            first[rng.randrange(len(first))] ^= 1 << rng.randrange(8)
        w.sock.sendall(bytes(first))
        if bend_second:
            got = b""
            import ssl
            second = b""
            try:
                while not second:
                    got = w.sock.recv(65536)
                    assert got
                    w.inb.write(got)
                    w.step(w.tls.do_handshake)
                    second = w.pending()
            except ssl.SSLError:
                pass
            bent = bytearray(second)
            bent[rng.randrange(len(bent))] ^= 1 << rng.randrange(8)
            w.sock.sendall(bytes(bent))
        w.sock.settimeout(40)
        try:
            w.sock.shutdown(1)
        except OSError:
            pass
        read_to_end(w.sock)
        w.close()


def test_memory_does_not_grow_over_bad_clients(lab, engine):
    def round_(n):
        for _ in range(n):
            send(lab, struct.pack(">BHH", 22, 0x0301, 64) + os.urandom(64))

    n = 300 if engine == "soft" else 100
    round_(n)
    before = {p: lab.rss_bytes(p) for p in ("dp", "cp")}
    round_(2 * n)
    for p in ("dp", "cp"):
        assert lab.rss_bytes(p) - before[p] < 2 << 20, p
