"""Other people's TLS servers as processes on loopback: each listens when its constructor returns, and stop() ends it."""
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A process that listens on self.port; it is asked for connections until it takes one."""

    def __init__(self, *command, port, cwd=None, env=None):
        self.port = port
        self.log = tempfile.NamedTemporaryFile(prefix=f"server-{port}-", suffix=".log", dir=cwd)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.STDOUT, cwd=cwd, env=env)
        deadline = time.monotonic() + 60
        while not self._takes():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not listen: {self.text()}")

    def _takes(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
            return True
        except OSError:
            return False

    def text(self):
        self.log.flush()
        with open(self.log.name, errors="replace") as f:
            return f.read()

    def say(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def openssl(cert, *args, www=True):
    """args may raise or lower everything; old versions need @SECLEVEL=0 in their ciphers."""
    port = free_port()
    return Server("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert[0], "-key", cert[1], *(["-www"] if www else []), *args, port=port)


def gnutls(cert, priority, *args):
    port = free_port()
    return Server("gnutls-serv", "--http", "--port", str(port), "--x509certfile", cert[0], "--x509keyfile", cert[1], "--priority", priority, *args, port=port)


def nginx(cert, folder, more=""):
    port = free_port()
    folder = os.path.join(str(folder), f"nginx-{port}")
    os.makedirs(folder)
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(f"""daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{ }}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; {more} location / {{ return 200 "from nginx"; }} }} }}
""")
    return Server("/usr/sbin/nginx", "-p", folder, "-c", conf, "-e", "stderr", port=port)


def _pem(cert, folder, port):
    path = os.path.join(str(folder), f"both-{port}.pem")
    with open(path, "w") as out:
        for part in cert[:2]:
            with open(part) as f:
                out.write(f.read())
    return path


def haproxy(cert, folder, more=""):
    port = free_port()
    conf = os.path.join(str(folder), f"haproxy-{port}.cfg")
    with open(conf, "w") as f:
        f.write(f"""defaults
  mode http
  timeout client 10s
  timeout connect 10s
  timeout server 10s
frontend f
  bind 127.0.0.1:{port} ssl crt {_pem(cert, folder, port)} {more}
  http-request return status 200 content-type text/plain string "from haproxy"
""")
    return Server("/usr/sbin/haproxy", "-db", "-f", conf, port=port)


def stunnel(cert, folder, behind):
    port = free_port()
    conf = os.path.join(str(folder), f"stunnel-{port}.conf")
    with open(conf, "w") as f:
        f.write(f"foreground = yes\npid =\n[tls]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{behind}\ncert = {cert[0]}\nkey = {cert[1]}\n")
    return Server("/usr/bin/stunnel4", conf, port=port)


def nss(cert, folder, *args):
    """selfserv of NSS: its keys live in a database."""
    port = free_port()
    db = os.path.join(str(folder), f"nss-{port}")
    os.makedirs(db)
    p12 = os.path.join(db, "key.p12")
    for command in (["certutil", "-N", "-d", f"sql:{db}", "--empty-password"],
                    ["openssl", "pkcs12", "-export", "-in", cert[0], "-inkey", cert[1], "-name", "server", "-passout", "pass:x", "-out", p12],
                    ["pk12util", "-i", p12, "-d", f"sql:{db}", "-W", "x"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Server("selfserv", "-d", f"sql:{db}", "-p", str(port), *args, port=port)


OPENSSL35 = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "matrix", "openssl35"))
PAGE_BY_PYOPENSSL = """
import socket, sys
from OpenSSL import SSL
context = SSL.Context(SSL.TLS_SERVER_METHOD)
context.use_certificate_chain_file(sys.argv[2])
context.use_privatekey_file(sys.argv[3])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    conn = SSL.Connection(context, listener.accept()[0])
    conn.set_accept_state()
    try:
        conn.recv(4096)
        conn.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + SSL.SSLeay_version(SSL.SSLEAY_VERSION))
        conn.shutdown()
    except SSL.Error:
        pass
    conn.close()
"""


def openssl35(cert):
    """OpenSSL 3.5 with default settings, where the matrix could fetch it."""
    port = free_port()
    env = dict(os.environ, PYTHONPATH=OPENSSL35)
    return Server("/usr/bin/python3", "-c", PAGE_BY_PYOPENSSL, str(port), cert[0], cert[1], port=port, env=env)


class PythonServer:
    """Python's ssl module: answers one line to every connection."""

    def __init__(self, cert, alpn=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert[0], cert[1])
        if alpn:
            context.set_alpn_protocols(alpn)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = context
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                conn = self.listener.accept()[0]
            except OSError:
                return
            try:
                with self.context.wrap_socket(conn, server_side=True) as tls:
                    tls.recv(4096)
                    tls.sendall(b"HTTP/1.0 200 OK\r\n\r\nfrom python")
                    tls.unwrap()
            except OSError:
                conn.close()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
