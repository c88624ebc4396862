"""One lab: state on disk, bringing it up and down. Used by ./lab, the end-to-end tests and the benchmarks alike."""
import json
import os
import shutil
import signal
import time

from . import appliance, servers
from .net import CLIENT, OUTSIDE, WIRE, LabError, Net
from .procs import Procs

DEFAULTS = {
    "engine": "soft", "profile": "legacy", "config": None, "workers": 1, "port": "af_packet", "impair": {}, "mtu": 1500,
    "lcores": None, "only_leaf": None, "only_version": None, "listener_port": 443, "dp_args": [], "seed": 1, "env": {}, "nginx": True, "card_timeout_ms": 60000,
}
CORE = int(os.environ.get("SLUICE_LAB_CORE", 0))  # of the first worker: labs side by side have different ones
IMPAIRMENTS = ("loss", "reorder", "dup", "delay", "seed")


def parse_impair(text):
    """loss=1%,reorder=1%,dup=0.1%,delay=2ms → {name: number}"""
    out = {}
    for part in filter(None, (text or "").split(",")):
        name, _, value = part.partition("=")
        if name not in IMPAIRMENTS:
            raise LabError(f"--impair {part}: expected one of {', '.join(IMPAIRMENTS)}, e.g. loss=1%,reorder=1%,dup=0.1%,delay=2ms")
        try:
            out[name] = float(value.removesuffix("%").removesuffix("ms"))
        except ValueError:
            raise LabError(f"--impair {part}: {value!r} is not a number with % or ms") from None
    return out


class Lab:
    def __init__(self, name="lab"):
        self.name = name
        self.state = os.path.join("/run", "sluice-lab", name)
        self.net = Net(name)
        self.procs = Procs(self.state)
        self.listener_port = 443

    # -- bringing up and down ---------------------------------------------------------------------------------------------

    def up(self, say=lambda s: None, **options):
        """Brings everything up and waits until the listener answers. Cleans up whatever a crashed run left first."""
        if os.geteuid() != 0:
            raise LabError("the lab needs root for its namespaces: run it as root")
        o = dict(DEFAULTS, **options)
        self.listener_port = o["listener_port"]
        self.down()
        os.makedirs(self.state, exist_ok=True)
        say("network")
        self.net.up(o["mtu"], bool(o["impair"]))
        try:
            if o["nginx"]:
                say("nginx behind")
                servers.start_nginx(self, self.beside(o["engine"]))
            if o["impair"]:
                say("impaired wire")
                argv = [appliance.binary("sluice-relay"), "--a", "w0", "--b", "w1", "--seed", int(o["impair"].get("seed", o["seed"]))]
                for k in ("loss", "reorder", "dup", "delay"):
                    argv += [f"--{k}", o["impair"].get(k, 0)]
                self.procs.start("relay", argv, ns=self.net.ns(WIRE))
            o["lcores"] = o["lcores"] or ",".join(f"{i}@{(CORE + i) % os.cpu_count()}" for i in range(o["workers"]))
            path, _ = appliance.write_config(self, o["profile"], o["only_leaf"], o["only_version"], o["card_timeout_ms"])
            if o["config"]:
                appliance.use_config(self, o["config"], path)
            o["config"] = path
            self._save(o)
            say(f"sluice-dp, engine {o['engine']}")
            appliance.start_dp(self, o)
            say("sluice-cp")
            appliance.start_cp(self, o)
            say("waiting for the listener")
            self.wait_ready()
        except BaseException:
            self._save(o)
            raise
        return self

    def wait_ready(self, seconds=60):
        host, port = self.addr()
        self.procs.wait_for("the listener answers", lambda: self.connects(host, port), ["dp", "cp"], seconds)

    def connects(self, host, port):
        """Whether a TCP connection from the client namespace succeeds."""
        code = f"import socket; socket.create_connection(({host!r}, {port}), 1).close()"
        return self.run_client(["/usr/bin/python3", "-c", code]).returncode == 0

    def down(self):
        self.procs.stop_all()
        self.net.down()
        shutil.rmtree(self.state, ignore_errors=True)

    # -- while it is up ---------------------------------------------------------------------------------------------------

    def options(self):
        try:
            with open(os.path.join(self.state, "lab.json")) as f:
                return json.load(f)
        except OSError:
            raise LabError(f"the lab {self.name!r} is not up: ./lab up") from None

    def _save(self, o):
        with open(os.path.join(self.state, "lab.json"), "w") as f:
            json.dump(o, f, indent=1)

    def addr(self):
        return f"{OUTSIDE}.1", self.listener_port

    def run_client(self, argv, **kw):
        """Runs a command in the client namespace; a CompletedProcess."""
        import subprocess
        kw.setdefault("capture_output", True)
        return subprocess.run(["ip", "netns", "exec", self.net.ns(CLIENT)] + self.beside() + [str(a) for a in argv], **kw)

    def beside(self, engine=None):
        """taskset arguments that keep clients and servers off the core before the first worker's, for the simulated card; empty with other engines."""
        cores = os.cpu_count()
        if engine is None:
            engine = self.options()["engine"] if os.path.exists(os.path.join(self.state, "lab.json")) else ""
        if engine != "sim" or cores < 2:
            return []
        return ["taskset", "-c", ",".join(str(i) for i in range(cores) if i != (CORE - 1) % cores)]

    def ctl(self, *args):
        return appliance.ctl(self, *args)

    def show(self, what):
        return json.loads(self.ctl("show", what, "--json"))

    def restart(self, which, kill=False):
        """Ends sluice-dp or sluice-cp (by force when kill) and starts it again as before."""
        self.stop(which, kill)
        self.start(which)

    def stop(self, which, kill=False):
        self.procs.stop(which, signal.SIGKILL if kill else signal.SIGTERM)

    def start(self, which):
        o = self.options()
        if which == "dp":
            try:
                os.unlink(f"{self.state}/dp.sock")
            except FileNotFoundError:
                pass
            appliance.start_dp(self, o)
        else:
            appliance.start_cp(self, o)

    def cpu_seconds(self, which):
        """CPU time a process has used so far (user + system), seconds."""
        pid = self.procs.pid(which)
        if pid is None:
            raise LabError(f"{which} is not running")
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_bytes(self, which):
        with open(f"/proc/{self.procs.pid(which)}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    @staticmethod
    def until(what, condition, seconds, interval=0.05):
        """Waits for a condition; a LabError when it does not come true in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(interval)
        raise LabError(f"{what}: not after {seconds} s")

