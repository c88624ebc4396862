"""SSL 2.0 by scapy, one message at a time, in either role: what a test says is what goes out."""
import socket
import struct

from scapy.layers.tls.cert import Cert, PrivKey
from scapy.layers.tls.crypto.suites import _tls_cipher_suites_cls
from scapy.layers.tls.handshake_sslv2 import (SSLv2ClientCertificate, SSLv2ClientFinished, SSLv2ClientHello, SSLv2ClientMasterKey, SSLv2Error,
                                              SSLv2RequestCertificate, SSLv2ServerFinished, SSLv2ServerHello, SSLv2ServerVerify)
from scapy.layers.tls.record_sslv2 import SSLv2
from scapy.layers.tls.session import readConnState, tlsSession, writeConnState
from scapy.packet import Raw

DES3, RC4 = 0x0700C0, 0x010080
NO_CIPHER, NO_CERTIFICATE, BAD_CERTIFICATE, UNSUPPORTED_CERTIFICATE_TYPE = 1, 2, 4, 6
VERSION = 0x0002


class Closed(Exception):
    """The other side closed the connection."""


class Session:
    """What a client needs to resume: the session id, the cipher, the master key and the key argument."""

    def __init__(self, sid, cipher, master, key_arg):
        self.sid, self.cipher, self.master, self.key_arg = sid, cipher, master, key_arg


class Peer:
    def __init__(self, sock, end):
        self.sock = sock
        self.sock.settimeout(60)
        self.tls = tlsSession(connection_end=end)
        self.tls.tls_version = VERSION

    def _bytes(self, n):
        got = b""
        while len(got) < n:
            more = self.sock.recv(n - len(got))
            if not more:
                raise Closed()
            got += more
        return got

    def send(self, msg):
        self.sock.sendall(SSLv2(tls_session=self.tls, msg=[msg]).raw_stateful())

    def receive(self, kind=None):
        """The next message; of this class, when one is given."""
        head = self._bytes(2)
        (n,) = struct.unpack("!H", head)
        record = SSLv2(head + self._bytes(n & 0x7FFF if n & 0x8000 else 1 + (n & 0x3FFF)), tls_session=self.tls)
        msg = record.msg[0]
        assert kind is None or isinstance(msg, kind), repr(msg)
        return msg

    def data(self, n):
        """n bytes of application data, which may come in several records."""
        got = b""
        while len(got) < n:
            got += bytes(self.receive(Raw))
        return got

    def closed(self):
        """The other side says nothing more and closes."""
        self.sock.settimeout(60)
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True

    def keys(self, cipher, master, key_arg):
        """Installs both directions' keys at once."""
        s = self.tls
        suite = _tls_cipher_suites_cls[cipher]
        s.pwcs = writeConnState(ciphersuite=suite, connection_end=s.connection_end, seq_num=s.wcs.seq_num, tls_version=VERSION)
        s.prcs = readConnState(ciphersuite=suite, connection_end=s.connection_end, seq_num=s.rcs.seq_num, tls_version=VERSION)
        s.master_secret = master
        s.compute_sslv2_km_and_derive_keys()
        if s.pwcs.cipher.type == "block":
            s.pwcs.cipher.iv = s.prcs.cipher.iv = key_arg
        s.wcs, s.rcs, s.pwcs, s.prcs = s.pwcs, s.prcs, None, None

    def close(self):
        self.sock.close()


class Client(Peer):
    challenge = b"0123456789abcdef"

    def __init__(self, port):
        super().__init__(socket.create_connection(("127.0.0.1", port), timeout=60), "client")

    def hello(self, ciphers=(DES3, RC4), sid=b"", version=VERSION, challenge=None):
        """By hand: scapy has the session id before the ciphers, the draft after them."""
        challenge = self.challenge if challenge is None else challenge
        specs = b"".join(struct.pack("!I", c)[1:] for c in ciphers)
        self.tls.sslv2_challenge = challenge
        self.tls.sslv2_common_cs = [c for c in ciphers if c in (DES3, RC4)]
        self.tls.advertised_tls_version = version
        self.send(Raw(struct.pack("!BHHHH", 1, version, len(specs), len(sid), len(challenge)) + specs + sid + challenge))

    def shake(self, ciphers=(DES3, RC4), certificate=None):
        """A new session; returns it. certificate: (chain file, key file), for a server that asks."""
        self.hello(ciphers)
        hello = self.receive(SSLv2ServerHello)
        assert hello.sid_hit == 0 and len(hello.connection_id) >= 16
        key = SSLv2ClientMasterKey(cipher=hello.ciphers[0], tls_session=self.tls)
        self.send(key)
        verify = self.receive(SSLv2ServerVerify)
        assert verify.challenge == self.challenge
        self.send(SSLv2ClientFinished(connection_id=hello.connection_id))
        if certificate:
            self.certify(*certificate)
        done = self.receive(SSLv2ServerFinished)
        assert len(done.sid) == 16
        return Session(done.sid, key.cipher, self.tls.master_secret, bytes(key.keyarg or b""))

    def certify(self, chain, key, spoil=False, kind=1):
        """Answers REQUEST-CERTIFICATE."""
        request = self.receive(SSLv2RequestCertificate)
        assert request.authtype == 1 and len(request.challenge) >= 16
        self.tls.client_key = PrivKey(key)
        msg = SSLv2ClientCertificate(certdata=Cert(chain), certtype=kind, tls_session=self.tls)
        raw = bytearray(msg.build())
        if spoil:
            raw[-1] ^= 1
        self.send(Raw(bytes(raw)))

    def resume(self, session):
        """True when the server knew it; then the handshake is over."""
        self.hello((session.cipher,), session.sid)
        hello = self.receive(SSLv2ServerHello)
        if not hello.sid_hit:
            return False
        assert hello.certlen == 0 and hello.cipherslen == 0 and hello.certtype == 0
        self.tls.sslv2_connection_id = hello.connection_id
        self.keys(session.cipher, session.master, session.key_arg)
        assert self.receive(SSLv2ServerVerify).challenge == self.challenge
        self.send(SSLv2ClientFinished(connection_id=hello.connection_id))
        assert self.receive(SSLv2ServerFinished).sid == session.sid
        return True

    def error(self):
        """The code of the ERROR message that comes."""
        return self.receive(SSLv2Error).code


class Server(Peer):
    """One connection of a listening socket, with this certificate and key."""

    def __init__(self, listener, chain, key):
        super().__init__(listener.accept()[0], "server")
        self.chain = Cert(chain)
        self.tls.server_rsa_key = PrivKey(key)
        self.tls.server_certs = [self.chain]

    def hello(self):
        """CLIENT-HELLO by hand, see Client.hello(): version, ciphers, session id, challenge."""
        raw = bytes(self.receive())
        kind, version, n_specs, n_sid, n_challenge = struct.unpack("!BHHHH", raw[:9])
        specs, sid, challenge = raw[9:9 + n_specs], raw[9 + n_specs:9 + n_specs + n_sid], raw[9 + n_specs + n_sid:]
        assert kind == 1 and len(challenge) == n_challenge
        ciphers = [int.from_bytes(specs[i:i + 3], "big") for i in range(0, n_specs, 3)]
        self.tls.sslv2_challenge, self.tls.sslv2_common_cs = challenge, ciphers
        return version, ciphers, sid, challenge

    def shake(self, cipher, sid=b"S" * 16, ask=False):
        """A new session, of this cipher; returns it, and with ask the CLIENT-CERTIFICATE or ERROR that came."""
        version, ciphers, _, challenge = self.hello()
        assert version == VERSION and cipher in ciphers
        self.send(SSLv2ServerHello(cert=self.chain, ciphers=[cipher], connection_id=b"C" * 16))
        key = self.receive(SSLv2ClientMasterKey)
        assert key.clearkeylen == 0
        self.send(SSLv2ServerVerify(challenge=challenge))
        assert self.receive(SSLv2ClientFinished).connection_id == b"C" * 16
        answer = None
        if ask:
            self.send(SSLv2RequestCertificate(challenge=b"R" * 16))
            answer = self.receive()
        self.send(SSLv2ServerFinished(sid=sid))
        return Session(sid, cipher, self.tls.master_secret, bytes(key.keyarg or b"")), answer

    def resume(self, session):
        version, _, sid, challenge = self.hello()
        assert version == VERSION and sid == session.sid
        self.send(Raw(struct.pack("!BBBHHHH", 4, 1, 0, VERSION, 0, 0, 16) + b"D" * 16))
        self.tls.sslv2_connection_id = b"D" * 16
        self.keys(session.cipher, session.master, session.key_arg)
        self.send(SSLv2ServerVerify(challenge=challenge))
        assert self.receive(SSLv2ClientFinished).connection_id == b"D" * 16
        self.send(SSLv2ServerFinished(sid=sid))
