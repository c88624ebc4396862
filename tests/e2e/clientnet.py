"""Sockets and TLS clients inside the lab's client namespace, for tests that drive the wire byte by byte."""
import ctypes
import os
import socket
import ssl
import struct
import threading

CLONE_NEWNET = 0x40000000
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC, which Python has no name for
_libc = ctypes.CDLL(None, use_errno=True)


def in_ns(ns, make):
    """Runs make() on a thread that has entered the namespace; sockets made there stay there. Returns its result."""
    box = {}

    def work():
        try:
            fd = os.open(f"/run/netns/{ns}", os.O_RDONLY)
            try:
                if _libc.setns(fd, CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            finally:
                os.close(fd)
            box["result"] = make()
        except BaseException as e:  # handed to the caller below
            box["error"] = e

    t = threading.Thread(target=work)
    t.start()
    t.join()
    if "error" in box:
        raise box["error"]
    return box["result"]


def connect(lab, timeout=60, addr=None):
    """A TCP connection from the client namespace to the listener."""
    return in_ns(lab.net.ns("client"), lambda: socket.create_connection(addr or lab.addr(), timeout))


def context(lab, ciphers="ALL:@SECLEVEL=0", verify=True):
    """A TLS 1.2 client context that trusts the lab's CA."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.minimum_version = c.maximum_version = ssl.TLSVersion.TLSv1_2
    c.set_ciphers(ciphers)
    c.options |= NO_ENCRYPT_THEN_MAC  # the card has MAC-then-encrypt, and CBC here is to meet the card
    c.load_verify_locations(f"{lab.state}/pki/ca.pem")
    if not verify:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    return c


def tls(lab, ctx=None, name="www.sluice.test", session=None, timeout=60):
    """A finished TLS handshake over a fresh connection."""
    sock = connect(lab, timeout)
    try:
        return (ctx or context(lab)).wrap_socket(sock, server_hostname=name, session=session)
    except BaseException:
        sock.close()
        raise


def get(conn, path, close=True):
    """One HTTP/1.1 GET on an open connection; (status line, body)."""
    conn.sendall(f"GET {path} HTTP/1.1\r\nHost: www.sluice.test\r\n{'Connection: close' + chr(13) + chr(10) if close else ''}\r\n".encode())
    buf = b""
    while b"\r\n\r\n" not in buf:
        got = conn.recv(65536)
        assert got, f"connection ended in the header after {len(buf)} bytes"
        buf += got
    head, body = buf.split(b"\r\n\r\n", 1)
    length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
    parts, have = [body], len(body)
    while have < length:
        got = conn.recv(1 << 18)
        assert got, f"connection ended after {have} of {length} bytes"
        parts.append(got)
        have += len(got)
    return head.split(b"\r\n")[0].decode(), b"".join(parts)


class Wire:
    """A TLS 1.2 client over memory: the test carries (and may bend) every byte between it and the socket."""

    def __init__(self, lab, ctx=None, name="www.sluice.test", timeout=60):
        self.sock = connect(lab, timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inb, self.outb = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (ctx or context(lab)).wrap_bio(self.inb, self.outb, server_hostname=name)

    def pending(self):
        """Bytes the client wants to send now."""
        return self.outb.read()

    def step(self, op):
        """Runs one operation until it needs the other side; returns its result, or None when it waits for bytes."""
        try:
            return op()
        except ssl.SSLWantReadError:
            return None

    def handshake(self):
        while True:
            done = self.step(lambda: self.tls.do_handshake() or True)
            out = self.pending()
            if out:
                self.sock.sendall(out)
            if done:
                return
            got = self.sock.recv(65536)
            if not got:
                raise ConnectionError("closed in the handshake")
            self.inb.write(got)

    def encrypt(self, data):
        """The records that carry data."""
        self.tls.write(data)
        return self.pending()

    def close(self):
        self.sock.close()


def records(data):
    """Cuts bytes into TLS records: [(type, version, body)], and what is left over."""
    out, at = [], 0
    while at + 5 <= len(data):
        kind, version, n = struct.unpack_from(">BHH", data, at)
        if at + 5 + n > len(data):
            break
        out.append((kind, version, data[at + 5:at + 5 + n]))
        at += 5 + n
    return out, data[at:]


def read_to_end(sock):
    """Everything until the peer closes; (bytes, "fin" or "reset")."""
    buf = b""
    try:
        while True:
            got = sock.recv(65536)
            if not got:
                return buf, "fin"
            buf += got
    except ConnectionResetError:
        return buf, "reset"


def last_alert(data):
    """(level, description) of the last plaintext alert record in data, or None."""
    alerts = [r for r in records(data)[0] if r[0] == 21 and len(r[2]) == 2]
    return tuple(alerts[-1][2]) if alerts else None
