"""One model's part of a training run's counts.

usage: train.py LLVM-PROFDATA PROFRAW PREFIX OUTPUT

OUTPUT gets the counts of the functions of the model's class PREFIX, and stays as it is (with its time) when they are the same: so a change of one
model does not have all of them compiled anew.
"""
import filecmp
import os
import re
import subprocess
import sys


def records(text):
    """The records of a profile in llvm-profdata's text form: each ends with an empty line, the first line is the function's name."""
    record = []
    for line in text.splitlines() + [""]:
        if line:
            record.append(line)
        elif record:
            yield record
            record = []


def main(profdata, raw, prefix, output):
    text = subprocess.run([profdata, "merge", "--text", "-o", "-", raw], check=True, capture_output=True, text=True).stdout
    names = re.compile(prefix + r"(__|\d+[a-z])")  # its free functions, and the member functions of its class
    kept = [r for r in records(text) if names.search(r[0])]
    if not kept:
        sys.exit(f"train.py: no function of {prefix} in {raw}")
    new = output + ".new"
    with open(new + ".txt", "w", encoding="ascii") as f:
        f.write("\n".join("\n".join(r) + "\n" for r in kept))
    subprocess.run([profdata, "merge", "-o", new, new + ".txt"], check=True)
    os.remove(new + ".txt")
    if os.path.exists(output) and filecmp.cmp(new, output, shallow=False):
        os.remove(new)
    else:
        os.replace(new, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
