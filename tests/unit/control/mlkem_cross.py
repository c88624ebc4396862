#!/usr/bin/python3
"""ML-KEM-768 against an independent implementation in Python (kyber-py), key by key.

Usage: mlkem_cross.py PROGRAM [COUNT]   in an environment that has kyber-py (`make mlkem-cross` makes one)
"""
import random
import subprocess
import sys

from kyber_py.ml_kem import ML_KEM_768


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rng = random.Random(768)
    asked = [[rng.randbytes(n) for n in (32, 32, 32, 1088)] for _ in range(count)]
    lines = "".join(" ".join(x.hex() for x in a) + "\n" for a in asked)
    out = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    if len(out) != count:
        sys.exit(f"{program}: {len(out)} answers for {count} questions")
    for n, ((d, z, m, other), line) in enumerate(zip(asked, out)):
        ek, dk = ML_KEM_768._keygen_internal(d, z)
        secret, ct = ML_KEM_768._encaps_internal(ek, m)
        want = [ek, dk, ct, secret, ML_KEM_768.decaps(dk, other)]
        for name, ours, theirs in zip(("ek", "dk", "ct", "secret", "rejection"), line.split(), want):
            if bytes.fromhex(ours) != theirs:
                sys.exit(f"case {n}: {name} differs; d={d.hex()} z={z.hex()} m={m.hex()}")
    print(f"{count} keys, ciphertexts, secrets and rejections are the same")


if __name__ == "__main__":
    main()
