"""
Clients that are not ours, one class each: what they can do, and how to make them do exactly one version, suite and group.

talk() sends one HTTP request through the appliance and returns what came back with what the client says it negotiated; it raises
PeerFailed with the client's own words otherwise.
"""
import json
import os
import re
import subprocess

import suites
from lab.net import CLIENT

REQUEST = b"GET /1k.bin HTTP/1.0\r\nHost: %s\r\n\r\n"
TIMEOUT = 60


class PeerFailed(Exception):
    pass


class Talk:
    """What a peer did: negotiated version and suite as it names them (None: it does not say), and the bytes of the answer."""

    def __init__(self, body, version=None, suite=None, text=""):
        self.body, self.version, self.suite, self.text = body, version, suite, text


class Client:
    name = "?"
    versions = ()

    def __init__(self, lab, build):
        self.lab, self.build = lab, build
        self.pki = os.path.join(lab.state, "pki")

    def has(self, suite, version):
        """Whether this client can do it at all."""
        raise NotImplementedError

    def groups(self, suite, version):
        """Groups to try with this suite; [None] when there is nothing to choose."""
        return [None]

    def run(self, argv, host, env=None):
        r = self.lab.run_client(argv, input=REQUEST % host.encode(), timeout=TIMEOUT, env=dict(os.environ, **(env or {})))
        if b"200 OK" not in r.stdout:
            raise PeerFailed(f"{' '.join(map(str, argv))}: rc {r.returncode}: {(r.stderr or r.stdout).decode(errors='replace')[-600:]}")
        return r

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        raise NotImplementedError


GROUPS = {"x25519": ("X25519", "GROUP-X25519"), "secp256r1": ("P-256", "GROUP-SECP256R1"), "secp384r1": ("P-384", "GROUP-SECP384R1"),
          "ffdhe2048": ("ffdhe2048", "GROUP-FFDHE2048"), "ffdhe3072": ("ffdhe3072", "GROUP-FFDHE3072")}


def groups_for(suite, version, names):
    if version == "1.3":
        return [g for g in ("x25519", "secp256r1", "secp384r1") if g in names]
    if suite.kx == "ECDHE" and version == "1.2" and "GCM_SHA256" in suite.name and suite.alg == "AES128_GCM":
        return [g for g in ("x25519", "secp256r1", "secp384r1") if g in names]
    return [None]


class OpenSSL(Client):
    name = "openssl"
    versions = ("1.0", "1.1", "1.2", "1.3")
    FLAG = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.names = suites.openssl_names()

    def has(self, suite, version):
        return suite.name in self.names

    def groups(self, suite, version):
        return groups_for(suite, version, GROUPS)

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        name = self.names[suite.name]
        argv = ["openssl", "s_client", "-connect", f"{address}:{port}", "-servername", host, self.FLAG[version], "-ign_eof"]
        argv += ["-ciphersuites", name] if version == "1.3" else ["-cipher", f"{name}:@SECLEVEL=0"]
        if suite.auth != "ANON":
            argv += ["-CAfile", f"{self.pki}/ca.pem", "-verify_return_error", "-verify_hostname", host]
        if version == "1.3":
            argv += ["-sigalgs", "RSA-PSS+SHA256:ECDSA+SHA256:ECDSA+SHA384:ed25519:RSA-PSS+SHA384:RSA-PSS+SHA512"]
        # an ECDSA certificate's curve is one of the groups, too
        argv += ["-groups", GROUPS[group][0] + ("" if version == "1.3" or suite.auth != "ECDSA" or group == "secp256r1" else ":P-256")] if group else []
        argv += ["-cert", f"{self.pki}/{cert}.pem", "-key", f"{self.pki}/{cert}.key"] if cert else []
        out = self.run(argv, host).stdout
        got = re.search(rb"New, (\S+), Cipher is (\S+)", out)
        proto = re.search(rb"^\s+Protocol\s+: TLSv(1(?:\.\d)?)$", out, re.M)
        shown = proto.group(1).decode() if proto else got.group(1).decode().removeprefix("TLSv")
        return Talk(out, {"1": "1.0"}.get(shown, shown), suite.name if got.group(2).decode() == name else got.group(2).decode(), out.decode("latin1"))


class GnuTLS(Client):
    name = "gnutls"
    versions = ("1.0", "1.1", "1.2", "1.3")
    KX = {"RSA": "RSA", "DHE": "DHE-RSA", "ECDHE": "ECDHE-RSA"}

    def __init__(self, lab, build):
        super().__init__(lab, build)
        out = subprocess.run(["gnutls-cli", "-l"], capture_output=True, text=True, check=True).stdout
        self.codes = {int(a, 16) << 8 | int(b, 16) for a, b in re.findall(r"^TLS_\S+\s+(0x..), (0x..)\s", out, re.M)}

    def has(self, suite, version):
        return suite.code in self.codes and self.cipher(suite) is not None

    def groups(self, suite, version):
        return groups_for(suite, version, GROUPS)

    @staticmethod
    def cipher(suite):
        return {"AES128_GCM": ("AES-128-GCM", "AEAD"), "AES256_GCM": ("AES-256-GCM", "AEAD"), "CHACHA20_POLY1305": ("CHACHA20-POLY1305", "AEAD"),
                "AES128_CBC_SHA1": ("AES-128-CBC", "SHA1"), "AES256_CBC_SHA1": ("AES-256-CBC", "SHA1"), "AES128_CBC_SHA256": ("AES-128-CBC", "SHA256"),
                "AES256_CBC_SHA256": ("AES-256-CBC", "SHA256"), "AES256_CBC_SHA384": ("AES-256-CBC", "SHA384"), "3DES_CBC_SHA1": ("3DES-CBC", "SHA1"),
                "RC4_SHA1": ("ARCFOUR-128", "SHA1"), "RC4_MD5": ("ARCFOUR-128", "MD5"), "NULL_SHA1": ("NULL", "SHA1"), "NULL_MD5": ("NULL", "MD5"),
                "NULL_SHA256": ("NULL", "SHA256")}.get(suite.alg)

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        cipher, mac = self.cipher(suite)
        if suite.kx == "ANY":
            kx = "+ECDHE-RSA:+ECDHE-ECDSA"
        elif suite.auth == "ANON":
            kx = "+ANON-DH" if suite.kx == "DHE" else "+ANON-ECDH"
        else:
            kx = "+ECDHE-ECDSA" if suite.auth == "ECDSA" else "+" + self.KX[suite.kx]
        group = "+" + GROUPS[group][1] + (":+GROUP-SECP256R1" if suite.auth == "ECDSA" and version != "1.3" else "") if group else "+GROUP-ALL"
        # the tail picks a prf: AES-256-GCM and SHA384 go together by the suite itself
        priority = f"NONE:+VERS-TLS{version}:+{cipher}:+{mac}:{kx}:{group}:+SIGN-ALL:+COMP-NULL:+CTYPE-X509:%VERIFY_ALLOW_SIGN_WITH_SHA1"
        argv = ["gnutls-cli", "--port", port, "--priority", priority, "--sni-hostname", host, "--verify-hostname", host, "--x509cafile",
                f"{self.pki}/ca.pem", "--no-ocsp"]
        argv += ["--x509certfile", f"{self.pki}/{cert}.pem", "--x509keyfile", f"{self.pki}/{cert}.key"] if cert else []
        out = self.run(argv + [address], host).stdout
        got = re.search(rb"Description: \(TLS([\d.]+)\)", out)
        return Talk(out, got.group(1).decode() if got else None, None, out.decode("latin1"))


class MbedTLS(Client):
    name = "mbedtls"
    versions = ("1.0", "1.1", "1.2")

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.program = os.path.join(build, "matrix", "mbed_client")
        out = subprocess.run([self.program, "--list"], capture_output=True, text=True, check=True).stdout
        self.names = {int(line.split()[0], 16): line.split()[1] for line in out.splitlines()}

    def has(self, suite, version):
        return suite.code in self.names and suite.auth != "ANON"

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        argv = [self.program, address, port, version, self.names[suite.code], host, f"{self.pki}/ca.pem"]
        argv += [f"{self.pki}/{cert}.pem", f"{self.pki}/{cert}.key"] if cert else []
        r = self.run(argv, host)
        said = json.loads(r.stderr.decode().strip().splitlines()[-1])
        return Talk(r.stdout, said["version"].removeprefix("TLSv"), suite.name if said["suite"] == self.names[suite.code] else said["suite"])


class WolfSSL(Client):
    name = "wolfssl"
    versions = ("1.1", "1.2", "1.3")

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.program = os.path.join(build, "matrix", "wolf_client")
        have = set(subprocess.run([self.program, "--list"], capture_output=True, text=True, check=True).stdout.split())
        named = dict(suites.openssl_names())
        self.names = {}
        for s in suites.all_suites():
            theirs = named.get(s.name, "")
            if theirs.startswith("TLS_"):
                theirs = "TLS13-" + theirs.removeprefix("TLS_").replace("AES_", "AES").replace("_", "-")
            if theirs in have:
                self.names[s.name] = theirs

    def has(self, suite, version):
        return suite.name in self.names and suite.auth != "ANON"

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        argv = [self.program, address, port, version, self.names[suite.name], host, f"{self.pki}/ca.pem"]
        argv += [f"{self.pki}/{cert}.pem", f"{self.pki}/{cert}.key"] if cert else []
        r = self.run(argv, host)
        said = json.loads(r.stderr.decode().strip().splitlines()[-1])
        return Talk(r.stdout, said["version"].removeprefix("TLSv"), None)


class NSS(Client):
    name = "nss"
    versions = ("3.0", "1.0", "1.1", "1.2", "1.3")
    RANGE = {"3.0": "ssl3", "1.0": "tls1.0", "1.1": "tls1.1", "1.2": "tls1.2", "1.3": "tls1.3"}
    # what NSS 3.87 still has (sslimpl.h's list is not printed by its tools)
    CODES = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xccaa, 0x9e, 0x9f, 0x33, 0x39, 0x67, 0x6b, 0x16, 0x9c, 0x9d, 0x2f, 0x35,
             0x3c, 0x3d, 0x0a, 0x05, 0x04, 0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc027, 0xc024, 0xc028, 0xc008, 0xc012, 0xc007, 0xc011, 0x01, 0x02, 0x3b,
             0xc006, 0xc010}

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.db = os.path.join(lab.state, "nssdb")
        if not os.path.exists(self.db):
            os.makedirs(self.db)
            subprocess.run(["certutil", "-N", "-d", self.db, "--empty-password"], check=True, capture_output=True)
            subprocess.run(["certutil", "-A", "-d", self.db, "-n", "lab", "-t", "CT,,", "-i", f"{self.pki}/ca.pem"], check=True, capture_output=True)

    SSL3 = {0x0a, 0x05, 0x04, 0x2f, 0x35, 0x33, 0x39, 0x16, 0x01, 0x02}  # without extensions there are no curves

    def has(self, suite, version):
        return suite.code in (self.SSL3 if version == "3.0" else self.CODES)

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        v = self.RANGE[version]
        request = os.path.join(self.lab.state, "nss-request")  # from a file: with stdin tstclnt does not see the server's end
        with open(request, "wb") as f:
            f.write(REQUEST % host.encode())
        argv = ["tstclnt", "-h", address, "-p", port, "-a", host, "-d", self.db, "-V", f"{v}:{v}", "-c", f":{suite.code:04X}", "-v", "-A", request]
        r = self.run(argv, host, {"NSS_IGNORE_SYSTEM_POLICY": "1"})
        got = re.search(rb"SSL version (\d)\.(\d) using", r.stderr)
        shown = f"{got.group(1).decode()}.{got.group(2).decode()}" if got else None
        return Talk(r.stdout, {"3.1": "1.0", "3.2": "1.1", "3.3": "1.2", "3.4": "1.3"}.get(shown, shown), None)


class Curl(Client):
    name = "curl"
    versions = ("1.0", "1.1", "1.2", "1.3")

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.names = suites.openssl_names()

    def has(self, suite, version):
        return suite.name in self.names and suite.auth != "ANON" and suite.alg in ("AES128_GCM", "AES256_CBC_SHA1", "CHACHA20_POLY1305")

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        name = self.names[suite.name]
        argv = ["curl", "-sv", "-i", "--resolve", f"{host}:{port}:{address}", "--cacert", f"{self.pki}/ca.pem", f"--tlsv{version}", "--tls-max", version]
        argv += ["--tls13-ciphers", name] if version == "1.3" else ["--ciphers", f"{name}:@SECLEVEL=0"]
        argv += ["--cert", f"{self.pki}/{cert}.pem", "--key", f"{self.pki}/{cert}.key"] if cert else []
        r = self.run(argv + ["--output", "-", f"https://{host}:{port}/1k.bin"], host)
        got = re.search(rb"SSL connection using TLSv([\d.]+) / (\S+)", r.stderr)
        shown = got.group(1).decode()
        return Talk(r.stdout, {"1": "1.0"}.get(shown, shown), suite.name if got.group(2).decode() == name else got.group(2).decode())


PYTHON = r"""
import json, socket, ssl, sys
address, port, host, version, cipher, ca, cert = sys.argv[1:8]
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.load_verify_locations(ca)
v = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
c.set_ciphers("ALL:@SECLEVEL=0" if version == "1.3" else cipher + ":@SECLEVEL=0")
c.minimum_version = c.maximum_version = v
if cert:
    c.load_cert_chain(cert + ".pem", cert + ".key")
s = c.wrap_socket(socket.create_connection((address, int(port)), 60), server_hostname=host)
sys.stderr.write(json.dumps({"version": s.version(), "suite": s.cipher()[0]}) + "\n")
s.sendall(sys.stdin.buffer.read())
while True:
    b = s.recv(65536)
    if not b:
        break
    sys.stdout.buffer.write(b)
"""


class Python(Client):
    name = "python"
    versions = ("1.0", "1.1", "1.2", "1.3")

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.names = suites.openssl_names()

    def has(self, suite, version):
        return suite.name in self.names and suite.auth != "ANON" and suite.alg in (("AES128_GCM",) if version == "1.3" else ("AES256_GCM", "AES128_CBC_SHA1"))

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        r = self.run(["/usr/bin/python3", "-c", PYTHON, address, port, host, version, self.names[suite.name], f"{self.pki}/ca.pem",
                      f"{self.pki}/{cert}" if cert else ""], host)
        said = json.loads(r.stderr.decode().strip().splitlines()[-1])
        shown = said["version"].removeprefix("TLSv")
        return Talk(r.stdout, {"1": "1.0"}.get(shown, shown), suite.name if said["suite"] == self.names[suite.name] else said["suite"])


OPENSSL35 = r"""
import json, socket, sys
from OpenSSL import SSL
address, port, host, ca = sys.argv[1:5]
c = SSL.Context(SSL.TLS_METHOD)
c.set_min_proto_version(SSL.TLS1_3_VERSION)
c.load_verify_locations(ca)
c.set_verify(SSL.VERIFY_PEER)
raw = socket.create_connection((address, int(port)), 60)
raw.settimeout(None)
s = SSL.Connection(c, raw)
s.set_tlsext_host_name(host.encode())
s.set_verify(SSL.VERIFY_PEER)
s.set_connect_state()
s.do_handshake()
sys.stderr.write(json.dumps({"version": s.get_protocol_version_name(), "suite": s.get_cipher_name(), "library": SSL.OpenSSL_version(0).decode()}) + "\n")
sys.stderr.flush()
s.sendall(sys.stdin.buffer.read())
try:
    while True:
        sys.stdout.buffer.write(s.recv(65536))
except SSL.ZeroReturnError:
    pass
"""


class OpenSSL35(Client):
    """OpenSSL 3.5 with default settings, as PyPI has it: its first share is X25519MLKEM768, like a browser's."""
    name = "openssl-3.5"
    versions = ("1.3",)
    HYBRID = "X25519MLKEM768"

    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.path = os.path.join(build, "matrix", "openssl35")

    def has(self, suite, version):
        # the client's first and the server's: the default settings of both
        return suite.name == "TLS_AES_128_GCM_SHA256" and os.path.exists(os.path.join(self.path, ".fetched"))

    def groups(self, suite, version):
        return [self.HYBRID]

    def argv(self, address, port, host):
        return ["/usr/bin/python3", "-c", OPENSSL35, address, str(port), host, f"{self.pki}/ca.pem"]

    def begin(self, address, port, host):
        """A client that has been started and will wait, after its handshake, for what it is to send."""
        return subprocess.Popen(["ip", "netns", "exec", self.lab.net.ns(CLIENT)] + self.argv(address, port, host), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=self.path))

    def talk(self, address, port, host, version, suite, group=None, cert=None):
        r = self.run(self.argv(address, port, host), host, {"PYTHONPATH": self.path})
        said = json.loads(r.stderr.decode().strip().splitlines()[-1])
        return Talk(r.stdout, said["version"].removeprefix("TLSv"), None, said["library"])


CLIENTS = (OpenSSL35, OpenSSL, GnuTLS, MbedTLS, WolfSSL, NSS, Curl, Python)
