"""
TLS servers that are not ours, behind the appliance: one process each, taking every version and suite that it has; Sluice's pool says
which one is used. Each serves the lab's files over HTTP, by itself or in front of the lab's nginx.
"""
import os
import subprocess

import suites

FIRST_PORT = 7000
HOST = "198.19.0.2"


class Server:
    name = "?"
    versions = ("1.0", "1.1", "1.2", "1.3")
    page = True  # serves the lab's files; False: a page of its own

    def __init__(self, lab, port):
        self.lab, self.port = lab, port
        self.pki = os.path.join(lab.state, "pki")
        self.cert, self.key = f"{self.pki}/backend.pem", f"{self.pki}/backend.key"

    def start(self):
        self.lab.procs.start(f"behind-{self.name}", self.argv(), ns=self.lab.net.ns("server"), env=self.env(), cwd=os.path.join(self.lab.state, "www"))
        self.lab.procs.wait_for(f"{self.name} listens", self.listens, [f"behind-{self.name}"], 60)

    def listens(self):
        out = subprocess.run(["ip", "netns", "exec", self.lab.net.ns("server"), "ss", "-Hltn", f"sport = :{self.port}"], capture_output=True, text=True).stdout
        return f":{self.port}" in out

    def argv(self):
        raise NotImplementedError

    def env(self):
        return {}

    def write(self, name, text):
        path = os.path.join(self.lab.state, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    @classmethod
    def has(cls, suite, version):
        raise NotImplementedError


class OpenSSLServer(Server):
    name = "openssl"

    def argv(self):
        return ["openssl", "s_server", "-accept", str(self.port), "-cert", self.cert, "-key", self.key, "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-WWW", "-quiet"]

    @classmethod
    def has(cls, suite, version):
        return suite.name in suites.openssl_names() and suite.auth != "ECDSA" and suite.auth != "ANON"


class GnuTLSServer(Server):
    name = "gnutls"
    page = False

    def argv(self):
        return ["gnutls-serv", "-p", str(self.port), "--http", "--x509certfile", self.cert, "--x509keyfile", self.key, "--quiet", "--priority",
                "NORMAL:+VERS-ALL:+RSA:+DHE-RSA:+3DES-CBC:+ARCFOUR-128:+SHA1:+SHA256:+MD5:+AES-128-CBC:+AES-256-CBC:+SIGN-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1"]

    @classmethod
    def has(cls, suite, version):
        return suite.auth not in ("ECDSA", "ANON") and suite.alg in ("AES128_GCM", "AES256_GCM", "CHACHA20_POLY1305", "AES128_CBC_SHA1",
                                                                     "AES256_CBC_SHA1", "3DES_CBC_SHA1", "AES128_CBC_SHA256")


class Stunnel(Server):
    name = "stunnel"

    def argv(self):
        conf = self.write("stunnel.conf", f"""foreground = yes
pid =
debug = warning
sslVersionMin = TLSv1
ciphers = ALL:@SECLEVEL=0
securityLevel = 0
options = NO_SSLv3
[web]
accept = {HOST}:{self.port}
connect = {HOST}:80
cert = {self.cert}
key = {self.key}
""")
        return ["stunnel4", conf]

    @classmethod
    def has(cls, suite, version):
        return suite.name in suites.openssl_names() and suite.auth not in ("ECDSA", "ANON") and suite.alg in ("AES128_GCM", "AES256_CBC_SHA1", "CHACHA20_POLY1305")


class HAProxy(Server):
    name = "haproxy"
    versions = ("1.2", "1.3")

    def argv(self):
        both = self.write("backend-both.pem", open(self.cert).read() + open(self.key).read())
        conf = self.write("behind-haproxy.cfg", f"""global
    ssl-default-bind-ciphers ALL:@SECLEVEL=0
    tune.ssl.default-dh-param 2048
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend f
    bind {HOST}:{self.port} ssl crt {both}
    default_backend b
backend b
    server s {HOST}:80
""")
        return ["haproxy", "-db", "-f", conf]

    @classmethod
    def has(cls, suite, version):
        return suite.name in suites.openssl_names() and suite.auth not in ("ECDSA", "ANON") and suite.alg in ("AES128_GCM", "AES256_GCM", "AES128_CBC_SHA256")


class Nginx(Server):
    """The lab's own nginx, on its TLS port."""
    name = "nginx"

    def __init__(self, lab, port):
        super().__init__(lab, 443)

    def start(self):
        pass

    @classmethod
    def has(cls, suite, version):
        return suite.name in suites.openssl_names() and suite.auth not in ("ECDSA", "ANON") and suite.kx != "DHE" and suite.alg in (
            "AES128_GCM", "AES256_GCM", "CHACHA20_POLY1305", "AES128_CBC_SHA1")


class NSSServer(Server):
    name = "nss"
    page = False
    versions = ("1.0", "1.1", "1.2", "1.3")

    def argv(self):
        db = os.path.join(self.lab.state, "nssdb-behind")
        if not os.path.exists(db):
            os.makedirs(db)
            subprocess.run(["certutil", "-N", "-d", db, "--empty-password"], check=True, capture_output=True)
            p12 = os.path.join(self.lab.state, "backend.p12")
            subprocess.run(["openssl", "pkcs12", "-export", "-in", self.cert, "-inkey", self.key, "-name", "backend", "-passout", "pass:", "-out", p12],
                           check=True, capture_output=True)
            subprocess.run(["pk12util", "-i", p12, "-d", db, "-K", "", "-W", ""], check=True, capture_output=True)
        return ["selfserv", "-n", "backend", "-p", str(self.port), "-d", db, "-V", "tls1.0:tls1.3", "-c", ":1301:1302:1303:C02F:C030:CCA8:009C:002F:0035:000A:C013"]

    def env(self):
        return {"NSS_IGNORE_SYSTEM_POLICY": "1"}

    @classmethod
    def has(cls, suite, version):
        return suite.code in (0x1301, 0x1302, 0x1303, 0xc02f, 0xc030, 0xcca8, 0x9c, 0x2f, 0x35, 0x0a, 0xc013)


SERVERS = (OpenSSLServer, GnuTLSServer, Stunnel, HAProxy, Nginx, NSSServer)
