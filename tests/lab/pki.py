"""
Test certificates, made with the openssl command: one CA, server leaves for the lab's names (RSA-2048 for each, P-256, P-384 and Ed25519
for the first), and client certificates. LEAVES are those of the lab's own configuration. They are made once per build folder and every
lab gets a copy: a key takes longer to make than everything else of a lab.
"""
import hashlib
import os
import shutil
import tempfile

from .net import sh

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

LEAVES = {  # file: subject alternative names; RSA-2048
    "www": ["www.sluice.test", "sluice.test"],
    "alt": ["alt.sluice.test"],
    "wild": ["*.wild.sluice.test"],
}
KEYS = {
    "rsa": ["-newkey", "rsa:2048"],
    "p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["-newkey", "ed25519"],
}
# file: key, names or subject, purpose
OTHERS = {
    "www-p256": ("p256", LEAVES["www"], "serverAuth"),
    "www-p384": ("p384", LEAVES["www"], "serverAuth"),
    "www-ed25519": ("ed25519", LEAVES["www"], "serverAuth"),
    "ec": ("p256", ["ec.sluice.test"], "serverAuth"),
    "ed": ("ed25519", ["ed.sluice.test"], "serverAuth"),
    "backend": ("rsa", ["backend.sluice.test"], "serverAuth"),
    "client-rsa": ("rsa", ["client.sluice.test"], "clientAuth"),
    "client-p256": ("p256", ["client.sluice.test"], "clientAuth"),
}


def make_ca(folder, name, subject):
    """A self-signed CA: NAME.pem and NAME.key; does nothing when they are there."""
    pem, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    if not os.path.exists(pem):
        sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "3650", "-subj", subject,
           "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", key, "-out", pem)
    return pem, key


def make_leaf(folder, leaf, names, key="rsa", purpose="serverAuth", ca="ca", days=3650, extra=""):
    """One certificate of a CA: LEAF.pem and LEAF.key; does nothing when they are there."""
    pem, keyfile, csr, ext = (os.path.join(folder, leaf + e) for e in (".pem", ".key", ".csr", ".ext"))
    if os.path.exists(pem):
        return pem, keyfile
    with open(ext, "w") as f:
        usage = "digitalSignature,keyEncipherment" if key == "rsa" else "digitalSignature"
        f.write(f"basicConstraints=CA:FALSE\nkeyUsage={usage}\nextendedKeyUsage={purpose}\n"
                f"subjectAltName={','.join('DNS:' + n for n in names)}\n{extra}")
    sh("openssl", "req", *KEYS[key], "-nodes", "-subj", f"/CN={names[0]}", "-keyout", keyfile, "-out", csr)
    sh("openssl", "x509", "-req", "-in", csr, "-CA", os.path.join(folder, ca + ".pem"), "-CAkey", os.path.join(folder, ca + ".key"),
       "-CAcreateserial", "-days", str(days), "-sha256", "-extfile", ext, "-out", pem)
    os.chmod(keyfile, 0o600)
    return pem, keyfile


def make(folder):
    """Writes ca.pem and NAME.pem / NAME.key for every leaf; does nothing when they are there."""
    if not os.path.exists(folder):
        shutil.copytree(made_once(), folder)
    return folder


def made_once():
    """The build folder's own copy, named by what this file says; it appears whole or not at all, whoever else makes it at the same time."""
    with open(__file__, "rb") as f:
        name = "lab-pki-" + hashlib.sha256(f.read()).hexdigest()[:16]
    build = os.path.join(ROOT, os.environ.get("BUILD", "build"))
    path = os.path.join(build, name)
    if not os.path.exists(path):
        os.makedirs(build, exist_ok=True)
        new = tempfile.mkdtemp(prefix=name, dir=build)
        make_all(new)
        os.chmod(new, 0o755)
        try:
            os.rename(new, path)
        except OSError:  # another was first
            shutil.rmtree(new)
    return path


def make_all(folder):
    make_ca(folder, "ca", "/CN=Sluice lab CA")
    for leaf, names in LEAVES.items():
        make_leaf(folder, leaf, names)
    for leaf, (key, names, purpose) in OTHERS.items():
        make_leaf(folder, leaf, names, key, purpose)
