"""The appliance of the lab: sluice-dp on two ports in its namespace, sluice-cp beside it, and what both are configured with."""
import os
import secrets
import shutil
import subprocess

from . import pki
from .net import INSIDE, OUTSIDE, SERVERS, LabError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def binary(name):
    path = os.path.join(ROOT, os.environ.get("BUILD", "build"), "bin", name)
    if not os.path.exists(path):
        raise LabError(f"{name} is not built: run `make all` first ({path} is missing)")
    return path


def library(name):
    return os.path.join(ROOT, os.environ.get("BUILD", "build"), "lib", name)


def write_config(lab, profile, only_leaf=None, only_version=None, card_timeout_ms=60000):
    """
    The sluice.yaml of the lab; --config replaces it. only_leaf, only_version: one certificate, one version ("1.3"). Its time-outs are longer
    than the default ones: a simulated card on a busy machine takes its time, and no handshake is to end by that.
    """
    certs = pki.make(os.path.join(lab.state, "pki"))
    kek = os.path.join(lab.state, "device.kek")
    if not os.path.exists(kek):
        with open(os.open(kek, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as f:
            f.write(secrets.token_bytes(32))
    servers = "\n".join(f"      - address: {INSIDE}.{2 + i}\n        port: 80" for i in range(SERVERS))
    certificates = "\n".join(f"      - chain: {certs}/{leaf}.pem\n        key: {certs}/{leaf}.key" for leaf in ([only_leaf] if only_leaf else pki.LEAVES))
    tls = f"    tls:\n      versions: [\"{only_version}\"]\n" if only_version else ""
    path = os.path.join(lab.state, "sluice.yaml")
    with open(path, "w") as f:
        f.write(f"""# The lab's configuration.
dataplane:
  socket: {lab.state}/dp.sock
management:
  socket: {lab.state}/manage.sock
device:
  kek: {kek}
  timeout_ms: {card_timeout_ms}
limits:
  control_wait_ms: 15000
interfaces:
  - name: outside
    port: 0
    address: {OUTSIDE}.1/24
  - name: inside
    port: 1
    address: {INSIDE}.1/24
listeners:
  - name: https
    address: {OUTSIDE}.1
    port: 443
    profile: {profile}
    allow_insecure: {"true" if profile in ("legacy", "museum") else "false"}
    handshake_timeout_ms: 120000
    pool: web
{tls}    certificates:
{certificates}
pools:
  - name: web
    servers:
{servers}
""")
    return path, kek


def use_config(lab, source, path):
    """Puts a configuration of the user's own in place of the lab's; @LAB@ in it stands for the lab's folder."""
    try:
        with open(source) as f:
            text = f.read()
    except OSError as e:
        raise LabError(f"--config {source}: {e.strerror}") from None
    with open(path, "w") as f:
        f.write(text.replace("@LAB@", lab.state))
    r = subprocess.run([binary("sluice-cp"), "--check", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if r.returncode != 0:
        raise LabError(f"--config {source}:\n{r.stdout.rstrip()}\n(the lab's folder, with pki/, dp.sock, manage.sock and device.kek, is @LAB@)")


def start_dp(lab, o):
    """sluice-dp on the two ports; its log says when it is ready."""
    if o["port"] == "af_xdp":
        vdevs = [f"net_af_xdp{i},iface={dev}" for i, dev in enumerate(("out1", "in1"))]
    else:
        vdevs = [f"net_af_packet{i},iface={dev},qdisc_bypass=1,framesz=9216,blocksz=36864,framecnt=1024" if o["mtu"] > 1900 else
                 f"net_af_packet{i},iface={dev},qdisc_bypass=1,framecnt=2048" for i, dev in enumerate(("out1", "in1"))]
    eal = ["--lcores", o["lcores"], "--no-pci", "--iova-mode=va", "--in-memory", "--file-prefix", f"sluice-{lab.name}",
           "--log-level", "*:warning"]
    eal += [a for v in vdevs for a in ("--vdev", v)]
    if o["engine"] == "sim":
        device = f"crypto_sluice0,transport=sim,lib={library('libsluice_sim.so')},kek={lab.state}/device.kek"
        if o.get("device_args"):
            device += "," + o["device_args"]
        # DPDK refuses plug-ins below a folder that everybody may write to (a clone in /tmp): it loads a copy from the lab's own
        plugin = shutil.copy(library("librte_crypto_sluice.so"), lab.state)
        eal += ["-d", plugin, "--vdev", device]
    engine = {"sim": "fpga"}.get(o["engine"], o["engine"])
    own = ["--socket", f"{lab.state}/dp.sock", "--engine", engine, "--workers", o["workers"], "--mtu", o["mtu"]] + o["dp_args"]
    lab.procs.start("dp", [binary("sluice-dp")] + eal + ["--"] + own, ns=lab.net.ns("appliance"), env=o.get("env"))
    lab.procs.wait_for("sluice-dp opens its socket", lambda: os.path.exists(f"{lab.state}/dp.sock"), ["dp"], 60)


def start_cp(lab, o):
    pin = ["taskset", "-c", o["pin"]] if o.get("pin") is not None else []
    lab.procs.start("cp", pin + [binary("sluice-cp"), o["config"]], ns=lab.net.ns("appliance"), env=o.get("env"))


def ctl(lab, *args, check=True):
    """sluicectl against this lab; returns its output."""
    r = subprocess.run([binary("sluicectl"), "--socket", f"{lab.state}/manage.sock", *args], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, timeout=60)
    if check and r.returncode != 0:
        raise LabError(f"sluicectl {' '.join(args)}: {r.stderr.strip() or r.stdout.strip()}")
    return r.stdout
