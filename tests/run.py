#!/usr/bin/env python3
"""Runs the tests listed in build/tests.list and ends with one line of totals.

Each line of the list is `level|name|command`. A command passes or fails by its exit code; what it counted is read from its TAP output
(`ok`/`not ok`, as cmocka prints with CMOCKA_MESSAGE_OUTPUT=TAP), from pytest's closing line, or from a closing line
`N passed, N failed`. A command that counts nothing and exits 0 is one passed test; one that exits non-zero has at least one failure.

As many commands run at once as there are cores. They share nothing: programs have files of their own, and a test of the whole appliance
has the lab of the worker that runs it (SLUICE_LAB), on cores in another order (SLUICE_LAB_CORE).
"""
import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

# in the order of their start: what takes long first, so that every core is busy to the end; labs wait more than they compute
LEVELS = ["cosim", "pmd", "rtl", "packet", "table", "unit", "fuzz", "e2e"]
PLAIN = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", re.M)
PYTEST = re.compile(r"^(?:=+ )?((?:\d+ \w+, )*\d+ \w+) in [\d.]+s\b", re.M)  # with or without -q


def count(output):
    """(passed, failed, skipped) as the command's own output tells it."""
    plain = PLAIN.findall(output)
    if plain:
        p, f, s = plain[-1]
        return int(p), int(f), int(s or 0)
    pytest = PYTEST.findall(output)
    if pytest:
        words = dict((w, int(n)) for n, w in re.findall(r"(\d+) (passed|failed|error|errors|skipped)", pytest[-1]))
        bad = words.get("failed", 0) + words.get("error", 0) + words.get("errors", 0)
        return words.get("passed", 0), bad, words.get("skipped", 0)
    ok = len(re.findall(r"^ok\b", output, re.M))
    skipped = len(re.findall(r"^ok\b.*# SKIP", output, re.M))
    not_run = len(re.findall(r"^not ok\b.*# SKIP", output, re.M))  # as cmocka writes it
    return ok - skipped, len(re.findall(r"^not ok\b", output, re.M)) - not_run, skipped + not_run


def run(command, env, timeout):
    """Runs one command in its own process group; returns (exit code, output)."""
    proc = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                            start_new_session=True, text=True, errors="replace")
    try:
        out, _ = proc.communicate(timeout=timeout)
        return proc.returncode, out
    except subprocess.TimeoutExpired:
        os.killpg(proc.pid, signal.SIGKILL)
        out, _ = proc.communicate()
        return 124, (out or "") + f"\nstopped after {timeout} s\n"


class Report:
    """One line per command as it ends, its output in a log, and the totals. Workers share it."""

    def __init__(self, logs, jobs):
        self.logs, self.jobs = logs, jobs
        self.lock = threading.Lock()
        self.done, self.total, self.bad = 0, [0, 0, 0], []

    def add(self, test, code, out, seconds):
        level, name, command = test
        with open(os.path.join(self.logs, name.replace("/", "_") + ".log"), "w") as f:
            f.write(f"$ {command}\n{out}")
        p, f_, s = (1 if code == 0 else 0, 0, 0) if level == "fuzz" else count(out)
        if code != 0 and f_ == 0:
            f_ = 1
        if code == 0 and p + f_ + s == 0:
            p = 1
        with self.lock:
            self.total = [a + b for a, b in zip(self.total, (p, f_, s))]
            self.done += 1
            print(f"[{self.done:3}/{self.jobs}] {level:7} {name:32} {'ok  ' if f_ == 0 else 'FAIL'} {p:5} passed"
                  f"{f' {f_} failed' if f_ else ''}{f' {s} skipped' if s else ''}  {seconds:6.1f} s", flush=True)
            if f_:
                self.bad.append(name)
                print("\n".join("      | " + line for line in out.splitlines()[-40:]), flush=True)
                print(f"      repeat: {command}", flush=True)


def fuzz_command(name, command, a, logs):
    """A seed corpus lies beside each target; findings go to the logs."""
    seed, work = f"tests/fuzz/corpus/{name}", os.path.join(logs, "fuzz", name)
    os.makedirs(work, exist_ok=True)
    return (f"{command} -max_total_time={a.fuzz_seconds} -seed={a.fuzz_seed} -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "
            f"-artifact_prefix={shlex.quote(work)}/ {shlex.quote(work)} {seed if os.path.isdir(seed) else ''}")


def arguments():
    cores = len(os.sched_getaffinity(0))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--list", required=True)
    ap.add_argument("--only", default="", help="levels to run, comma separated: " + ",".join(LEVELS))
    ap.add_argument("--skip", default="", help="levels to leave out")
    ap.add_argument("--match", default="", help="regular expression on the name")
    ap.add_argument("--jobs", type=int, default=cores, help=f"commands at once (default: one per core, {cores} here)")
    ap.add_argument("--fuzz-seconds", type=int, default=8)
    ap.add_argument("--fuzz-seed", type=int, default=1, help="0: another each time")
    ap.add_argument("--timeout", type=int, default=1500, help="seconds for one command")
    return ap.parse_args()


def main():
    a = arguments()
    tests = [line.rstrip("\n").split("|", 2) for line in open(a.list) if line.strip()]
    only, skip = set(filter(None, a.only.split(","))), set(filter(None, a.skip.split(",")))
    tests = [t for t in tests if (not only or t[0] in only) and t[0] not in skip and re.search(a.match, t[1])]
    tests.sort(key=lambda t: LEVELS.index(t[0]) if t[0] in LEVELS else len(LEVELS))
    logs = os.path.join(os.path.dirname(a.list), "test-logs")
    os.makedirs(logs, exist_ok=True)
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
    report, queue, lock, start = Report(logs, len(tests)), list(tests), threading.Lock(), time.monotonic()

    def work(worker):
        mine = dict(env, SLUICE_LAB=f"{env.get('SLUICE_LAB', 'test')}{worker}", SLUICE_LAB_CORE=str(worker))
        while True:
            with lock:
                if not queue:
                    return
                t = queue.pop(0)
            command = fuzz_command(t[1], t[2], a, logs) if t[0] == "fuzz" else t[2]
            t0 = time.monotonic()
            code, out = run(command, mine, a.timeout + (a.fuzz_seconds if t[0] == "fuzz" else 0))
            report.add(t, code, out, time.monotonic() - t0)

    workers = [threading.Thread(target=work, args=(i,)) for i in range(max(1, a.jobs))]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    total, bad = report.total, report.bad
    print(f"\n{time.monotonic() - start:.0f} s{', failing: ' + ' '.join(bad) if bad else ''}; logs in {logs}")
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if bad or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
