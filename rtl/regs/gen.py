#!/usr/bin/env python3
"""Turns rtl/regs/sluice.toml into the SystemVerilog package and register decoder, the C header and docs/registers.md.

Usage: gen.py [--map FILE] [--out DIR]
DIR is the root of the tree to write below (default: the tree this file is in); --out with another folder is how
`make check-generated` compares. The output depends on the map alone: no dates, no paths, no order of hashing.
The map is checked first: overlaps, alignment, widths and names that clash are errors, named by where they stand.
"""
import argparse
import hashlib
import json
import pathlib
import re
import sys
import tomllib

import gen_c
import gen_md
import gen_sv

OUTPUTS = {
    "rtl/gen/sluice_pkg.sv": gen_sv.package,
    "rtl/gen/sluice_csr.sv": gen_sv.csr,
    "common/gen/sluice_regs.h": gen_c.header,
    "docs/registers.md": gen_md.document,
}


class MapError(Exception):
    """The map contradicts itself; the message says where."""


def canonical(node):
    """The map without its prose: what driver and device must agree about."""
    if isinstance(node, dict):
        return {k: canonical(v) for k, v in node.items() if k != "doc"}
    if isinstance(node, list):
        return [canonical(v) for v in node]
    return node


def map_hash(spec):
    """First 32 bits of the SHA-256 of the canonical form (JSON, sorted keys, no blanks)."""
    text = json.dumps(canonical(spec), sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def check_fields(where, fields, width):
    """Bit fields of a register: inside it and not overlapping."""
    used = 0
    for f in fields:
        mask = ((1 << f["width"]) - 1) << f["lsb"]
        if f["width"] < 1 or mask >> width:
            raise MapError(f"{where}.{f['name']}: outside its {width} bits")
        if used & mask:
            raise MapError(f"{where}.{f['name']}: overlaps another field")
        used |= mask


def check_regs(where, regs, limit):
    """Registers of a block: aligned, inside it, each at its own offset."""
    seen = {}
    for r in regs:
        name, off = f"{where}{r['name']}", r["offset"]
        if off % 4 or off + 4 > limit:
            raise MapError(f"{name}: offset {off:#x} is not aligned or beyond {limit:#x}")
        if off in seen:
            raise MapError(f"{name}: same offset as {seen[off]}")
        if r["access"] not in ("ro", "rw", "wo", "w1"):
            raise MapError(f"{name}: access '{r['access']}'")
        seen[off] = name
        check_fields(name, r.get("fields", []), 32)


def check_struct(name, st):
    """Fields of a structure in memory: in order, gapless, naturally aligned, filling it exactly."""
    at = 0
    for f in st["fields"]:
        if f["offset"] != at:
            raise MapError(f"struct {name}.{f['name']}: offset {f['offset']}, expected {at}")
        if ("bits" in f) == ("bytes" in f):
            raise MapError(f"struct {name}.{f['name']}: needs either bits or bytes")
        if f.get("bits", 8) % 8:
            raise MapError(f"struct {name}.{f['name']}: not whole bytes")
        size = f.get("bytes") or f["bits"] // 8
        if f.get("bits") in (16, 32, 64) and at % size:
            raise MapError(f"struct {name}.{f['name']}: not naturally aligned")
        at += size
    if at != st["bytes"]:
        raise MapError(f"struct {name}: fields fill {at} of {st['bytes']} bytes")


def check_enum(e):
    """Enumerations: values and names each once."""
    for key in ("name", "value"):
        seen = [v[key] for v in e["values"]]
        if len(set(seen)) != len(seen):
            raise MapError(f"enum {e['name']}: a {key} occurs twice")


def check(spec):
    """Raises MapError when the map contradicts itself."""
    check_regs("", spec["reg"], spec["device"]["bar_bytes"])
    spans = [(r["offset"], r["offset"] + 4, r["name"]) for r in spec["reg"]]
    for b in spec["regblock"]:
        check_regs(b["name"] + ".", b["regs"], b["stride"])
        if b["stride"] & (b["stride"] - 1) or b["base"] % b["stride"]:
            raise MapError(f"{b['name']}: stride {b['stride']:#x} is no power of two, or base not a multiple of it")
        spans.append((b["base"], b["base"] + b["stride"] * b["count"], b["name"]))
    spans.sort()
    for (_, end, a), (start, _, b) in zip(spans, spans[1:]):
        if start < end:
            raise MapError(f"{b} overlaps {a}")
    if spans[-1][1] > spec["device"]["bar_bytes"]:
        raise MapError(f"{spans[-1][2]}: beyond the BAR")
    for name, st in spec["struct"].items():
        check_struct(name, st)
    for e in spec["enum"]:
        check_enum(e)
    for p in spec["param"]:
        if p["value"] > p["max"] or not re.fullmatch(r"[A-Z][A-Za-z0-9]*", p["name"]):
            raise MapError(f"param {p['name']}: value above max, or not in UpperCamelCase")


def main():
    here = pathlib.Path(__file__).resolve().parent
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--map", type=pathlib.Path, default=here / "sluice.toml")
    ap.add_argument("--out", type=pathlib.Path, default=here.parent.parent)
    a = ap.parse_args()
    try:
        spec = tomllib.loads(a.map.read_text())
        check(spec)
    except (tomllib.TOMLDecodeError, MapError, KeyError) as e:
        sys.exit(f"{a.map}: {type(e).__name__}: {e}")
    spec["map_hash"] = map_hash(spec)
    for path, make in OUTPUTS.items():
        target = a.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = make(spec)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)


if __name__ == "__main__":
    main()
