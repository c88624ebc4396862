"""Processes of the lab: started in a namespace with a log of their own, remembered on disk, ended by pid and start time only."""
import json
import os
import signal
import subprocess
import time

from .net import LabError


def start_time(pid):
    """The kernel's start time of a process, or None: tells a process from a later one with the same pid."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return None if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError):
        return None


class Procs:
    def __init__(self, state_dir):
        self.dir = state_dir
        self.file = os.path.join(state_dir, "procs.json")

    def load(self):
        try:
            with open(self.file) as f:
                return json.load(f)
        except (OSError, ValueError):
            return {}

    def _save(self, procs):
        tmp = self.file + ".new"
        with open(tmp, "w") as f:
            json.dump(procs, f, indent=1)
        os.rename(tmp, self.file)

    def log_path(self, name):
        return os.path.join(self.dir, "log", name + ".log")

    def start(self, name, argv, ns=None, env=None, cwd=None):
        """Starts a program in the background; its output is appended to its log."""
        os.makedirs(os.path.join(self.dir, "log"), exist_ok=True)
        argv = [str(a) for a in argv]
        with open(self.log_path(name), "ab", buffering=0) as log:
            log.write(("$ " + " ".join(argv) + "\n").encode())
            full = (["ip", "netns", "exec", ns] if ns else []) + argv
            p = subprocess.Popen(full, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=cwd,
                                 env=dict(os.environ, **(env or {})))
        procs = self.load()
        procs[name] = {"pid": p.pid, "start": start_time(p.pid), "argv": argv, "ns": ns, "env": env or {}}
        self._save(procs)
        return p

    def alive(self, name):
        p = self.load().get(name)
        return bool(p) and start_time(p["pid"]) == p["start"] is not None

    def pid(self, name):
        return self.load()[name]["pid"] if self.alive(name) else None

    def tail(self, name, lines=15):
        try:
            with open(self.log_path(name), errors="replace") as f:
                return "".join("    " + line for line in f.readlines()[-lines:])
        except OSError:
            return ""

    def wait_for(self, what, condition, names, seconds, interval=0.05):
        """Polls a condition; fails at once when one of the named processes has died, with the end of its log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for n in names:
                if not self.alive(n):
                    raise LabError(f"{n} died while waiting for {what}; the end of its log:\n{self.tail(n)}")
            if condition():
                return
            time.sleep(interval)
        raise LabError(f"{what}: not after {seconds} s\n" + "".join(f"  {n}:\n{self.tail(n)}" for n in names))

    def stop(self, name, sig=signal.SIGTERM, grace=20.0):
        """Ends one process (and waits for it), by force after the grace."""
        p = self.load().get(name)
        if p and start_time(p["pid"]) == p["start"] is not None:
            os.kill(p["pid"], sig)
            end = time.monotonic() + grace
            while start_time(p["pid"]) == p["start"]:
                self._reap(p["pid"])
                if time.monotonic() > end:
                    os.kill(p["pid"], signal.SIGKILL)
                    end = time.monotonic() + grace
                time.sleep(0.01)
        procs = self.load()
        procs.pop(name, None)
        self._save(procs)

    @staticmethod
    def _reap(pid):
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass

    def stop_all(self):
        for name in reversed(list(self.load())):
            self.stop(name)
