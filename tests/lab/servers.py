"""The servers behind the appliance: an unmodified nginx with a page, files of known content, and an upload that answers its size."""
import os
import random

from . import pki
from .net import INSIDE, SERVERS, LabError, sh

FILES = {"1k.bin": 1 << 10, "64k.bin": 64 << 10, "1m.bin": 1 << 20, "10m.bin": 10 << 20}

CONF = """worker_processes 1;
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/log/nginx-error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush off;
    keepalive_timeout 3600;
    send_timeout 3600;
    keepalive_requests 1000000;
    client_max_body_size 64m;
    client_body_temp_path {dir}/nginx-body;
    proxy_temp_path {dir}/nginx-proxy;
    fastcgi_temp_path {dir}/nginx-fcgi;
    uwsgi_temp_path {dir}/nginx-uwsgi;
    scgi_temp_path {dir}/nginx-scgi;
    default_type application/octet-stream;
    types {{ text/html html; text/plain txt; }}
    server {{
{listens}
        root {dir}/www;
        location = /echo-size {{
            client_body_in_file_only off;
            client_body_buffer_size 64k;
            proxy_pass http://127.0.0.1:8099/sink;
            add_header X-Body-Bytes $request_length always;
        }}
        location = /who {{ default_type text/plain; return 200 "$server_addr\\n"; }}
    }}
    server {{
{listens_tls}
        ssl_certificate {dir}/pki/backend.pem;
        ssl_certificate_key {dir}/pki/backend.key;
        ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
        ssl_ciphers ALL:@SECLEVEL=0;
        ssl_session_cache shared:behind:1m;
        root {dir}/www;
        location = /who {{ default_type text/plain; return 200 "$server_addr $ssl_protocol $ssl_cipher $ssl_session_reused\n"; }}
    }}
    server {{
        listen 127.0.0.1:8099;
        location = /sink {{ default_type text/plain; return 200 "$http_content_length\\n"; }}
    }}
}}
"""


def write_site(state):
    """Pages and files of fixed content (seeded), so that a test can tell a flipped byte."""
    www = os.path.join(state, "www")
    os.makedirs(www, exist_ok=True)
    with open(os.path.join(www, "index.html"), "w") as f:
        f.write("<!doctype html><title>Sluice</title><h1>Served through the appliance</h1>\n")
    for name, size in FILES.items():
        path = os.path.join(www, name)
        if not os.path.exists(path) or os.path.getsize(path) != size:
            with open(path, "wb") as f:
                f.write(random.Random(name).randbytes(size))
    return www


def start_nginx(lab, prefix=()):
    for d in ("log", "nginx-body", "nginx-proxy", "nginx-fcgi", "nginx-uwsgi", "nginx-scgi"):
        os.makedirs(os.path.join(lab.state, d), exist_ok=True)
    os.chmod(lab.state, 0o755)
    write_site(lab.state)
    conf = os.path.join(lab.state, "nginx.conf")
    listens = "\n".join(f"        listen {INSIDE}.{2 + i}:80;" for i in range(SERVERS))
    listens_tls = "\n".join(f"        listen {INSIDE}.{2 + i}:443 ssl;" for i in range(SERVERS))
    pki.make(os.path.join(lab.state, "pki"))
    with open(conf, "w") as f:
        f.write(CONF.format(dir=lab.state, listens=listens, listens_tls=listens_tls))
    sh("nginx", "-t", "-q", "-c", conf, ns=lab.net.ns("server"))
    lab.procs.start("nginx", [*prefix, "nginx", "-c", conf], ns=lab.net.ns("server"))

    def answers():
        try:
            return sh("curl", "-sf", "-m", "10", f"http://{INSIDE}.2/who", ns=lab.net.ns("server")).strip() == f"{INSIDE}.2"
        except LabError:
            return False

    lab.procs.wait_for("nginx answers", answers, ["nginx"], 60)
