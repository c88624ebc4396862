#!/usr/bin/python3
"""`make demo`: an unmodified curl fetches through the appliance from an unmodified nginx; every RSA, PRF, HMAC, CBC and GCM operation is
executed by the simulated card. Ends with a table read from the card's own counters."""
import hashlib
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.lab import Lab, LabError  # noqa: E402

SUITES = [("AES128-SHA", "CBC + HMAC-SHA1"), ("AES256-SHA256", "CBC + HMAC-SHA256"), ("AES128-GCM-SHA256", "GCM")]


def say(text):
    print(text, flush=True)


def client_defaults(lab):
    """libssl's defaults for curl, without encrypt-then-MAC: the card has MAC-then-encrypt, what it lacks software would do."""
    path = os.path.join(lab.state, "openssl.cnf")
    with open(path, "w") as f:
        f.write("openssl_conf = d\n[d]\nssl_conf = s\n[s]\nsystem_default = t\n[t]\nOptions = -EncryptThenMac\n")
    return path


def fetch(lab, path, suite, name="www.sluice.test"):
    """One curl; (seconds, bytes, sha256). Fails loudly."""
    out = os.path.join(lab.state, "fetched")
    argv = ["curl", "-sS", "--cacert", f"{lab.state}/pki/ca.pem", "--resolve", f"{name}:443:198.18.0.1", "--tls-max", "1.2",
            "--ciphers", suite + ":@SECLEVEL=0", "-o", out, "-w", "%{http_code} %{time_appconnect} %{time_total}", f"https://{name}{path}"]
    say(f"  client$ curl --tls-max 1.2 --ciphers {suite} https://{name}{path}")
    r = lab.run_client(argv, text=True, timeout=240, env=dict(os.environ, OPENSSL_CONF=client_defaults(lab)))
    if r.returncode != 0 or not r.stdout.startswith("200 "):
        raise LabError(f"curl: {r.stderr.strip()} {r.stdout}")
    _, handshake, total = r.stdout.split()
    with open(out, "rb") as f:
        data = f.read()
    return float(handshake), float(total), len(data), hashlib.sha256(data).hexdigest()


def engine_table(lab):
    """The card's counters as sluicectl gives them."""
    e = lab.show("engines")
    rows = [("engine", "operations", "bytes", "busy cycles", "bytes/cycle", "failed")]
    for x in e["engines"]:
        per = f"{x['bytes'] / x['cycles']:.2f}" if x["cycles"] else "-"
        rows.append((x["name"], f"{x['ops']:,}", f"{x['bytes']:,}", f"{x['cycles']:,}", per, f"{x['failed']:,}"))
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for n, r in enumerate(rows):
        say("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths))))
        if n == 0:
            say("  " + "  ".join("-" * w for w in widths))
    return e


def main():
    lab = Lab("demo")
    t0 = time.monotonic()
    try:
        say("Sluice demo: packets through DPDK, handshakes in sluice-cp, all cryptography on the simulated card\n")
        lab.up(say=lambda s: say(f"  lab: {s}"), engine="sim")
        say("")
        for suite, what in SUITES:
            handshake, total, size, _ = fetch(lab, "/", suite)
            say(f"          page of {size} bytes; {what}; TLS handshake {handshake:.2f} s, all {total:.2f} s of wall time\n")
        with open(f"{lab.state}/www/10m.bin", "rb") as f:
            want = hashlib.sha256(f.read()).hexdigest()
        for suite, what in (SUITES[2], SUITES[0]):
            handshake, total, size, digest = fetch(lab, "/10m.bin", suite)
            if digest != want:
                raise LabError("the file arrived damaged")
            say(f"          {size:,} bytes, SHA-256 as on the server; {what}; {size / (total - handshake) / 1e6:.1f} MB/s of wall time\n")
        say("the card's own counters (sluicectl show engines):\n")
        # counters travel once a second: wait until they have settled
        seen = []

        def settled():
            seen.append(lab.show("engines")["engines"])
            return len(seen) > 1 and seen[-1] == seen[-2]

        lab.until("counters settle", settled, 20, 1.1)
        e = engine_table(lab)
        cycles, sim = e["device_cycles"], e["sim_seconds"]
        say(f"\n  device clock {cycles:,} cycles = {cycles / 250e6:.3f} s at an assumed 250 MHz (not placed); simulated in {sim:.1f} s of wall time"
            f" ({cycles / sim / 1e6:.2f} M cycles/s); whole demo {time.monotonic() - t0:.0f} s")
        if any(x["name"] == "soft" and x["ops"] for x in e["engines"]):
            raise LabError("software did some of the cryptography")
        if e["state"] != "running":
            raise LabError(f"the card is {e['state']}")
        return 0
    except LabError as err:
        print(f"demo: {err}", file=sys.stderr)
        return 1
    finally:
        lab.down()


if __name__ == "__main__":
    sys.exit(main())
