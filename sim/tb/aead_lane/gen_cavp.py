#!/usr/bin/env python3
"""NIST CAVP vectors that the aead lane can run, from the package python3-cryptography-vectors, one a line for tb_aead_lane --cavp.

    gen_cavp.py OUTPUT

    gcm-seal KEY IV AAD PT CT TAG    gcm-open KEY IV AAD CT TAG PT|FAIL    cbc-enc, cbc-dec, ctr-enc, ctr-dec KEY IV IN OUT

All in hex, - for nothing. Left out: 192-bit keys and GCM IVs other than 96 bits, which the lane does not have. Without the package the
file has a line that begins with #, and the bench says so. The CTR vectors of the package are those of RFC 3686.
"""
import importlib.util
import os
import re
import sys


def groups(path):
    """(section, fields) of each case of an .rsp file"""
    section, fields = {}, {}
    for line in list(open(path, encoding="ascii")) + [""]:
        line = line.strip()
        if line.startswith("["):
            m = re.fullmatch(r"\[(\w+)(?: = (\w+))?\]", line)
            section = {**section, m[1].upper(): m[2]} if m[2] else {"OP": m[1].upper()}
        elif "=" in line and not line.startswith("#"):
            k, v = line.split("=", 1)
            fields[k.strip().upper()] = v.strip().lower()
        elif line == "FAIL":
            fields["PT"] = "FAIL"
        elif not line and fields:
            yield section, fields
            fields = {}


def vectors(root):
    for bits in (128, 256):
        for op in ("EncryptExtIV", "Decrypt"):
            for section, f in groups(f"{root}/GCM/gcm{op}{bits}.rsp"):
                if section["IVLEN"] != "96":
                    continue
                if op == "Decrypt":
                    yield "gcm-open", f["KEY"], f["IV"], f["AAD"], f["CT"], f["TAG"], f["PT"]
                else:
                    yield "gcm-seal", f["KEY"], f["IV"], f["AAD"], f["PT"], f["CT"], f["TAG"]
        files = [(f"{root}/CBC/CBC{kind}{bits}.rsp", "cbc") for kind in ("GFSbox", "KeySbox", "VarKey", "VarTxt", "MMT")]
        for path, mode in files + [(f"{root}/CTR/aes-{bits}-ctr.txt", "ctr")]:
            for section, f in groups(path):
                enc = section["OP"] == "ENCRYPT"
                a, b = ("PLAINTEXT", "CIPHERTEXT") if enc else ("CIPHERTEXT", "PLAINTEXT")
                yield f"{mode}-{'enc' if enc else 'dec'}", f["KEY"], f["IV"], f[a], f[b]


def main():
    spec = importlib.util.find_spec("cryptography_vectors")
    lines = ["# python3-cryptography-vectors is not installed"]
    if spec:
        lines = [" ".join(x or "-" for x in v) for v in vectors(os.path.join(os.path.dirname(spec.origin), "ciphers", "AES"))]
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
