"""nginx and HAProxy as TLS proxies in the appliance's place: same namespaces, addresses, certificate, suite and server behind."""
import os

from lab import pki, servers
from lab.lab import Lab
from lab.net import DUT, INSIDE, OUTSIDE, SERVERS, sh

SUITE = "AES128-GCM-SHA256"

NGINX = """worker_processes 1;
daemon off;
pid {dir}/peer-nginx.pid;
error_log {dir}/log/peer-error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    proxy_buffering on;
    client_body_temp_path {dir}/peer-body;
    proxy_temp_path {dir}/peer-proxy;
    fastcgi_temp_path {dir}/peer-fcgi;
    uwsgi_temp_path {dir}/peer-uwsgi;
    scgi_temp_path {dir}/peer-scgi;
    proxy_max_temp_file_size 0;
    upstream web {{ {upstream} keepalive 64; }}
    server {{
        listen {ip}:443 ssl;
        ssl_certificate {pki}/{leaf}.pem;
        ssl_certificate_key {pki}/{leaf}.key;
        ssl_protocols {nginx_versions};
        ssl_ciphers {suite}:@SECLEVEL=0;
        ssl_session_cache shared:s:16m;
        ssl_session_tickets {tickets};
        location / {{ proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""

HAPROXY = """global
    nbthread 1
    maxconn 8192
    tune.ssl.default-dh-param 2048
    tune.ssl.cachesize 20000
    ssl-default-bind-ciphers {suite}:@SECLEVEL=0
    ssl-default-bind-options ssl-min-ver {haproxy_version} ssl-max-ver {haproxy_version}{haproxy_tickets}
defaults
    mode {mode}
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend f
    bind {ip}:443 ssl crt {dir}/www-both.pem{alpn}
    default_backend b
backend b
    balance roundrobin
{servers}
"""


class PeerLab(Lab):
    """A lab whose appliance namespace holds a kernel address and one of the peers, with one version and one certificate."""

    def __init__(self, kind, tls="1.2", leaf="www"):
        super().__init__("bench")
        self.kind = kind
        self.leaf = leaf
        self.settings = {"suite": f"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:{SUITE}", "leaf": leaf, "nginx_versions": f"TLSv{tls}", "haproxy_version": f"TLSv{tls}",
                         "tickets": "on" if tls == "1.3" else "off", "haproxy_tickets": "" if tls == "1.3" else " no-tls-tickets", "alpn": ""}

    def up(self, say=lambda s: None, mtu=1500, cpu=0, **_):
        self.down()
        os.makedirs(self.state, exist_ok=True)
        self.net.up(mtu, False)
        ns = self.net.ns(DUT)
        for dev, ip in (("out1", OUTSIDE), ("in1", INSIDE)):
            sh("ip", "addr", "add", f"{ip}.1/24", "dev", dev, ns=ns)
            sh("ip", "link", "set", dev, "arp", "on", ns=ns)
        servers.start_nginx(self)
        certs = pki.make(os.path.join(self.state, "pki"))
        if self.kind == "nginx":
            for d in ("body", "proxy", "fcgi", "uwsgi", "scgi"):
                os.makedirs(f"{self.state}/peer-{d}", exist_ok=True)
            text = NGINX.format(dir=self.state, pki=certs, ip=f"{OUTSIDE}.1", **self.settings,
                                upstream=" ".join(f"server {INSIDE}.{2 + i}:80;" for i in range(SERVERS)))
            argv = ["nginx", "-c", f"{self.state}/peer.conf"]
        else:
            with open(f"{self.state}/www-both.pem", "w") as f:
                f.write(open(f"{certs}/{self.leaf}.pem").read() + open(f"{certs}/{self.leaf}.key").read())
            text = HAPROXY.format(dir=self.state, ip=f"{OUTSIDE}.1", mode="tcp", **self.settings,
                                  servers="\n".join(f"    server s{i} {INSIDE}.{2 + i}:80" for i in range(SERVERS)))
            argv = ["haproxy", "-db", "-f", f"{self.state}/peer.conf"]
        with open(f"{self.state}/peer.conf", "w") as f:
            f.write(text)
        self.procs.start("peer", ["taskset", "-c", cpu] + argv, ns=ns)
        self.procs.wait_for(f"{self.kind} answers", lambda: self.connects(*self.addr()), ["peer"], 20)
        return self

    def server_processes(self):
        """Every process of the peer: nginx's worker is a child of its master."""
        root = self.procs.pid("peer")
        pids, todo = [], [root]
        while todo:
            pid = todo.pop()
            pids.append(pid)
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as f:
                    todo += [int(c) for c in f.read().split()]
        return pids
