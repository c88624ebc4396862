"""The C header: what the driver and the simulation's benches include."""
import re

HEAD = """/*
 * Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.
 * Registers, rings, descriptors, completions and codes of the Sluice device.
 * Structures are as in memory: little-endian, naturally aligned. The host is little-endian (asserted below).
 */
#ifndef SLUICE_REGS_H
#define SLUICE_REGS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SLUICE_STATIC_ASSERT(e, m) static_assert(e, m)
#else
#define SLUICE_STATIC_ASSERT(e, m) _Static_assert(e, m)
#endif
SLUICE_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are little-endian");
"""


def snake(name):
    """NumQueues -> NUM_QUEUES"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def define(name, value, doc=""):
    """One aligned #define with its comment."""
    text = value if isinstance(value, str) else f"0x{value:X}u"
    line = f"#define SLUICE_{name} {text}"
    return line + (f" /* {doc} */" if doc else "")


def field_defines(reg, fields):
    """Shift and mask of each bit field of a register."""
    out = []
    for f in fields:
        mask = ((1 << f["width"]) - 1) << f["lsb"]
        out.append(define(f"{reg}_{f['name']}_SHIFT", f"{f['lsb']}u"))
        out.append(define(f"{reg}_{f['name']}_MASK", mask, f["doc"]))
    return out


def member(f):
    """Declaration of one structure member."""
    doc = f" /* {f['doc']} */" if f["doc"] else ""
    if f.get("bits") in (8, 16, 32, 64):
        return f"\tuint{f['bits']}_t {f['name']};{doc}"
    size = f.get("bytes") or f["bits"] // 8
    return f"\tuint8_t {f['name']}[{size}];{doc}"


def struct(name, st):
    """A packed structure with its layout asserted."""
    out = [f"\n/* {st['doc']} */", f"#define SLUICE_{name.upper()}_BYTES {st['bytes']}u", f"struct sluice_{name} {{"]
    out += [member(f) for f in st["fields"]]
    out.append("} __attribute__((packed, aligned(8)));" if st["bytes"] % 8 == 0 else "} __attribute__((packed));")
    out.append(f"SLUICE_STATIC_ASSERT(sizeof(struct sluice_{name}) == {st['bytes']}, \"sluice_{name}\");")
    for f in st["fields"]:
        where = f"offsetof(struct sluice_{name}, {f['name']}) == {f['offset']}"
        out.append(f"SLUICE_STATIC_ASSERT({where}, \"sluice_{name}.{f['name']}\");")
    return out


def enum(e):
    """An enum and the same list as an X macro (NAME, value, text)."""
    prefix = f"SLUICE_{e['prefix']}"
    out = [f"\n/* {e['doc']} */", f"enum sluice_{e['name']} {{"]
    out += [f"\t{prefix}{v['name']} = 0x{v['value']:02X}," + (f" /* {v['doc']} */" if v["doc"] else "")
            for v in e["values"]]
    out += ["};", f"#define SLUICE_{e['name'].upper()}_LIST(X) \\"]
    rows = [f"\tX({v['name']}, 0x{v['value']:02X}, \"{v['doc']}\")" for v in e["values"]]
    return out + [" \\\n".join(rows)]


def op_functions(spec):
    """Which engines serve an opcode, and which of the descriptor's further handles it may use."""
    ids = {e["name"]: e["id"] for e in spec["engine"]}
    ops = next(e for e in spec["enum"] if e["name"] == "opcode")["values"]
    out = ["", "/* bit per engine id that serves the opcode; 0: there is no such opcode */",
           "static inline uint8_t sluice_op_engines(uint8_t op)", "{", "\tswitch (op) {"]
    for v in ops:
        mask = 255 if v["engines"] == ["any"] else sum(1 << ids[n] for n in v["engines"])
        out.append(f"\tcase SLUICE_OP_{v['name']}: return 0x{mask:02X};")
    out += ["\tdefault: return 0;", "\t}", "}", "/* bit 0: the opcode may use handle2, bit 1: handle3 */",
            "static inline uint8_t sluice_op_handles(uint8_t op)", "{", "\tswitch (op) {"]
    for v in ops:
        if "handles" in v:
            out.append(f"\tcase SLUICE_OP_{v['name']}: return {sum(1 << (h - 2) for h in v['handles'])};")
    return out + ["\tdefault: return 0;", "\t}", "}"]


def block(b):
    """A repeated register block: base, stride, count, offsets and an address macro."""
    n = b["name"]
    out = ["", define(f"{n}_BASE", b["base"]), define(f"{n}_STRIDE", b["stride"]), define(f"{n}_COUNT", f"{b['count']}u"),
           f"/* address of register `name` of {n.lower()} i, e.g. SLUICE_{n}_REG(3, {b['regs'][0]['name']}) */",
           f"#define SLUICE_{n}_REG(i, name) (SLUICE_{n}_BASE + (uint32_t)(i) * SLUICE_{n}_STRIDE + SLUICE_{n}_##name)"]
    for r in b["regs"]:
        out.append(define(f"{n}_{r['name']}", r["offset"], ": ".join(x for x in (r["access"], r["doc"]) if x)))
        out += field_defines(f"{n}_{r['name']}", r.get("fields", []))
    return out


def header(spec):
    """common/gen/sluice_regs.h"""
    dev = spec["device"]
    out = [HEAD]
    out += [define("MAGIC", dev["magic"]), define("MAP_VERSION", f"{dev['map_version']}u"),
            define("MAP_HASH", spec["map_hash"]), define("PCI_VENDOR", dev["pci_vendor"]),
            define("PCI_DEVICE", dev["pci_device"]), define("BAR_BYTES", dev["bar_bytes"]), ""]
    for p in spec["param"]:
        out.append(define(snake(p["name"]), f"{p['value']}u", p["doc"] + ", simulation build"))
        out.append(define(snake(p["name"]) + "_MAX", f"{p['max']}u"))
    mask = sum(1 << e["id"] for e in spec["engine"] if e.get("built", True))
    out += ["", "/* engine ids */", "enum sluice_engine {"]
    out += [f"\tSLUICE_ENGINE_{e['name'].upper()} = {e['id']}, /* {e['doc']} */" for e in spec["engine"]]
    out += ["};", define("NUM_ENGINES", f"{mask.bit_length()}u", "engine ids of this build are below it"),
            define("ENGINE_MASK", f"{mask:#04x}u", "bit per engine id: this build holds it"), "", "/* registers: byte offsets in the BAR */"]
    for r in spec["reg"]:
        out.append(define(f"REG_{r['name']}", r["offset"], f"{r['access']}: {r['doc']}"))
        out += field_defines(r["name"], r.get("fields", []))
    for b in spec["regblock"]:
        out += block(b)
    for e in spec["enum"]:
        out += enum(e)
    out += op_functions(spec)
    for name, st in spec["struct"].items():
        out += struct(name, st)
    return "\n".join(out) + "\n\n#endif /* SLUICE_REGS_H */\n"
