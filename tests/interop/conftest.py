"""Certificates, and hs_runner in either role."""
import ctypes
import datetime
import os
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from runner import Runner  # noqa: E402


CLONE_NEWNET = 0x40000000


def pytest_configure(config):
    """A loopback of our own (as root), so that no other test beside this one takes a port between its choice and its use."""
    if os.geteuid() == 0 and ctypes.CDLL(None).unshare(CLONE_NEWNET) == 0:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Pki:
    """One CA, leaves signed by it, files in a folder."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.ca_key, self.ca_cert = self._make("test CA", None, None)
        self.ca = self._write("ca", self.ca_cert, None)
        self.server = self.leaf("server", "localhost", ExtendedKeyUsageOID.SERVER_AUTH)
        self.client = self.leaf("client", "client one", ExtendedKeyUsageOID.CLIENT_AUTH)
        key, cert = self._make("stranger", None, None)
        self.stranger = self._write("stranger", cert, key)

    def leaf(self, file, name, usage):
        key, cert = self._make(name, usage, (self.ca_cert, self.ca_key))
        return self._write(file, cert, key)

    def _make(self, name, usage, issuer):
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.utcnow()
        b = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject).public_key(key.public_key())
             .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
             .not_valid_after(now + datetime.timedelta(days=1))
             .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True))
        if usage:
            b = b.add_extension(x509.ExtendedKeyUsage([usage]), critical=False).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return key, b.sign(issuer[1] if issuer else key, hashes.SHA256())

    def _write(self, file, cert, key):
        path = os.path.join(self.folder, file)
        with open(path + ".pem", "wb") as f:
            f.write(cert.public_bytes(serialization.Encoding.PEM))
        if key is None:
            return path + ".pem"
        with open(path + ".key", "wb") as f:
            f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        os.chmod(path + ".key", 0o600)
        return path + ".pem", path + ".key"


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def server(pki):
    """server(*args): hs_runner as a server with the CA's certificate for localhost."""
    runners = []

    def start(*args):
        r = Runner("server", "--port", "0", "--cert", pki.server[0], "--key", pki.server[1], "--timeout", "60000", *args)
        runners.append(r)
        return r

    yield start
    for r in runners:
        r.stop()


@pytest.fixture
def client(pki):
    """client(port, *args): hs_runner as a client that believes the CA."""
    runners = []

    def start(port, *args):
        r = Runner("client", "--connect", f"127.0.0.1:{port}", "--ca", pki.ca, "--name", "localhost", "--timeout", "60000", *args)
        runners.append(r)
        return r

    yield start
    for r in runners:
        r.stop()
