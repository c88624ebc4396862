"""SSL 3.0 to TLS 1.2 clients by scapy, one message at a time, in 3.x's own records."""
import hashlib
import struct

from scapy.layers.tls.cert import Cert, PrivKey
from scapy.layers.tls.handshake import TLSCertificate, TLSClientHello, TLSClientKeyExchange, TLSFinished
from scapy.layers.tls.record import TLS, TLSAlert, TLSApplicationData, TLSChangeCipherSpec
from scapy.packet import Raw

import ssl2_peer

SSL3 = 0x0300


class Client(ssl2_peer.Client):
    """Speaks one version, SSL 3.0 if not told otherwise."""

    def __init__(self, port, version=SSL3):
        super().__init__(port)
        self.version = self.tls.tls_version = self.tls.advertised_tls_version = version
        self.sent = b""

    def record(self):
        head = self._bytes(5)
        return TLS(head + self._bytes(struct.unpack("!H", head[3:])[0]), tls_session=self.tls)

    def write(self, msg):
        self.sock.sendall(TLS(tls_session=self.tls, msg=[msg], version=self.version).raw_stateful())

    def offer(self, *suites, sid=b"", compression=(0,)):
        self.write(TLSClientHello(version=self.version, ciphers=list(suites), sid=sid, comp=list(compression), ext=[]))

    def flight(self, last):
        """Messages up to this one, by the names of their classes."""
        got = {}
        while last not in got:
            r = self.record()
            assert r.type != 21, [(m.level, m.descr) for m in r.msg]
            got.update((type(m).__name__, m) for m in r.msg)
        return got

    def finish(self):
        self.write(TLSChangeCipherSpec())
        self.write(TLSFinished())
        assert type(self.record().msg[0]).__name__ == "TLSChangeCipherSpec"
        assert type(self.record().msg[0]).__name__ == "TLSFinished"

    def shake(self, *suites):
        """A full handshake; returns the server's flight."""
        self.offer(*suites)
        got = self.flight("TLSServerHelloDone")
        self.write(TLSClientKeyExchange())
        self.finish()
        return got

    def echoes(self, data):
        self.write(TLSApplicationData(data=data))
        got = b""
        while len(got) < len(data):
            got += b"".join(m.data for m in self.record().msg)
        return got == data

    def alert(self):
        r = self.record()
        assert r.type == 21
        return r.msg[0].level, r.msg[0].descr

    def warn(self, description):
        self.write(TLSAlert(level=1, descr=description))

    def certificate(self, chain, key):
        """Certificate; what follows is signed by the key."""
        self.client_key = PrivKey(key)
        self.write(TLSCertificate(certs=[Cert(chain)]))

    def prove(self, spoil=False):
        """CertificateVerify by RFC 6101 5.6.8 (scapy has TLS 1.0's): RSA over MD5 and SHA-1 with the master secret."""
        messages, master = b"".join(self.tls.handshake_messages), self.tls.master_secret
        digest = b""
        for h, pad in ((hashlib.md5, 48), (hashlib.sha1, 40)):
            inner = h(messages + master + b"\x36" * pad).digest()
            digest += h(master + b"\x5c" * pad + inner).digest()
        n = self.client_key.key.private_numbers()
        size = self.client_key.key.key_size // 8
        em = b"\0\1" + b"\xff" * (size - 3 - len(digest)) + b"\0" + digest
        sig = bytearray(pow(int.from_bytes(em, "big"), n.d, n.public_numbers.n).to_bytes(size, "big"))
        if spoil:
            sig[7] ^= 1
        body = struct.pack("!H", size) + sig
        msg = bytes([15]) + struct.pack("!I", len(body))[1:] + body
        self.sock.sendall(bytes([22]) + struct.pack("!HH", self.version, len(msg)) + msg)
        self.tls.handshake_messages.append(msg)


__all__ = ["Client", "Raw", "SSL3"]
