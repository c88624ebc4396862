"""Engines by themselves, at their ports: bytes per cycle over record sizes, public-key operations over operations in flight."""
import json
import os
import re

from bench_device import lines

BENCH = os.path.join(os.environ.get("BUILD", "build"), "bench")
RECORDS, IN_FLIGHT = "Engines at their ports, bytes per cycle over record size", "Engines at their ports, operations in flight"


def aead(out):
    """bench_aead_lane: `16 KiB: 15.97 bytes/cycle, ...`"""
    return [["AES-GCM seal", int(m[1]) * 1024, float(m[2])] for m in (re.match(r"\s*(\d+) KiB: ([\d.]+) bytes/cycle", x) for x in out) if m]


def mac(out):
    """tb_mac_lane: `open TLS 1.2 SHA-1  1024  1503.6  0.681  98.2%`; the suites of TLS 1.2, MAC then encrypt"""
    rows = (re.match(r"\s+(seal|open) TLS 1.2 (SHA-\d+)\s+(\d+)\s+[\d.]+\s+([\d.]+)\s", x) for x in out)
    return [[f"CBC {m[2]} {m[1]}", int(m[3]), float(m[4])] for m in rows if m]


def chacha(out):
    """tb_chacha_lane: one line of JSON with seal_BYTES and open_BYTES"""
    got = next((json.loads(x) for x in out if x.startswith("{")), {})
    name = f"ChaCha20-Poly1305 ({got.get('cores')} cores)" if got.get("cores") != 1 else "ChaCha20-Poly1305"
    keys = (re.fullmatch(r"(seal|open)_(\d+)", k) for k in got)
    return [[f"{name} {m[1]}", int(m[2]), got[m[0]]] for m in keys if m]


def pka(out):
    """pka_core: `RSA-2048 private alone:   668237 cycles` and `RSA-2048 private 4 in flight, 64 in a row:   167168 cycles each`"""
    rows = (re.match(r"(RSA-2048 private) (?:alone|(\d+) in flight, \d+ in a row):\s+(\d+) cycles", x) for x in out)
    return [[m[1], int(m[2] or 1), int(m[3])] for m in rows if m]


def ecc(out):
    """ecc_engine: `| ECDSA_SIGN | 222293 | 27823 |`, alone and with eight in flight"""
    names = {"ECDSA_SIGN": "ECDSA P-256 sign", "X25519 ECDH": "X25519"}
    rows = (re.match(r"\| ([^|]+) \| (\d+) \| (\d+) \|", x) for x in out)
    return [[names[m[1]], n, int(m[k])] for m in rows if m and m[1] in names for n, k in ((1, 2), (8, 3))]


def collect(benches):
    """Rows of all benches and their commands; a bench whose figures are not in its output is an error."""
    rows, commands = [], []
    for program, args, parse in benches:
        argv = [os.path.join(BENCH, program)] + args
        got = parse(lines(argv, 300))
        if not got:
            raise RuntimeError(f"{' '.join(argv)}: figures are missing from its output")
        rows += got
        commands.append(" ".join(argv))
    return rows, "; ".join(commands)


def run(report, _quick):
    speed = ["--only", "speed"]
    rows, commands = collect([("bench_aead_lane", [], aead), ("tb_mac_lane", speed, mac), ("tb_chacha_lane", speed, chacha), ("tb_chacha_lane4", speed, chacha)])
    report.table(RECORDS, ["records", "bytes", "bytes/cycle"], rows, commands, "Records back to back, without rings and DMA.")
    rows, commands = collect([("pka_core", speed, pka), ("ecc_engine", speed, ecc)])
    report.table(IN_FLIGHT, ["operation", "in flight", "cycles each"], rows, commands)
