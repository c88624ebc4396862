#!/usr/bin/env python3
"""Lists the registers and memories of the verilated aead lane for tb_aead_faults, from the model's own header.

    gen_faults.py Vtb_aead_lane___024root.h > faults_list.h

A line is FAULT(class, member, bits, words). Classes are the modules; registers that Verilator knows by the name of a net of the lane are
listed here. Assertions, ROMs and monitors that only the simulation has are left out.
"""
import re
import sys

LANE = "aead_lane__DOT__"
# outputs of modules that are registers, and the class they belong to
NETS = {"it": "item", "ex": "item", "out": "port", "rsp": "port"}
NET = re.compile(r"(it|ex)_(valid|kind|bank|bytes|final|data|enc|dec|aes|result)$|out_(valid|data|parity|bytes|last)$|rsp_(valid|status|info|seq|cycles)$")
SKIP = re.compile(r"assert_|_rom$|u_tag__DOT__out_q$")
CLASS = [("u_skid", "source"), ("u_gearbox", "source"), ("u_ctx__DOT__u_store", "slots"), ("u_ctx__DOT__u_key_expand", "schedule"), ("u_ctx", "ctx"),
         ("u_issue", "issue"), ("u_datapath__DOT__u_enc_pipe", "cipher"), ("u_datapath__DOT__u_dec_pipe", "cipher"), ("u_datapath", "datapath"),
         ("u_tag__DOT__u_ghash", "ghash"), ("u_tag", "tag"), ("u_out", "out"), ("u_selftest", "selftest")]
MEMBER = re.compile(r"^\s*(VlUnpacked<)?(?:[CSIQ]Data|VlWide<\d+>)/\*(\d+):0\*/(?:, (\d+)>)? " + LANE + r"(\w+);")


def main():
    found = 0
    for line in open(sys.argv[1]):
        m = MEMBER.match(line)
        if not m:
            continue
        array, top, words, name = m.groups()
        if SKIP.search(name):
            continue
        if "__DOT__" not in name and NET.match(name):
            cls = NETS[name.split("_")[0]]
        elif re.search(r"(_q|_mem|__st|__xa|__xb|__pr)$", name):
            cls = next((c for p, c in CLASS if name.startswith(p + "__")), "lane")
        else:
            continue
        found += 1
        print(f"FAULT({cls}, {LANE}{name}, {int(top) + 1}, {words or 1})")
    return 0 if found > 100 else f"only {found} registers in {sys.argv[1]}"


if __name__ == "__main__":
    sys.exit(main())
