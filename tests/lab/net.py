"""The lab's network: namespaces, the two legs as veth pairs, and the optional impaired wire.

    client ns                       appliance ns                    server ns
    out0 198.18.0.2/24  ── veth ──  out1      in1  ── veth ──  in0 198.19.0.2/24
         fd00:18::2/64   (or through the wire ns: relay between two veth pairs)

The appliance's addresses (.1) belong to sluice-dp, not to the kernel. Nothing has a default route.
"""
import subprocess

CLIENT, SERVER, DUT, WIRE = "client", "server", "appliance", "wire"
OUTSIDE, INSIDE = "198.18.0", "198.19.0"
OUTSIDE6, INSIDE6 = "fd00:18::", "fd00:19::"
SERVERS = 3  # addresses .2 … of the server namespace


class LabError(Exception):
    """What went wrong and what to do about it, for people."""


def sh(*argv, check=True, ns=None, **kw):
    """Runs a command, in a namespace if one is named; returns its stdout."""
    argv = [str(a) for a in argv]
    if ns:
        argv = ["ip", "netns", "exec", ns] + argv
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)
    if check and r.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {r.stderr.strip() or r.stdout.strip() or 'failed'}")
    return r.stdout


class Net:
    """The namespaces of one lab; all carry its name, so that several labs can stand side by side."""

    def __init__(self, name):
        self.name = name

    def ns(self, role):
        return f"sluice-{self.name}-{role}"

    def existing(self):
        return [line.split()[0] for line in sh("ip", "netns", "list").splitlines() if line.startswith(f"sluice-{self.name}-")]

    def up(self, mtu, wire):
        for role in [CLIENT, SERVER, DUT] + ([WIRE] if wire else []):
            sh("ip", "netns", "add", self.ns(role))
            sh("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_ra=0",
               "net.ipv4.conf.all.promote_secondaries=1", ns=self.ns(role))
            self._ip(role, ["link set lo up"])
        if wire:
            self._pair(CLIENT, "out0", WIRE, "w0", mtu)
            self._pair(WIRE, "w1", DUT, "out1", mtu)
        else:
            self._pair(CLIENT, "out0", DUT, "out1", mtu)
        self._pair(SERVER, "in0", DUT, "in1", mtu)
        for role, dev, v4, v6, count in [(CLIENT, "out0", OUTSIDE, OUTSIDE6, 1), (SERVER, "in0", INSIDE, INSIDE6, SERVERS)]:
            self._ip(role, [line for i in range(count) for line in (f"addr add {v4}.{2 + i}/24 dev {dev}", f"addr add {v6}{2 + i}/64 dev {dev} nodad")])

    def _ip(self, role, lines):
        """Commands of ip, all by one process."""
        sh("ip", "-n", self.ns(role), "-batch", "-", input="\n".join(lines) + "\n")

    def _pair(self, role_a, dev_a, role_b, dev_b, mtu):
        sh("ip", "link", "add", dev_a, "netns", self.ns(role_a), "type", "veth", "peer", "name", dev_b, "netns", self.ns(role_b))
        for role, dev in [(role_a, dev_a), (role_b, dev_b)]:
            ns = self.ns(role)
            own = role in (DUT, WIRE)  # the kernel of these namespaces keeps out of the traffic
            if own:
                sh("sysctl", "-qw", f"net.ipv6.conf.{dev}.disable_ipv6=1", ns=ns)
            # frames must cross as the wire would carry them: one segment each, with their checksums
            sh("ethtool", "-K", dev, "tx", "off", "tso", "off", "gso", "off", "gro", "off", ns=ns)
            self._ip(role, ([f"link set {dev} arp off"] if own else []) + [f"link set {dev} mtu {mtu} up"])

    def down(self):
        for ns in self.existing():
            sh("ip", "netns", "del", ns, check=False)
