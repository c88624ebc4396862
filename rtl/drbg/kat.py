#!/usr/bin/python3
"""The known answer of drbg_core, from SP 800-90A with Python's cryptography; `--check` compares it with the constant in drbg_core.sv."""
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BATCH = 8


def encrypt(key, block):
    e = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return e.update(block)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def derive(data, n=48):
    """Block_Cipher_df, SP 800-90A 10.3.2."""
    s = len(data).to_bytes(4, "big") + n.to_bytes(4, "big") + data + b"\x80"
    s += bytes(-len(s) % 16)
    out = b""
    for i in range(3):
        chain = bytes(16)
        for at in range(0, len(s) + 16, 16):
            block = (i.to_bytes(4, "big") + bytes(12) + s)[at:at + 16]
            chain = encrypt(bytes(range(32)), xor(chain, block))
        out += chain
    key, x, out = out[:32], out[32:48], b""
    while len(out) < n:
        x = encrypt(key, x)
        out += x
    return out[:n]


class Drbg:
    """CTR_DRBG with AES-256, 10.2.1."""

    def __init__(self, entropy):
        self.key, self.v = bytes(32), 0
        self.update(derive(entropy))

    def block(self):
        self.v = (self.v + 1) % (1 << 128)
        return encrypt(self.key, self.v.to_bytes(16, "big"))

    def update(self, data):
        temp = xor(b"".join(self.block() for _ in range(3)), data)
        self.key, self.v = temp[:32], int.from_bytes(temp[32:], "big")

    def generate(self, blocks):
        out = [self.block() for _ in range(blocks)]
        self.update(bytes(48))
        return out


def main():
    answer = Drbg(b"".join(bytes([i]) * 16 for i in range(6))).generate(BATCH)[-1][::-1].hex()
    text = (Path(__file__).resolve().parent / "drbg_core.sv").read_text()
    if "--check" in sys.argv[1:]:
        if not re.search(f"Answer = 128'h{answer};", text):
            print(f"drbg_core.sv: the known answer is {answer}")
            return 1
        return 0
    print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
