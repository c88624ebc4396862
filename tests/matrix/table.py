"""
The rows of the matrix: which peer, in which role, with which version, suite, group and certificate, on which engine. Generated from
what each peer says it can do and from Sluice's own list of suites; nothing is written twice.

role "server": Sluice serves, the peer is the client. role "client": Sluice connects to the peer behind it.
"""
from collections import namedtuple

import suites

VERSIONS = ["2.0", "3.0", "1.0", "1.1", "1.2", "1.3"]
PORTS = {"modern": 443, "compatible": 8443, "legacy": 9443, "museum": 10443}
HOSTS = {"RSA": "www.sluice.test", "ECDSA": "ec.sluice.test", "ED25519": "ed.sluice.test"}

Row = namedtuple("Row", "engine role peer version suite group host port")


def row_id(r):
    return "-".join(str(x) for x in (r.engine, r.role, r.peer, r.version, r.suite, r.group or "", r.host.split(".")[0]) if x)


def hosts_for(suite, version):
    if version == "1.3":
        return [HOSTS["RSA"], HOSTS["ECDSA"]] if suite.alg == "AES128_GCM" else [HOSTS["RSA"]]
    return [HOSTS["ECDSA"] if suite.auth == "ECDSA" else HOSTS["RSA"]]


def server_rows(peers, engine):
    """peers: objects of clients.py."""
    rows = []
    for peer in peers:
        for version in peer.versions:
            for s in suites.all_suites():
                if not suites.in_version(s, version) or not peer.has(s, version):
                    continue
                port = PORTS[suites.profile_of(s, version)]
                for group in peer.groups(s, version):
                    rows += [Row(engine, "server", peer.name, version, s.name, group, host, port) for host in hosts_for(s, version)]
    return rows


def client_rows(servers, engine):
    """servers: classes of behind.py. One row for each record protection, key exchange and version."""
    rows = []
    for server in servers:
        for version in server.versions:
            for s in suites.all_suites():
                if suites.in_version(s, version) and server.has(s, version):
                    rows.append(Row(engine, "client", server.name, version, s.name, None, "backend.sluice.test", None))
    kinds, out = set(), []
    by_name = {s.name: s for s in suites.all_suites()}
    for r in rows:
        s = by_name[r.suite]
        kind = (r.peer, r.version, s.alg, s.kx)
        if kind not in kinds:
            kinds.add(kind)
            out.append(r)
    return out


def thinned(rows):
    """One row of each kind (peer, version, record protection): for engines where every handshake takes its time."""
    seen, out = set(), []
    algs = {s.name: s.alg for s in suites.all_suites()}
    for r in rows:
        key = (r.peer, r.version, algs.get(r.suite, r.suite))
        if key not in seen:
            seen.add(key)
            out.append(r)
    return out
