"""Test certificates: one CA, RSA-2048 leaves for the lab's names. Made once per lab with the openssl command."""
import os

from .net import sh

LEAVES = {  # file: subject alternative names
    "www": ["www.sluice.test", "sluice.test"],
    "alt": ["alt.sluice.test"],
    "wild": ["*.wild.sluice.test"],
}


def make(folder):
    """Writes ca.pem and NAME.pem / NAME.key for every leaf; does nothing when they are there."""
    os.makedirs(folder, exist_ok=True)
    ca, ca_key = os.path.join(folder, "ca.pem"), os.path.join(folder, "ca.key")
    if not os.path.exists(ca):
        sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "3650", "-subj", "/CN=Sluice lab CA",
           "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", ca_key, "-out", ca)
    for leaf, names in LEAVES.items():
        pem, key, csr, ext = (os.path.join(folder, leaf + e) for e in (".pem", ".key", ".csr", ".ext"))
        if os.path.exists(pem):
            continue
        with open(ext, "w") as f:
            f.write("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\n"
                    f"subjectAltName={','.join('DNS:' + n for n in names)}\n")
        sh("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={names[0]}", "-keyout", key, "-out", csr)
        sh("openssl", "x509", "-req", "-in", csr, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "3650", "-sha256",
           "-extfile", ext, "-out", pem)
        os.chmod(key, 0o600)
    return folder
