#!/usr/bin/python3
"""Writes kdf_rom.sv: the derivations that engine kdf knows, as scripts of HMAC steps, with their labels.

    gen_rom.py [--check]

A script is a list of steps (kdf_seq.sv carries them out):
  key REGION LEN        the HMAC key: LEN bytes of REGION
  msg / end REGION      begin of a message; its end: the HMAC of it goes to REGION
  str LABEL             bytes of a label (`label`: the one that the derivation names)
  mem REGION LEN        bytes of a region
  byte VALUE            a byte: a number, or a length
  loop ADDR             goes on at ADDR unless the output is long enough
  ret
Regions: s1 (first secret), s2 (second secret; zeros when there is none), a (A(i) of the PRF), d (an intermediate secret), src, out (appended to;
`outk` appends and keeps only the bytes of a key), pub (the only one that the host can get), wk (the wrapping key).
"""
import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PKG = (HERE / "../gen/sluice_pkg.sv").read_text()


def const(name):
    m = re.search(rf"localparam logic \[\d+:0\] {name} = \d+'h([0-9A-F]+);", PKG)
    return int(m[1], 16)


def tls13(label):
    """HkdfLabel.label of RFC 8446 7.1 with its length byte."""
    b = b"tls13 " + label.encode()
    return bytes([len(b)]) + b


LABELS = {
    "none": b"",
    "t12_master": b"master secret",
    "t12_extended": b"extended master secret",
    "t12_expansion": b"key expansion",
    "t12_client": b"client finished",
    "t12_server": b"server finished",
    "derived": tls13("derived"),
    "binder": tls13("res binder"),
    "c_early": tls13("c e traffic"),
    "c_hs": tls13("c hs traffic"),
    "s_hs": tls13("s hs traffic"),
    "c_ap": tls13("c ap traffic"),
    "s_ap": tls13("s ap traffic"),
    "res_master": tls13("res master"),
    "resumption": tls13("resumption"),
    "update": tls13("traffic upd"),
    "finished": tls13("finished"),
    "key": tls13("key"),
    "iv": tls13("iv"),
    "empty256": hashlib.sha256(b"").digest(),
    "empty384": hashlib.sha384(b"").digest(),
    "wrap": b"sluice secret wrap",
}
LABEL_IDS = {name: i for i, name in enumerate(LABELS)}

EMPTY = ["byte hash", "str empty"]                 # context: the hash of nothing
EXPAND_HEAD = ["msg", "byte 0", "byte hash"]       # HkdfLabel.length, a hash's bytes
DERIVED = ["key s1 hash"] + EXPAND_HEAD + ["str derived"] + EMPTY + ["byte 1", "end d"]
SCRIPTS = {
    # RFC 5246 5, P_hash(s1, label | src), as many bytes as the result has
    "prf": ["key s1 s1", "msg", "str label", "mem src src", "end a",
            "loop:", "msg", "mem a hash", "str label", "mem src src", "end out", "until",
            "msg", "mem a hash", "end a", "again"],
    # the same, at most one hash long and public
    "prf_public": ["key s1 s1", "msg", "str label", "mem src src", "end a", "msg", "mem a hash", "str label", "mem src src", "end pub"],
    # RFC 8446 7.1: HKDF-Extract(0, PSK or zeros)
    "early": ["key s2 zero", "msg", "mem s1 hash", "end out"],
    "handshake": DERIVED + ["key d hash", "msg", "mem src src", "mem s2 s2", "end out"],
    "main": DERIVED + ["key d hash", "msg", "mem s2 hash", "end out"],
    # HKDF-Expand-Label(s1, label, src, a hash's bytes)
    "expand": ["key s1 hash"] + EXPAND_HEAD + ["str label", "byte src", "mem src src", "byte 1", "end out"],
    "binder": ["key s1 hash"] + EXPAND_HEAD + ["str label"] + EMPTY + ["byte 1", "end out"],
    # RFC 8446 7.3
    "keys": ["key s1 hash", "msg", "byte 0", "byte key", "str key", "byte 0", "byte 1", "end outk",
             "msg", "byte 0", "byte 12", "str iv", "byte 0", "byte 1", "end out"],
    # RFC 8446 4.4.4
    "finished": ["key s1 hash"] + EXPAND_HEAD + ["str label", "byte 0", "byte 1", "end d", "key d hash", "msg", "mem src src", "end pub"],
    # the wrapping key from the card's key, which takes the place of the first secret
    "wrapkey": ["key s1 hash", "msg", "str wrap", "end wk"],
}

# kdf: script, label, kinds in, kind out (None: public), source, length of the result, uses that it spends
TABLE = {
    "T12_MASTER": ("prf", "t12_master", ["PREMASTER"], "MASTER", "SrcRandoms", "LenMaster", 1),
    "T12_EXTENDED_MASTER": ("prf", "t12_extended", ["PREMASTER"], "MASTER", "SrcHash", "LenMaster", 1),
    "T12_KEY_BLOCK": ("prf", "t12_expansion", ["MASTER"], "KEY_BLOCK", "SrcRandoms", "LenBlock", 1),
    "T12_CLIENT_FINISHED": ("prf_public", "t12_client", ["MASTER"], None, "SrcHash", "LenFinished", 0),
    "T12_SERVER_FINISHED": ("prf_public", "t12_server", ["MASTER"], None, "SrcHash", "LenFinished", 0),
    "T13_EARLY": ("early", "none", ["PSK"], "EARLY", "SrcNone", "LenHash", 0),
    "T13_HANDSHAKE": ("handshake", "none", ["EARLY"], "HANDSHAKE", "SrcShared", "LenHash", 1),
    "T13_MAIN": ("main", "none", ["HANDSHAKE"], "MAIN", "SrcNone", "LenHash", 1),
    "T13_BINDER": ("binder", "binder", ["EARLY"], "BINDER", "SrcNone", "LenHash", 0),
    "T13_CLIENT_EARLY": ("expand", "c_early", ["EARLY"], "TRAFFIC", "SrcHash", "LenHash", 2),
    "T13_CLIENT_HANDSHAKE": ("expand", "c_hs", ["HANDSHAKE"], "TRAFFIC", "SrcHash", "LenHash", 2),
    "T13_SERVER_HANDSHAKE": ("expand", "s_hs", ["HANDSHAKE"], "TRAFFIC", "SrcHash", "LenHash", 4),
    "T13_CLIENT_APPLICATION": ("expand", "c_ap", ["MAIN"], "TRAFFIC", "SrcHash", "LenHash", 2),
    "T13_SERVER_APPLICATION": ("expand", "s_ap", ["MAIN"], "TRAFFIC", "SrcHash", "LenHash", 4),
    "T13_RESUMPTION": ("expand", "res_master", ["MAIN"], "RESUMPTION", "SrcHash", "LenHash", 0),
    "T13_PSK": ("expand", "resumption", ["RESUMPTION"], "PSK", "SrcNonce", "LenHash", 0),
    "T13_UPDATE": ("expand", "update", ["TRAFFIC"], "TRAFFIC", "SrcNone", "LenHash", 1),
    "T13_KEYS": ("keys", "none", ["TRAFFIC"], "KEY_BLOCK", "SrcNone", "LenKeys", 2),
    "T13_FINISHED": ("finished", "finished", ["TRAFFIC", "BINDER"], None, "SrcHash", "LenHash", 0),
}

OPS = {"key": 0, "msg": 1, "end": 2, "str": 3, "mem": 4, "byte": 5, "until": 6, "again": 7, "ret": 8}
REGIONS = {"s1": 0, "s2": 1, "a": 2, "d": 3, "src": 4, "out": 5, "outk": 6, "pub": 7, "wk": 8}
LENS = {"zero": 0, "hash": 1, "s1": 2, "s2": 3, "src": 4, "key": 5}


def assemble():
    """Steps of 16 bits: operation, region, value; entry points by script."""
    words, entry = [], {}
    for name, steps in SCRIPTS.items():
        entry[name] = len(words)
        top = None
        for step in steps + ["ret"]:
            f = step.split()
            if step == "loop:":
                top = len(words)
                continue
            op, region, value = OPS[f[0]], 0, 0
            if f[0] in ("key", "mem"):
                region, value = REGIONS[f[1]], LENS[f[2]]
            elif f[0] == "end":
                region = REGIONS[f[1]]
            elif f[0] == "str":
                # label: what the table says; empty: by the hash; both are marked in the region's place
                region = {"label": 1, "empty": 2}.get(f[1], 0)
                value = 0 if region else LABEL_IDS[f[1]]
            elif f[0] == "byte":
                region, value = (0, int(f[1])) if f[1].isdigit() else (1, LENS[f[1]])
            elif f[0] == "again":
                value = top
            words.append((op << 12 | region << 8 | value, step, name))
    return words, entry


def generate():
    words, entry = assemble()
    text = b"".join(LABELS.values())
    at, where = 0, {}
    for name, b in LABELS.items():
        where[name] = at
        at += len(b)
    o = ["// Written by rtl/keys/gen_rom.py (`make keys-rom`); the scripts are there. Do not edit.",
         "//",
         "// The derivations of engine kdf: scripts of HMAC steps, labels, and what each derivation takes and gives.",
         "module kdf_rom (",
         "  // what a derivation takes and gives, by enum kdf",
         "  input  logic [7:0]  kdf_i,",
         "  output logic        known_o,",
         "  output logic [6:0]  entry_o,",
         "  output logic [4:0]  label_o,",
         "  output logic [15:0] kinds_o,    // kinds of the secret that goes in",
         "  output logic [3:0]  kind_o,     // of the result",
         "  output logic        public_o,   // the result goes to the host, not to a slot",
         "  output logic [2:0]  src_o,      // kdf_rom_pkg::Src*",
         "  output logic [2:0]  len_o,      // kdf_rom_pkg::Len*",
         "  output logic [2:0]  uses_o,     // uses of the first secret that it spends",
         "  // steps",
         "  input  logic [6:0]  pc_i,",
         "  output logic [15:0] step_o,",
         "  // labels",
         "  input  logic [4:0]  string_i,",
         "  output logic [8:0]  string_addr_o,",
         "  output logic [5:0]  string_len_o,",
         "  input  logic [8:0]  byte_addr_i,",
         "  output logic [7:0]  byte_o",
         ");",
         "  logic [15:0] step_rom [128];",
         "  logic [7:0]  byte_rom [512];",
         "  assign step_o = step_rom[pc_i];",
         "  assign byte_o = byte_rom[byte_addr_i];",
         "",
         "  always_comb begin",
         "    known_o  = 1'b1;",
         "    entry_o  = 7'd0;",
         "    label_o  = 5'd0;",
         "    kinds_o  = 16'd0;",
         "    kind_o   = 4'd0;",
         "    public_o = 1'b0;",
         "    src_o    = kdf_rom_pkg::SrcNone;",
         "    len_o    = kdf_rom_pkg::LenHash;",
         "    uses_o   = 3'd0;",
         "    unique case (kdf_i)"]
    for name, (script, label, kinds, out, src, length, uses) in TABLE.items():
        mask = sum(1 << const("SECRET_" + k) for k in kinds)
        o.append(f"      sluice_pkg::KDF_{name}: begin")
        o.append(f"        entry_o = 7'd{entry[script]};  // {script}")
        if label != "none":
            o.append(f"        label_o = 5'd{LABEL_IDS[label]};")
        o.append(f"        kinds_o = 16'h{mask:04x};  // {', '.join(kinds)}")
        if out:
            o.append(f"        kind_o  = 4'd{const('SECRET_' + out)};  // {out}")
        else:
            o.append("        public_o = 1'b1;")
        o.append(f"        src_o   = kdf_rom_pkg::{src};")
        o.append(f"        len_o   = kdf_rom_pkg::{length};")
        if uses:
            o.append(f"        uses_o  = 3'd{uses};")
        o.append("      end")
    o += ["      default: known_o = 1'b0;", "    endcase", "  end", "",
          "  always_comb begin", "    unique case (string_i)"]
    for name, b in LABELS.items():
        o.append(f"      5'd{LABEL_IDS[name]}: {{string_addr_o, string_len_o}} = {{9'd{where[name]}, 6'd{len(b)}}};  // {name}")
    o += ["      default: {string_addr_o, string_len_o} = '0;", "    endcase", "  end", "", "  initial begin"]
    for i in range(128):
        w = words[i] if i < len(words) else (OPS["ret"] << 12, "", "")
        o.append(f"    step_rom[{i}] = 16'h{w[0]:04x};" + (f"  // {w[2]}: {w[1]}" if w[1] else ""))
    pad = text + bytes(512 - len(text))
    for i in range(0, 512, 8):
        o.append("    " + " ".join(f"byte_rom[{i + k}] = 8'h{pad[i + k]:02x};" for k in range(8)))
    o += ["  end", "endmodule", ""]
    assert len(words) <= 128 and len(text) <= 512
    pkg = ["// Written by rtl/keys/gen_rom.py (`make keys-rom`). Do not edit.",
           "// Codes that kdf_rom, kdf_seq and kdf_engine share. Used as kdf_rom_pkg::X.", "/* verilator lint_off UNUSEDPARAM */", "package kdf_rom_pkg;"]
    for i, (n, doc) in enumerate([("SrcNone", "no source"), ("SrcHash", "as long as the hash"), ("SrcRandoms", "64 bytes"),
                                  ("SrcShared", "0..64 bytes"), ("SrcNonce", "0..255 bytes")]):
        pkg.append(f"  localparam logic [2:0] {n} = 3'd{i};  // {doc}")
    for i, (n, doc) in enumerate([("LenHash", "as long as the hash"), ("LenMaster", "48 bytes"), ("LenFinished", "12 bytes"),
                                  ("LenBlock", "param1, 1..192"), ("LenKeys", "param1 (16 or 32) and 12")]):
        pkg.append(f"  localparam logic [2:0] {n} = 3'd{i};  // {doc}")
    for n, i in OPS.items():
        pkg.append(f"  localparam logic [3:0] Op{n.capitalize()} = 4'd{i};")
    for n, i in REGIONS.items():
        pkg.append(f"  localparam logic [3:0] Rg{n.capitalize()} = 4'd{i};")
    for n, i in LENS.items():
        pkg.append(f"  localparam logic [7:0] Ln{n.capitalize()} = 8'd{i};")
    pkg.append(f"  localparam logic [4:0] StrEmpty256 = 5'd{LABEL_IDS['empty256']};")
    pkg.append(f"  localparam logic [4:0] StrEmpty384 = 5'd{LABEL_IDS['empty384']};")
    pkg.append(f"  localparam logic [6:0] EntryWrapKey = 7'd{entry['wrapkey']};")
    pkg += ["endpackage", "/* verilator lint_on UNUSEDPARAM */", ""]
    return {"kdf_rom.sv": "\n".join(o), "kdf_rom_pkg.sv": "\n".join(pkg)}


def main():
    bad = 0
    for name, text in generate().items():
        path = HERE / name
        if "--check" in sys.argv[1:]:
            if path.read_text() != text:
                print(f"{name} is not what gen_rom.py writes: make keys-rom")
                bad = 1
        else:
            path.write_text(text)
    return bad


if __name__ == "__main__":
    sys.exit(main())
