#!/usr/bin/env python3
"""Writes NIST CAVP and RFC vectors (Debian's python3-cryptography-vectors) as lines that cavp.cpp reads: kind, algorithm (0 SHA-1, 1 SHA-256,
2 SHA-384, 3 SHA-512), fields in hex, - for none.

    cavp.py OUT

hash  message digest                 SHAVS short and long messages, bytes
hmac  key message tag                RFC 2202, RFC 4231; only keys that a session holds (64 bytes), cut tags left out
hkdf  salt ikm prk info okm          RFC 5869; only salts of 64 bytes
"""
import pathlib
import re
import sys

import cryptography_vectors

ROOT = pathlib.Path(cryptography_vectors.__file__).parent
NAMES = ["SHA1", "SHA256", "SHA384", "SHA512"]


def fields(path, first):
    """Dictionaries of `key = value` lines; a new one begins with the key `first`."""
    out = []
    for line in path.read_text().splitlines():
        m = re.match(r"\s*(\w+)\s*=\s*(\S*)", line)
        if not m:
            continue
        if m[1].lower() == first:
            out.append({})
        if out:
            out[-1][m[1].lower()] = m[2]
    return out


def text(value):
    return value.lower() or "-"


def lines():
    for alg, name in enumerate(NAMES):
        folder = ROOT / "hashes" / ("SHA1" if name == "SHA1" else "SHA2")
        for part in ("ShortMsg", "LongMsg"):
            for v in fields(folder / f"{name}{part}.rsp", "len"):
                if "msg" in v and int(v["len"]) % 8 == 0:
                    yield f"hash {alg} {text(v['msg'][:int(v['len']) // 4])} {v['md'].lower()}"
    for alg, name in enumerate(("rfc-2202-sha1", "rfc-4231-sha256", "rfc-4231-sha384", "rfc-4231-sha512")):
        for v in fields(ROOT / "HMAC" / f"{name}.txt", "len"):
            if {"key", "msg", "md"} <= set(v) and len(v["key"]) <= 128 and len(v["md"]) == 2 * (20, 32, 48, 64)[alg]:
                yield f"hmac {alg} {text(v['key'])} {text(v['msg'][:int(v['len']) // 4])} {v['md'].lower()}"
    for alg, name in ((0, "SHA1"), (1, "SHA256")):
        for v in fields(ROOT / "KDF" / f"rfc-5869-HKDF-{name}.txt", "count"):
            if len(v["salt"]) <= 128:
                yield f"hkdf {alg} {text(v['salt'])} {text(v['ikm'])} {text(v['prk'])} {text(v['info'])} {text(v['okm'])}"


def main():
    out = list(lines())
    kinds = {k: sum(line.startswith(k) for line in out) for k in ("hash", "hmac", "hkdf")}
    if min(kinds.values()) == 0:
        sys.exit(f"vectors are missing: {kinds}")
    pathlib.Path(sys.argv[1]).write_text("\n".join(out) + "\n")
    print(kinds, file=sys.stderr)


if __name__ == "__main__":
    main()
