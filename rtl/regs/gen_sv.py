"""SystemVerilog: the package of constants and the register decoder, in the subset that Verilator and Yosys share."""

HEAD = "// Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.\n"


def lp(name, value, width=0, doc=""):
    """One localparam: sized when a width is given, else an int."""
    kind = f"logic [{width - 1}:0]" if width else "int unsigned"
    text = f"{width}'h{value:X}" if width else str(value)
    return f"  localparam {kind} {name} = {text};" + (f"  // {doc}" if doc else "")


def fields_lp(reg, fields):
    """Position and width of each bit field."""
    out = []
    for f in fields:
        out.append(lp(f"{reg}_{f['name']}_LSB", f["lsb"], doc=f["doc"]))
        out.append(lp(f"{reg}_{f['name']}_WIDTH", f["width"]))
    return out


def op_functions(spec):
    """Which engines serve an opcode, and which of the descriptor's further handles it may use."""
    ids = {e["name"]: e["id"] for e in spec["engine"]}
    ops = next(e for e in spec["enum"] if e["name"] == "opcode")
    out = ["", "  // bit per engine id that serves the opcode", "  function automatic logic [7:0] op_engines(input logic [7:0] op);",
           "    unique case (op)"]
    for v in ops["values"]:
        mask = 255 if v["engines"] == ["any"] else sum(1 << ids[n] for n in v["engines"])
        out.append(f"      OP_{v['name']}: op_engines = 8'h{mask:02X};")
    out += ["      default: op_engines = 8'h00;", "    endcase", "  endfunction",
            "  // bit 0: the opcode may use handle2, bit 1: handle3", "  function automatic logic [1:0] op_handles(input logic [7:0] op);",
            "    unique case (op)"]
    for v in ops["values"]:
        if "handles" in v:
            out.append(f"      OP_{v['name']}: op_handles = 2'h{sum(1 << (h - 2) for h in v['handles'])};")
    return out + ["      default: op_handles = 2'h0;", "    endcase", "  endfunction"]


def package(spec):
    """rtl/gen/sluice_pkg.sv"""
    dev = spec["device"]
    out = [HEAD + "// Offsets, fields, limits, codes and memory layouts of the device. Used as sluice_pkg::X, never imported.",
           "// Structures: NAME_FIELD_LSB and _BITS are bit positions in the structure as one vector, byte k in bits 8k+7:8k.",
           "/* verilator lint_off UNUSEDPARAM */", "package sluice_pkg;", "  // identity",
           lp("MAGIC", dev["magic"], 32), lp("MAP_VERSION", dev["map_version"], 32), lp("MAP_HASH", spec["map_hash"], 32),
           lp("BAR_BYTES", dev["bar_bytes"]), lp("BAR_AW", (dev["bar_bytes"] - 1).bit_length()), "", "  // limits"]
    for p in spec["param"]:
        out.append(lp(p["name"], p["value"], doc=p["doc"]))
        out.append(lp(p["name"] + "Max", p["max"]))
    out += ["", "  // engine ids"]
    out += [lp(f"ENGINE_{e['name'].upper()}", e["id"], 4, e["doc"]) for e in spec["engine"]]
    mask = sum(1 << e["id"] for e in spec["engine"] if e.get("built", True))
    out += [lp("NumEngines", mask.bit_length(), doc="engine ids of this build are below it"),
            lp("EngineMask", mask, 8, "bit per engine id: this build holds it"), "", "  // registers"]
    for r in spec["reg"]:
        out.append(lp(f"REG_{r['name']}", r["offset"], 16, f"{r['access']}: {r['doc']}"))
        out += fields_lp(r["name"], r.get("fields", []))
    for b in spec["regblock"]:
        n = b["name"]
        out += ["", f"  // register block {n.lower()}", lp(f"{n}_BASE", b["base"], 16), lp(f"{n}_STRIDE", b["stride"], 16),
                lp(f"{n}_COUNT", b["count"])]
        for r in b["regs"]:
            out.append(lp(f"{n}_{r['name']}", r["offset"], 16, f"{r['access']}: {r['doc']}"))
            out += fields_lp(f"{n}_{r['name']}", r.get("fields", []))
    for e in spec["enum"]:
        out += ["", f"  // {e['doc']}"]
        out += [lp(e["prefix"] + v["name"], v["value"], 8, v["doc"]) for v in e["values"]]
    out += op_functions(spec)
    for name, st in spec["struct"].items():
        up = name.upper()
        out += ["", f"  // {st['doc']}", lp(f"{up}_BYTES", st["bytes"])]
        for f in st["fields"]:
            bits = f.get("bits") or 8 * f["bytes"]
            out.append(lp(f"{up}_{f['name'].upper()}_LSB", 8 * f["offset"], doc=f["doc"]))
            out.append(lp(f"{up}_{f['name'].upper()}_BITS", bits))
    return "\n".join(out) + "\nendpackage\n/* verilator lint_on UNUSEDPARAM */\n"


def csr(spec):
    """rtl/gen/sluice_csr.sv: address decoder and read multiplexer; the values live where they are made."""
    regs, blocks = spec["reg"], spec["regblock"]
    aw = (spec["device"]["bar_bytes"] - 1).bit_length()
    o = [HEAD + "// Register decoder: read multiplexer of the single registers, write strobes of those that software may write, and the",
         "// select, index and offset of the register blocks. Combinational; unknown addresses read as zero, and so does all while rd_i is 0.",
         "module sluice_csr (", f"  input  logic [{aw - 1}:2] addr_i,", "  input  logic rd_i,", "  input  logic wr_i,"]
    for r in regs:
        if r["access"] in ("ro", "rw"):
            o.append(f"  input  logic [31:0] {r['name'].lower()}_i,")
        if r["access"] != "ro":
            o.append(f"  output logic {r['name'].lower()}_we_o,")
    for b in blocks:
        n, bits = b["name"].lower(), (b["count"] - 1).bit_length()
        o += [f"  output logic {n}_sel_o,", f"  output logic [{bits - 1}:0] {n}_index_o,",
              f"  output logic [15:0] {n}_reg_o,", f"  input  logic [31:0] {n}_rdata_i,"]
    o += ["  output logic [31:0] rdata_o", ");", f"  logic [{aw - 1}:0] word_addr;",
          f"  assign word_addr = {{addr_i, 2'b00}};", ""]
    for r in regs:
        if r["access"] != "ro":
            o.append(f"  assign {r['name'].lower()}_we_o = wr_i && word_addr == sluice_pkg::REG_{r['name']};")
    for b in blocks:
        n, bits, lo = b["name"].lower(), (b["count"] - 1).bit_length(), b["stride"].bit_length() - 1
        end = b["base"] + b["count"] * b["stride"]
        o += [f"  assign {n}_sel_o = word_addr >= {aw}'h{b['base']:X} && word_addr < {aw}'h{end:X};",
              f"  assign {n}_index_o = {bits}'((word_addr - {aw}'h{b['base']:X}) >> {lo});",
              f"  assign {n}_reg_o = {{{16 - lo}'h0, word_addr[{lo - 1}:0]}};"]
    o += ["", "  always_comb begin", "    rdata_o = 32'h0;", "    if (rd_i) begin", "      unique case (1'b1)"]
    o += [f"      {b['name'].lower()}_sel_o: rdata_o = {b['name'].lower()}_rdata_i;" for b in blocks]
    o += ["      default:", "        unique case (word_addr)"]
    for r in regs:
        if r["access"] in ("ro", "rw"):
            o.append(f"          sluice_pkg::REG_{r['name']}: rdata_o = {r['name'].lower()}_i;")
    o += ["          default: rdata_o = 32'h0;", "        endcase", "    endcase", "    end", "  end", "endmodule"]
    return "\n".join(o) + "\n"
