"""Appliance configurations for tests that need one of their own, as text; @LAB@ in it is the lab's folder."""
from conftest import bring_up, checked

HEAD = """\
dataplane:
  socket: @LAB@/dp.sock
management:
  socket: @LAB@/manage.sock
device:
  kek: @LAB@/device.kek
  timeout_ms: 60000
interfaces:
  - name: outside
    port: 0
    address: 198.18.0.1/24
  - name: inside
    port: 1
    address: 198.19.0.1/24
"""


def indented(text, by):
    return "".join(" " * by + line + "\n" for line in text.strip("\n").splitlines())


def listener(name, port, more="", profile="modern", pool="web", certificates=("www",)):
    """One listener; more: keys of its own, from column 0. No handshake is to end because the machine is busy, unless a test says when."""
    if "handshake_timeout_ms" not in more:
        more = "handshake_timeout_ms: 120000\n" + more
    certs = "".join(c if c.startswith("{") else f"{{chain: @LAB@/pki/{c}.pem, key: @LAB@/pki/{c}.key}}, " for c in certificates)
    insecure = "allow_insecure: true\n" if profile in ("legacy", "museum") else ""
    return (f"  - name: {name}\n" + indented(f"address: 198.18.0.1\nport: {port}\nprofile: {profile}\npool: {pool}\n"
                                             f"certificates: [{certs}]\n{insecure}{more}", 4))


def pool(name="web", port=80, more="", address="198.19.0.2"):
    return f"  - name: {name}\n    servers: [{{address: {address}, port: {port}}}]\n" + (indented(more, 4) if more else "")


def config(listeners, pools=(pool(),), more=""):
    return HEAD + more + "listeners:\n" + "".join(listeners) + "pools:\n" + "".join(pools)


def appliance(labs, folder, key, text, engine="soft", **options):
    """The lab that runs this configuration; brought up if another one is there."""
    path = folder / f"{key}.yaml"
    path.write_text(text)
    return checked(bring_up(labs, (engine, key), engine=engine, config=str(path), **options))


def counter(lab, name, part="control"):
    return lab.show("stats")[part].get(name, 0)


def grows(lab, name, by=1, part="dataplane", seconds=30):
    """A context: when it ends, the counter must have grown by so much (the dataplane tells its counters once a second)."""
    return _Grows(lab, name, by, part, seconds)


class _Grows:
    def __init__(self, lab, name, by, part, seconds):
        self.lab, self.name, self.by, self.part, self.seconds = lab, name, by, part, seconds

    def __enter__(self):
        self.before = counter(self.lab, self.name, self.part)

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.lab.until(f"{self.name} grows by {self.by}", lambda: counter(self.lab, self.name, self.part) >= self.before + self.by, self.seconds)


def quiet(lab, seconds=60):
    """Nothing is left: no connection, no handshake, no operation."""
    def gone():
        c = lab.show("connections")
        s = lab.show("stats")
        return (int(c["total"]), int(c["handshakes"]), s["control"]["connections_known"], s["control"]["operations_in_flight"],
                s["control"]["verifications_in_flight"], s["dataplane"].get("connections", 0)) == (0, 0, 0, 0, 0, 0)
    lab.until("every connection is forgotten", gone, seconds)
