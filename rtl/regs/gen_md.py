"""docs/registers.md: the same map for people."""


def cell(text):
    """A table cell: the bar would end it."""
    return text.replace("|", "\\|")


def table(head, rows):
    """A Markdown table."""
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return out + ["| " + " | ".join(cell(str(c)) for c in r) + " |" for r in rows] + [""]


def reg_rows(regs):
    """One row per register, its fields below it."""
    rows = []
    for r in regs:
        rows.append((f"`0x{r['offset']:04X}`", f"**{r['name']}**", "", r["access"], r["doc"]))
        for f in r.get("fields", []):
            top = f["lsb"] + f["width"] - 1
            bits = f"{top}:{f['lsb']}" if f["width"] > 1 else str(top)
            rows.append(("", f["name"], bits, "", f["doc"]))
    return rows


def document(spec):
    """docs/registers.md"""
    dev = spec["device"]
    out = ["<!-- Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit. -->",
           "# Registers and descriptors", "",
           "Everything in memory is little-endian and naturally aligned. Reserved fields are zero and checked.", "",
           f"Magic `0x{dev['magic']:08X}`, map version {dev['map_version']}, map hash `0x{spec['map_hash']:08X}`, "
           f"BAR {dev['bar_bytes'] // 1024} KiB, PCI id `{dev['pci_vendor']:04x}:{dev['pci_device']:04x}`.", "",
           "## Limits", ""]
    out += table(("parameter", "simulation build", "most", "meaning"),
                 [(f"`{p['name']}`", p["value"], p["max"], p["doc"]) for p in spec["param"]])
    out += ["## Engines", ""] + table(("id", "name", "work"), [(e["id"], e["name"], e["doc"]) for e in spec["engine"]])
    head = ("offset", "register", "bits", "access", "meaning")
    out += ["## Registers", "", "`ro` read only, `rw` read and write, `wo` write only, `w1` write one acts once.", ""]
    out += table(head, reg_rows(spec["reg"]))
    for b in spec["regblock"]:
        out += [f"### {b['name']}: {b['count']} blocks, block *i* at `0x{b['base']:04X} + 0x{b['stride']:02X} * i`", ""]
        out += table(head, reg_rows(b["regs"]))
    out += ["## Structures in memory", ""]
    for name, st in spec["struct"].items():
        out += [f"### `{name}`: {st['bytes']} bytes", "", st["doc"], ""]
        out += table(("offset", "bytes", "field", "meaning"),
                     [(f["offset"], f.get("bytes") or f["bits"] // 8, f"`{f['name']}`", f["doc"]) for f in st["fields"]])
    out += ["## Codes", ""]
    for e in spec["enum"]:
        out += [f"### {e['name']}", "", e["doc"], ""]
        out += table(("value", "name", "meaning"),
                     [(f"`0x{v['value']:02X}`", f"{e['prefix']}{v['name']}", v["doc"]) for v in e["values"]])
    return "\n".join(out).rstrip("\n") + "\n"
