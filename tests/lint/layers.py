#!/usr/bin/python3
"""Includes go down only, files stay small, nothing is left marked as unfinished.

The layers are those of docs/architecture.md: a file may include its own folder and what its row names. Prints FILE:LINE: what is wrong.
"""
import os
import re
import subprocess
import sys

HANDSHAKE = {"control/handshake", "control/handshake/tls12", "control/handshake/tls13", "control/handshake/ssl2"}
# what a lower layer asks of a higher one through its caller: plain declarations
REQUESTS = {"control/pka/pka_op.h"}
ALLOWED = {  # folder: folders whose headers it may include
    "common": {"common"},
    "dataplane/net": {"common", "dataplane"},
    "dataplane/port": {"common", "dataplane", "dataplane/net"},
    "dataplane/tcp": {"common", "dataplane", "dataplane/net"},
    "dataplane/crypto": {"common", "dataplane", "dataplane/pmd"},
    "dataplane/pmd": {"common", "sim/bridge"},
    "dataplane/tls": {"common", "dataplane", "dataplane/crypto", "dataplane/tcp"},
    "dataplane/ctl": {"common", "dataplane", "dataplane/crypto", "dataplane/tls"},
    "dataplane/proxy": {"common", "dataplane", "dataplane/crypto", "dataplane/tcp", "dataplane/net", "dataplane/tls", "dataplane/ctl"},
    "dataplane": {"common", "dataplane", "dataplane/net", "dataplane/port", "dataplane/tcp", "dataplane/crypto", "dataplane/tls",
                  "dataplane/ctl", "dataplane/proxy", "dataplane/pmd"},
    "control/session": {"common", "control"},
    "control/cert": {"common", "control"},
    # one layer in four folders: the driver names its families, and they use it
    "control/handshake": {"common", "control", "control/cert", "control/session", *HANDSHAKE},
    "control/handshake/tls12": {"common", "control/cert", "control/session", *HANDSHAKE},
    "control/handshake/tls13": {"common", "control/cert", "control/session", *HANDSHAKE},
    "control/handshake/ssl2": {"common", "control/cert", "control/session", *HANDSHAKE},
    "control/mlkem": {"common"},
    "control/pka": {"common", "control", "control/cert", "control/handshake", "control/mlkem"},
    "control/manage": {"common", "control", "control/session", "control/cert", "control/pka", *HANDSHAKE},
    "control/sluicectl": {"common", "control"},
    "control": {"common", "control", "control/session", "control/cert", "control/handshake", "control/pka", "control/manage"},
}
MAX_LINES = 800
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def tracked():
    out = subprocess.run(["git", "ls-files"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    return [f for f in out if f and os.path.exists(f)]


def main():
    bad = []
    for path in tracked():
        if not path.endswith((".c", ".h", ".cpp", ".sv", ".svh", ".py", ".def")) or "/gen/" in path or "/vectors/" in path:
            continue
        folder = os.path.dirname(path)
        with open(path, errors="replace") as f:
            lines = f.readlines()
        generated = any("generated" in line.lower() for line in lines[:5])
        if len(lines) > MAX_LINES and not generated and not path.endswith(".def"):
            bad.append(f"{path}:1: {len(lines)} lines; the limit is {MAX_LINES}: what is this file really?")
        for n, line in enumerate(lines, 1):
            if UNFINISHED.search(line) and path != "tests/lint/layers.py":
                bad.append(f"{path}:{n}: marked as unfinished: {line.strip()}")
            m = INCLUDE.match(line)
            if not m or folder not in ALLOWED or m.group(1) in REQUESTS:
                continue
            target = os.path.dirname(m.group(1)) if "/" in m.group(1) else folder
            target = target.removesuffix("/gen")
            if target != folder and target not in ALLOWED[folder]:
                bad.append(f"{path}:{n}: {folder} must not include {target} (docs/architecture.md, Layers)")
    print("\n".join(bad) if bad else "layers: includes go down, files are small, nothing is marked unfinished")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
