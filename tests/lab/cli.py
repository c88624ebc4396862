"""./lab on the command line."""
import argparse
import os
import sys

from .lab import Lab, LabError, parse_impair

EPILOG = """examples:
  ./lab up --engine sim                        the appliance with the simulated card
  ./lab exec client -- curl -k https://198.18.0.1/
  ./lab up --impair loss=1%,reorder=1%,dup=0.1%,delay=2ms
  ./lab status; ./lab logs cp; ./lab addr; ./lab down

roles: client, server, appliance (and wire, when impaired). SLUICE_LAB names the lab (default: lab), so several can stand side by side.
Everything is in namespaces without a default route: nothing leaves this machine."""


def parser():
    p = argparse.ArgumentParser(prog="lab", description="A network on this machine: client, appliance, servers.", epilog=EPILOG,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(dest="verb", required=True)
    up = sub.add_parser("up", help="bring everything up; cleans up a crashed run first")
    up.add_argument("--engine", choices=("sim", "soft", "null"), default="sim", help="who does the cryptography (default: sim, the simulated card)")
    up.add_argument("--profile", default="legacy", help="TLS profile of the listener (default: legacy, for clients and suites of every age)")
    up.add_argument("--config", help="a sluice.yaml of your own instead of the lab's; @LAB@ in it is the lab's folder")
    up.add_argument("--workers", type=int, default=1)
    up.add_argument("--port", choices=("af_xdp", "af_packet"), default="af_packet", help="DPDK driver of the two ports")
    up.add_argument("--mtu", type=int, default=1500)
    up.add_argument("--impair", default="", metavar="RULES", help="loss=1%%,reorder=1%%,dup=0.1%%,delay=2ms,seed=1 on the outside leg")
    up.add_argument("dp_args", nargs="*", help="after --: more options for sluice-dp")
    ex = sub.add_parser("exec", help="run a command in a role's namespace: exec client -- CMD")
    ex.add_argument("role", choices=("client", "server", "appliance", "wire"))
    ex.add_argument("command", nargs=argparse.REMAINDER)
    sub.add_parser("status", help="processes and addresses")
    lg = sub.add_parser("logs", help="print a process's log")
    lg.add_argument("name", nargs="?", choices=("dp", "cp", "nginx", "relay"))
    lg.add_argument("-f", "--follow", action="store_true")
    sub.add_parser("addr", help="address and port of the listener")
    ctl = sub.add_parser("ctl", help="sluicectl against this lab: ctl show stats")
    ctl.add_argument("args", nargs=argparse.REMAINDER)
    sub.add_parser("down", help="end every process, remove every namespace and file")
    return p


def run(a, lab):
    if a.verb == "up":
        if a.workers < 1:
            raise LabError("--workers: expected at least 1")
        lab.up(say=lambda s: print(f"lab: {s}", flush=True), engine=a.engine, profile=a.profile, config=a.config, workers=a.workers,
               port=a.port, mtu=a.mtu, impair=parse_impair(a.impair), dp_args=a.dp_args)
        print("lab: up; listener %s:%d" % lab.addr())
    elif a.verb == "exec":
        command = a.command[1:] if a.command[:1] == ["--"] else a.command
        if not command:
            raise LabError("exec: no command; e.g. ./lab exec client -- curl -k https://198.18.0.1/")
        lab.options()
        os.execvp("ip", ["ip", "netns", "exec", lab.net.ns(a.role)] + lab.beside() + command)
    elif a.verb == "status":
        o = lab.options()
        print(f"engine {o['engine']}, profile {o['profile']}, port {o['port']}, mtu {o['mtu']}, workers {o['workers']}"
              + (f", impaired {o['impair']}" if o["impair"] else ""))
        for name in lab.procs.load():
            print(f"{name:6} {'running, pid %d' % lab.procs.pid(name) if lab.procs.alive(name) else 'DEAD (./lab logs %s)' % name}")
        print("listener %s:%d" % lab.addr())
        return 0 if all(lab.procs.alive(n) for n in lab.procs.load()) else 1
    elif a.verb == "logs":
        lab.options()
        names = [a.name] if a.name else list(lab.procs.load())
        paths = [lab.procs.log_path(n) for n in names if os.path.exists(lab.procs.log_path(n))]
        os.execvp("tail", ["tail", "-n", "+1"] + (["-F"] if a.follow else []) + paths)
    elif a.verb == "addr":
        lab.options()
        print("%s:%d" % lab.addr())
    elif a.verb == "ctl":
        lab.options()
        sys.stdout.write(lab.ctl(*a.args))
    elif a.verb == "down":
        lab.down()
    return 0


def main():
    a = parser().parse_args()
    lab = Lab(os.environ.get("SLUICE_LAB", "lab"))
    try:
        return run(a, lab)
    except LabError as e:
        print(f"lab: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
