#!/usr/bin/python3
"""Writes NIST CAVP vectors (Debian's python3-cryptography-vectors) as lines that test_cavp.c reads: kind, then fields in hex, - for none.

Usage: cavp.py OUTPUT
Only what a card may serve: 96-bit IVs, keys of 128 and 256 bits, P-256 and P-384, RSA of 2048 bits and more with small exponents. Messages of
signatures are hashed here.
"""
import hashlib
import pathlib
import re
import sys

import cryptography_vectors

ROOT = pathlib.Path(cryptography_vectors.__file__).parent
HASH = {"SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA-256": "sha256", "SHA384": "sha384", "SHA-384": "sha384",
        "SHA512": "sha512", "SHA-512": "sha512"}


def records(path, starts):
    """Yields (section, fields) of an .rsp file; a record begins with one of `starts`."""
    section, cur = {}, {}
    fresh = True
    for line in (ROOT / path).read_text(encoding="latin-1").splitlines():
        line = line.strip()
        head = re.fullmatch(r"\[(.*)\]", line)
        if head:
            if cur:
                yield section, cur
            cur = {}
            if fresh:
                section = {}
            fresh = False
            key, _, value = head.group(1).partition(" = ")
            section = {**section, key: value}
            continue
        key, eq, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if line == "FAIL":
            cur["FAIL"] = "1"
        if not eq or line.startswith("#"):
            continue
        fresh = True
        if key in starts and key in cur:
            yield section, cur
            cur = {}
        cur[key] = value
    if cur:
        yield section, cur


def h(text):
    """A field: hex or -."""
    return text.lower() if text else "-"


def gcm(out):
    for op in ("Encrypt", "Decrypt"):
        for bits in (128, 256):
            name = f"ciphers/AES/GCM/gcm{op}{'ExtIV' if op == 'Encrypt' else ''}{bits}.rsp"
            for s, r in records(name, ("Count",)):
                if s.get("IVlen") == "96" and "Tag" in r:
                    good = "F" if "FAIL" in r else "P"
                    print("gcm", op[0], h(r["Key"]), h(r["IV"]), h(r.get("AAD")), h(r.get("PT")), h(r.get("CT")), h(r["Tag"]), good, file=out)


def cbc(out):
    for kind in ("MMT", "VarKey", "VarTxt", "GFSbox", "KeySbox"):
        for bits in (128, 256):
            for _, r in records(f"ciphers/AES/CBC/CBC{kind}{bits}.rsp", ("COUNT",)):
                print("cbc", h(r["KEY"]), h(r["IV"]), h(r["PLAINTEXT"]), h(r["CIPHERTEXT"]), file=out)


def sha(out):
    for folder, name in (("SHA1", "SHA1"), ("SHA2", "SHA256"), ("SHA2", "SHA384"), ("SHA2", "SHA512")):
        for length in ("Short", "Long"):
            for _, r in records(f"hashes/{folder}/{name}{length}Msg.rsp", ("Len",)):
                if "MD" in r:
                    msg = r["Msg"] if int(r["Len"]) else ""
                    print("sha", HASH[name], h(msg), h(r["MD"]), file=out)


def hmac(out):
    """RFC 2202 and 4231: what the package has of HMAC. A message there may be text in quotes."""
    for path, name in (("rfc-2202-sha1.txt", "sha1"), ("rfc-4231-sha256.txt", "sha256"), ("rfc-4231-sha384.txt", "sha384"),
                       ("rfc-4231-sha512.txt", "sha512")):
        for _, r in records("HMAC/" + path, ("Len",)):
            if "Key" in r and len(r["Key"]) <= 128:
                print("hmac", name, h(r["Key"]), h(r["Msg"]), h(r["MD"]), file=out)


def ecdh(out):
    path = "asymmetric/ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_resp.fax"
    curve = None
    for line in (ROOT / path).read_text().splitlines():
        head = re.match(r"\[E([A-E]) - ", line)
        if head:
            curve = {"C": "p256", "D": "p384"}.get(head.group(1))
            cur = {}
            continue
        key, eq, value = line.partition(" = ")
        if not eq or not curve:
            continue
        if key == "COUNT":
            cur = {}
        cur[key] = value.strip()
        if key == "Result":
            bad_point = "CAVS's Static public key" in value and "PKV" in value
            if value.startswith("P") or bad_point:
                print("ecdh", curve, h(cur["dsIUT"]), h(cur["QsCAVSx"]), h(cur["QsCAVSy"]), h(cur["Z"]), "F" if bad_point else "P", file=out)


def ecdsa(out):
    for s, r in records("asymmetric/ECDSA/FIPS_186-3/SigVer.rsp", ("Msg",)):
        curve, _, alg = list(s)[-1].partition(",")
        if curve in ("P-256", "P-384") and "Result" in r:
            n = 64 if curve == "P-256" else 96
            digest = hashlib.new(alg.replace("-", "").lower(), bytes.fromhex(r["Msg"])).hexdigest()
            print("ecdsa", curve.replace("-", "").lower(), r["Qx"].zfill(n), r["Qy"].zfill(n), digest, r["R"].zfill(n), r["S"].zfill(n),
                  r["Result"][0], file=out)


def rsa(out):
    mod = None
    cur = {}
    for line in (ROOT / "asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp").read_text().splitlines():
        head = re.fullmatch(r"\[mod = (\d+)\]", line.strip())
        if head:
            mod = int(head.group(1))
            continue
        key, eq, value = line.partition(" = ")
        if not eq:
            continue
        cur[key] = value.strip()
        if key != "Result" or mod < 2048 or cur["SHAAlg"] not in HASH or int(cur["e"], 16) >> 32:
            continue
        digest = hashlib.new(HASH[cur["SHAAlg"]], bytes.fromhex(cur["Msg"])).hexdigest()
        print("rsa", HASH[cur["SHAAlg"]], cur["n"].zfill(mod // 4), "%08x" % int(cur["e"], 16), digest, cur["S"].zfill(mod // 4), value[0], file=out)


def main():
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for make in (gcm, cbc, sha, hmac, ecdh, ecdsa, rsa):
            make(out)


main()
