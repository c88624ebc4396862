#!/usr/bin/env python3
"""Writes docs/card-sizing.md: what measured cycles and synthesised area come to on three parts.

    card_sizing.py measure [--out build/synth]   runs the benches, takes the areas of `make synth`, writes rtl/synth/measured.json
    card_sizing.py write                         writes docs/card-sizing.md from rtl/synth/measured.json
    card_sizing.py check                         ends with 1 when that is not what docs/card-sizing.md says

The cycles are of benches that print the same numbers on every machine; the areas are of one version of yosys. So measured.json only changes
with the sources, and the page follows from it.
"""
import json
import math
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MEASURED = os.path.join(HERE, "measured.json")
PAGE = os.path.join(ROOT, "docs", "card-sizing.md")
BUILD = os.environ.get("BUILD", "build")

# what the data sheets (DS890, DS180) give; clock: assumed, see the page
PARTS = {
    "VU9P": dict(lut=1182240, ff=2364480, dsp=6840, bram36=2160, uram=960, mhz=250),
    "KU5P": dict(lut=216960, ff=433920, dsp=1824, bram36=480, uram=64, mhz=250),
    "Artix-200T": dict(lut=134600, ff=269200, dsp=740, bram36=365, uram=0, mhz=125),
}
RESOURCES = ("lut", "ff", "dsp", "bram36", "uram")
FILL = dict(lut=0.7, ff=0.7, dsp=0.8, bram36=0.8, uram=0.8)   # of a part that engines may take, at most
URAM_IN_BRAM = 8   # block RAMs that hold as many bits as an UltraRAM, for a part that has none
# four banks of 15 round keys as distributed RAM: 1 920 bits in RAM32M16 of 14 bits and 8 LUTs each (counted, not synthesised)
ROUND_KEYS = dict(lut=8 * 138, ff=0, dsp=0, bram36=0)

BENCHES = {
    "chacha1": [f"{BUILD}/bench/tb_chacha_lane", "--only", "speed"],
    "chacha4": [f"{BUILD}/bench/tb_chacha_lane4", "--only", "speed"],
    "aead": [f"{BUILD}/bench/tb_aead_lane"],
    "ecc": [f"{BUILD}/bench/ecc_engine", "--only", "speed"],
    "pka": [f"{BUILD}/bench/pka_core", "--only", "speed"],
}


def bench(name):
    r = subprocess.run(BENCHES[name], capture_output=True, text=True, cwd=ROOT, timeout=600)
    if r.returncode:
        raise SystemExit(f"{' '.join(BENCHES[name])}: ended with {r.returncode}\n{r.stdout[-800:]}")
    return r.stdout


def measure(out):
    cycles = {}
    for name in ("chacha1", "chacha4"):
        line = next(x for x in bench(name).splitlines() if x.startswith("{"))
        j = json.loads(line)
        cycles[name] = {n: j[f"seal_{n}"] for n in (64, 256, 1024, 4096, 16384)}
    cycles["aead"] = {}
    for m in re.finditer(r"^\s*(?:TLS 1\.2\s+)?(\d+)((?:\s+[\d.]+){6})\s*$", bench("aead"), re.M):
        cycles["aead"].setdefault(int(m[1]), float(m[2].split()[4]))
    cycles["ecc"] = {}
    for line in bench("ecc").splitlines():
        for op in ("ECDSA_SIGN", "ECDSA_VERIFY", "P-256 ECDH_RESPOND", "X25519 ECDH_RESPOND"):
            m = re.match(rf"\| {re.escape(op)} \| (\d+) \| (\d+) \|", line)
            if m:
                cycles["ecc"][op] = int(m[2])
        m = re.match(r"\| (P-384 (?:ECDSA_SIGN|ECDSA_VERIFY|ECDH_RESPOND)) \| (\d+) \| (\d+) \|", line)
        if m:
            cycles.setdefault("ecc_wide", {})[m[1]] = int(m[3])
    text = bench("pka")
    m = re.search(r"^RSA-2048 private 4 in flight, \d+ in a row:\s*(\d+) cycles each between ends", text, re.M)
    if not m:
        raise SystemExit(f"{' '.join(BENCHES['pka'])}: no RSA-2048 in its output\n{text[-800:]}")
    cycles["pka"] = {"RSA-2048": int(m[1])}
    # a block at a time: fixed by the cores' schedules, held by their benches
    cycles["sha1"], cycles["sha256"], cycles["sha512"] = 82, 66, 82
    summary = json.load(open(os.path.join(out, "summary.json")))
    areas, delays, routed = {}, {}, {}
    for r in summary["results"]:
        if r["state"] != "ok":
            continue
        if r["family"] == "ecp5":
            routed[r["block"]] = r["fmax_mhz"]
        else:
            areas.setdefault(r["block"], {})[r["family"]] = {k: r[k] for k in ("lut", "lutram", "ff", "dsp", "bram36", "uram")}
            if r.get("delay_ns"):
                delays[r["block"]] = r["delay_ns"]
    json.dump(dict(yosys=summary["yosys"], cycles=cycles, areas=areas, delays_ns=delays, routed_mhz=routed), open(MEASURED, "w"), indent=1, sort_keys=True)


# ---- the model ------------------------------------------------------------------------------------------------------------------------

def add(*areas):
    return {k: sum(a.get(k, 0) for a in areas) for k in RESOURCES}


def times(n, a):
    return {k: n * a.get(k, 0) for k in RESOURCES}


def area_on(area, part):
    """Area in what the part has."""
    a = {k: area.get(k, 0) for k in RESOURCES}
    if a["uram"] and not part["uram"]:
        a["bram36"] += URAM_IN_BRAM * a["uram"]
        a["uram"] = 0
    return a


def engines(m):
    """name: (area of one, {operation: (unit, amount per cycle)}, what is in the area)"""
    x = {k: v["xcup"] for k, v in m["areas"].items() if "xcup" in v}
    c = m["cycles"]
    out = {}
    if {"pka_mont", "pka_core_rest"} <= set(x):
        out["RSA engine"] = (add(x["pka_mont"], x["pka_core_rest"]), {"RSA-2048 private": ("/s", 1 / c["pka"]["RSA-2048"])},
                             "an engine as it is: array of 41 limbs, window tables and named registers of eight contexts, programs, 16 keys of up to 4096 bits (the self test's among them), eight buffers of operands")
    if "ecc_mont_16" in x and c["ecc"]:
        out["ECC engine"] = (add(x["ecc_mont_16"], x.get("ecc_eddsa", {})), {op: ("/s", 1 / n) for op, n in c["ecc"].items()},
                             "array with its register file, built with room for 16 limbs, of which 11 are used" + ("; what Ed25519 has beside it" if "ecc_eddsa" in x else "") + "; programs and key slots are not in it")
    if {"ecc_mont_16", "ecc_mont_wide"} <= set(x) and c.get("ecc_wide"):
        out["ECC engine with P-384"] = (add(x["ecc_mont_16"], x.get("ecc_eddsa", {}), x["ecc_mont_wide"]), {op: ("/s", 1 / n) for op, n in c["ecc_wide"].items()},
                                        "the ECC engine and beside its array the wide one, of 16 limbs (parameter `P384`), 27 of whose 33 multipliers yosys makes of DSPs; both work at once, the rates are the wide one's")
    if {"aes_enc_column", "aes_dec_column", "aead_tag", "aes_key_expand"} <= set(x):
        out["AES-GCM lane"] = (add(times(56, x["aes_enc_column"]), times(56, x["aes_dec_column"]), times(2, ROUND_KEYS), x["aead_tag"], x["aes_key_expand"]),
                               {f"records of {n} B": ("Gb/s", 8 * float(r)) for n, r in c["aead"].items() if int(n) >= 1024},
                               "both pipes (14 rounds of four columns each, and their round keys), GHASH with tags, key schedule; session store and queues are not in it")
    if "sha1_core" in x:
        out["SHA-1 core"] = (times(1, x["sha1_core"]), {"HMAC-SHA1 records": ("Gb/s", 512 / c["sha1"])}, "the core alone")
    if "sha256_core" in x:
        out["SHA-256 core"] = (times(1, x["sha256_core"]), {"HMAC-SHA256 records": ("Gb/s", 512 / c["sha256"])}, "the core alone")
    if "sha512_core" in x:
        out["SHA-384 core"] = (times(1, x["sha512_core"]), {"HMAC-SHA384 records": ("Gb/s", 1024 / c["sha512"])}, "the core alone")
    if {"chacha_core", "poly1305_8"} <= set(x):
        out["ChaCha lane, 4 cores"] = (add(times(4, x["chacha_core"]), x["poly1305_8"]),
                                       {f"records of {n} B": ("Gb/s", 8 * r) for n, r in c["chacha4"].items() if int(n) >= 1024},
                                       "four cores and Poly1305 with 8 digits a cycle; session store and queues are not in it")
    return out


def rate(unit, per_cycle, mhz, n):
    if unit == "/s":
        return f"{per_cycle * mhz * 1e6 * n:,.0f}/s".replace(",", " ")
    return f"{per_cycle * mhz / 1e3 * n:.1f} Gb/s"


def fits(area, part, share):
    area = area_on(area, part)
    return min((math.floor(part[k] * FILL[k] * share / area[k]) for k in FILL if area[k] > 0), default=0)


def limiting(area, part):
    area = area_on(area, part)
    return max((k for k in FILL if area[k] > 0), key=lambda k: area[k] / (part[k] * FILL[k]))


def page(m):
    e = engines(m)
    out = ["# Card sizing", "",
           "<!-- Generated by rtl/synth/card_sizing.py from rtl/synth/measured.json (`make card-sizing`). Do not edit. -->", "",
           "What the cycles that the benches measure and the areas that yosys synthesises come to on three parts. **Nothing here was placed or routed on these parts**: no tool in this tree",
           "can do that. A rate is cycles as simulated times a clock that is assumed; an area is a count of cells before placement. Read both as what a",
           "team with the vendor's tools would start from.", "",
           "## Assumptions", "",
           "1. Clock: " + ", ".join(f"{p} {v['mhz']} MHz" for p, v in PARTS.items()) + ". Assumed. The evidence is in the last table: logic depth before routing on 7-series, and what an ECP5 does after routing.",
           f"2. Area: `{m['yosys'].split(' (')[0]}`, `synth_xilinx -family xcup`, hierarchy kept. The Artix figures use the same counts; its DSP48E1 is 25x18 where the DSP48E2 is 27x18, so its arrays would want narrower limbs and more of them.",
           f"3. Engines take at most {100 * FILL['lut']:.0f} % of LUTs and flip-flops and {100 * FILL['dsp']:.0f} % of DSPs and block RAMs. PCIe, DMA, queues, session and key stores, clocks and debug live in the rest and are not counted.",
           "4. An engine's area is what its line says. Engines are counted alone: no lane arbitration, no interconnect.",
           "5. Rates assume that the host feeds all engines all the time.",
           f"6. The RSA engine is synthesised as the card has it, its key memory with `-uram`; a part without UltraRAM takes {URAM_IN_BRAM} block RAMs for each. The array of the curves is synthesised in a build with room for 16 limbs, of which 11 are used.",
           "7. RSA cycles are those of one engine whose queue never runs dry, between ends of operations (`build/bench/pka_core --only speed`): the first load and the last drain are outside, blinding, fault check and erasing are inside. Through the port they are the same (`build/bench/pka_engine`); a cluster's unwrapping, conversion and unpadding are in none of the areas.",
           "8. The bus is not in the rates. A device has one AXI4 master of 128, 256 or 512 bits (`BusW`), " +
           ", ".join(f"{w * 250 / 1000:.0f}" for w in (128, 256, 512)) + " Gb/s each way at 250 MHz, which a record crosses once each way; a lane takes 128 bits of a cycle.",
           "   So one device feeds up to four lanes that take 128 bits a cycle. What a part full of bulk lanes does beyond its bus needs several devices on it; that is not built."]
    out += ["", "## One of each, counted on UltraScale+", "", "| engine | LUT | FF | DSP | BRAM36 | URAM | what is in it |", "|---|---|---|---|---|---|---|"]
    for name, (a, _, what) in e.items():
        out.append(f"| {name} | {a['lut']:.0f} | {a['ff']:.0f} | {a['dsp']:.0f} | {a['bram36']:.1f} | {a.get('uram', 0)} | {what} |")
    out += ["", "## A part full of one kind, and a quarter of it", "", "Engines that fit when a part has nothing else, by the rule of assumption 3; what runs out first; the rate of all of them; the rate of a quarter of them.", "",
            "| part | engine | fit | limit | operation | rate | a quarter |", "|---|---|---|---|---|---|---|"]
    for pname, part in PARTS.items():
        for name, (a, ops, _) in e.items():
            n, q = fits(a, part, 1.0), fits(a, part, 0.25)
            for op, (unit, per) in ops.items():
                out.append(f"| {pname} | {name} | {n} | {limiting(a, part)} | {op} | {rate(unit, per, part['mhz'], n)} | {rate(unit, per, part['mhz'], q) + f' ({q})' if q else 'none fits'} |")
    out += published(m, e)
    out += ["", "## Logic depth and timing", "",
            "`xc7`: longest path of a block before routing, yosys `synth_xilinx -family xc7 -abc9` with 0.3 ns a net; optimistic, and a guard rather than a figure (`make synth` fails when one",
            "gets longer than its limit). `ECP5`: after placing and routing on an LFE5U-85F of speed grade 8, out of context: the only timing here after routing, of a part two generations older.", "",
            "| block | LUT | FF | DSP | BRAM36 | xc7, ns | ECP5, MHz |", "|---|---|---|---|---|---|---|"]
    for name, fam in sorted(m["areas"].items()):
        area = " | ".join(f"{fam['xcup'][k]:g}" for k in ("lut", "ff", "dsp", "bram36")) if "xcup" in fam else " | | |"
        out.append(f"| {name} | {area} | {m['delays_ns'].get(name, '')} | {m['routed_mhz'].get(name, '')} |")
    return "\n".join(out) + "\n"


def published(m, e):
    """The targets of the design, and what others publish."""
    vu, c = PARTS["VU9P"], m["cycles"]
    rows = []
    if "RSA engine" in e:
        a, n = e["RSA engine"][0], c["pka"]["RSA-2048"]
        half = math.floor(0.5 * vu["dsp"] / a["dsp"])
        count = min(half, fits(dict(a, dsp=0), vu, 1.0))
        share = ", ".join(f"{100 * count * a.get(k, 0) / vu[k]:.1f} % of {name}" for k, name in (("dsp", "DSPs"), ("lut", "LUTs"), ("ff", "flip-flops"), ("bram36", "block RAMs"), ("uram", "UltraRAMs")))
        rows += [("RSA-2048 private, DSP-cycles an operation", f"{n * a['dsp'] / 1e6:.1f} M", "<= 14 M", "Cryptech modexpa7 772 M"),
                 ("RSA-2048 private, cycles each of four in flight (8 contexts)", f"{n / 1e3:.1f} k", "<= 172 k", "OpenTitan OTBN 5.5 M on one 64x64 multiplier"),
                 (f"RSA-2048/s on a VU9P at {vu['mhz']} MHz, in half of the DSPs ({count} engines: {share})",
                  f"{count * vu['mhz'] * 1e6 / n / 1e3:.1f} k", ">= 60 k", "ZoTech 36 k on U250, 28 k on VU9P")]
    if "ECC engine" in e:
        if "ECDSA_SIGN" in c["ecc"]:
            rows.append(("ECDSA P-256 sign, cycles an engine", f"{c['ecc']['ECDSA_SIGN'] / 1e3:.1f} k", "<= 32 k", "OTBN 607 k; Cryptech ecdhp256 1 174 k for a product"))
        if "X25519 ECDH_RESPOND" in c["ecc"]:
            rows.append(("X25519, cycles a multiplication", f"{c['ecc']['X25519 ECDH_RESPOND'] / 2e3:.1f} k", "<= 62 k", "OTBN 367 k; x25519-fpga 59.7 k (no DSP, unprotected)"))
    a16 = c["aead"].get("16384", c["aead"].get(16384))
    a1 = c["aead"].get("1024", c["aead"].get(1024))
    if a16:
        rows.append(("AES-GCM, 16 KiB records, % of 128 bits a cycle and lane", f"{a16 / 0.16:.1f}", ">= 97", "CAST AES-GCM-X 128, X2 256 bits a cycle"))
        rows.append(("AES-GCM, 1 KiB records of different sessions, %", f"{a1 / 0.16:.1f}", ">= 90", "Intel Agilex hard block: zero-latency context switch"))
    k = c["chacha1"].get("16384", c["chacha1"].get(16384))
    rows.append(("ChaCha20-Poly1305, bits a cycle and core", f"{8 * k:.1f}", ">= 22", ""))
    out = ["", "## Beside the targets and what is published", "", "| figure | here | target | elsewhere |", "|---|---|---|---|"]
    return out + [f"| {a} | {b} | {t} | {o} |" for a, b, t, o in rows]


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "measure":
        measure(sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else os.path.join(BUILD, "synth"))
    elif what == "write":
        open(PAGE, "w").write(page(json.load(open(MEASURED))))
    elif what == "check":
        if not os.path.exists(PAGE) or open(PAGE).read() != page(json.load(open(MEASURED))):
            print("docs/card-sizing.md is not what rtl/synth/card_sizing.py writes")
            return 1
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
