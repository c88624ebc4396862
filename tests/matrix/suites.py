"""Cipher suites as Sluice knows them, read from its own table, and their names elsewhere."""
import functools
import os
import re
import subprocess
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ORDER = ["3.0", "1.0", "1.1", "1.2", "1.3"]  # SSL 3.0 to TLS 1.3
VERSION = {"SSL30": "3.0", "10": "1.0", "11": "1.1", "12": "1.2", "13": "1.3"}

Suite = namedtuple("Suite", "code name first last kx auth alg")


@functools.lru_cache
def all_suites():
    """Every suite of control/handshake/hs_suite.c."""
    with open(os.path.join(ROOT, "control/handshake/hs_suite.c")) as f:
        text = f.read()
    rows = re.findall(r'^\tSUITE\((0x[0-9a-f]{4}), (\w+), (\w+), (\w+), (\w+), \w+, \d+, \d+, \d+, \w+, (\w+), "(\w+)"\)', text, re.M)
    if len(rows) < 50:
        raise RuntimeError("hs_suite.c does not look as it did: no suites found")
    return [Suite(int(code, 16), name, VERSION[a], VERSION[b], kx, auth, alg) for code, a, b, kx, auth, alg, name in rows]


def in_version(suite, version):
    return ORDER.index(suite.first) <= ORDER.index(version) <= ORDER.index(suite.last)


def profile_of(suite, version):
    """The narrowest profile that admits this suite in this version."""
    if suite.auth == "ANON" or suite.alg.startswith(("RC4", "NULL")):
        return "museum"
    if version in ("3.0", "1.0", "1.1") or suite.alg.startswith("3DES") or suite.alg.endswith("SHA1"):
        return "legacy"
    aead = "GCM" in suite.alg or "CHACHA" in suite.alg
    return "modern" if aead and suite.kx != "RSA" else "compatible"


@functools.lru_cache
def openssl_names():
    """IANA name to OpenSSL's, for what this openssl has."""
    out = subprocess.run(["openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0]: line.split()[2] for line in out.splitlines() if " - " in line}
