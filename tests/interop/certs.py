"""Certificates of every kind a TLS server can show, good and bad, and what is said of them: CRL, OCSP response."""
import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEYS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
HOUR = datetime.timedelta(hours=1)


class Certs:
    """One CA, made by `cryptography`; leaf(...) gives the paths of chain and key."""

    def __init__(self, folder, name="test CA"):
        self.folder = str(folder)
        self.now = datetime.datetime.utcnow()
        self.ca_key = KEYS["rsa"]()
        self.ca_cert = self._sign(name, self.ca_key, None, None, (self.now - HOUR, self.now + 48 * HOUR), True)
        self.ca = self._file("ca.pem", self.ca_cert.public_bytes(serialization.Encoding.PEM))
        self.made = {}

    def leaf(self, kind="rsa", name="localhost", client=False, age=0, self_signed=False, issuer=None):
        """age: the hours since it ended (negative: until it begins); 0: valid now."""
        label = f"{kind}-{name}-{client}-{age}-{self_signed}-{issuer is not None}"
        if label not in self.made:
            key = KEYS[kind]()
            begin, end = self.now - HOUR, self.now + 24 * HOUR
            if age > 0:
                begin, end = self.now - (age + 24) * HOUR, self.now - age * HOUR
            if age < 0:
                begin, end = self.now - age * HOUR, self.now + (24 - age) * HOUR
            issuer = issuer or self
            cert = self._sign(name, key, None if self_signed else issuer, client, (begin, end), False)
            stem = os.path.join(self.folder, f"{len(self.made)}-{kind}")
            self._file(stem + ".pem", cert.public_bytes(serialization.Encoding.PEM))
            self._file(stem + ".key", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
            self.made[label] = (stem + ".pem", stem + ".key", cert, key)
        return self.made[label]

    def _sign(self, name, key, issuer, client, life, ca):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        by = issuer.ca_key if issuer else key
        b = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.ca_cert.subject if issuer else subject)
             .public_key(key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(life[0]).not_valid_after(life[1])
             .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True))
        if not ca:
            usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
            b = b.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            b = b.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return b.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())

    def _file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o600)
        return path

    def crl(self, *certs):
        b = x509.CertificateRevocationListBuilder().issuer_name(self.ca_cert.subject).last_update(self.now - HOUR).next_update(self.now + 24 * HOUR)
        for c in certs:
            b = b.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(c.serial_number).revocation_date(self.now - HOUR).build())
        crl = b.sign(self.ca_key, hashes.SHA256())
        return self._file(f"crl-{len(certs)}.pem", crl.public_bytes(serialization.Encoding.PEM))

    def ocsp(self, cert, revoked):
        status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        b = (ocsp.OCSPResponseBuilder().add_response(cert, self.ca_cert, hashes.SHA1(), status, self.now - HOUR, self.now + 24 * HOUR,
                                                     self.now - HOUR if revoked else None, None)
             .responder_id(ocsp.OCSPResponderEncoding.HASH, self.ca_cert))
        return self._file(f"ocsp-{revoked}.der", b.sign(self.ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
