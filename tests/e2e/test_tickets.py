"""Sessions that resume: tickets and their keys over restarts and rotation, early data, HelloRetryRequest, what must not resume."""
import os
import re

import pytest

from lab.net import LabError
from labconf import appliance, config, counter, listener, quiet

ENGINES = ("soft",)

TLS = "tls:\n  versions: [TLS 1.3, TLS 1.2]\n"
LISTENERS = (
    listener("plain", 443, certificates=("www", "alt")),
    listener("shared", 444, TLS + "  tickets: {key_file: @LAB@/tickets.key}\n"),
    listener("ids", 446, TLS + "  tickets: {enabled: false}\n"),
    listener("early", 447, TLS + "  early_data: 16384\n  tickets: {key_file: @LAB@/tickets.key}\n"),
    listener("once", 448, TLS + "  single_use_tickets: true\n"),
    listener("other", 449),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tickets")
    (path / "tickets.key").write_bytes(os.urandom(160))
    (path / "tickets.key").chmod(0o600)
    return path


@pytest.fixture
def lab(_labs, folder):
    lab = appliance(_labs, folder, "tickets", config(LISTENERS).replace("@LAB@/tickets.key", f"{folder}/tickets.key"))
    yield lab
    quiet(lab)


REQUEST = b"GET /1k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Client:
    """openssl s_client, run once per connection; keeps its session in a file."""

    def __init__(self, lab, tmp_path, version):
        self.lab, self.version, self.file = lab, version, str(tmp_path / f"session{version}")
        self.tmp = tmp_path

    def run(self, port=443, *more, use=True, keep=True, name="www.sluice.test", request=REQUEST):
        """One connection; what s_client said. Fails unless it got the page."""
        argv = ["openssl", "s_client", "-connect", f"198.18.0.1:{port}", self.version, "-CAfile", f"{self.lab.state}/pki/ca.pem",
                "-verify_return_error", "-servername", name, "-ign_eof", *more]
        argv += ["-sess_in", self.file] if use else []
        argv += ["-sess_out", self.file] if keep else []
        r = self.lab.run_client(argv, input=request, timeout=60)
        assert b"HTTP/1.1 200 OK" in r.stdout, r.stdout[-1500:] + r.stderr[-1500:]
        return r.stdout.decode(errors="replace")


def resumed(said):
    """Whether the handshake resumed."""
    return re.search(r"^(New|Reused), ", said, re.M).group(1) == "Reused"


@pytest.fixture(params=["-tls1_2", "-tls1_3"])
def client(lab, tmp_path, request):
    return Client(lab, tmp_path, request.param)


def test_resumption_is_counted(lab, client):
    """By ticket in both versions, by session id where tickets are off."""
    for port in (443, 446):
        if port == 446 and client.version == "-tls1_3":
            continue  # TLS 1.3 has tickets only
        before = lab.show("stats")["control"]
        assert not resumed(client.run(port, use=False))
        assert resumed(client.run(port))
        after = lab.show("stats")["control"]
        grown = {k: after[k] - before[k] for k in ("handshakes_full", "handshakes_resumed", "tickets_opened", "session_hits")}
        by_id = port == 446
        assert grown == {"handshakes_full": 1, "handshakes_resumed": 1, "tickets_opened": not by_id, "session_hits": by_id}


def test_no_tickets_means_a_full_handshake_of_tls_1_3(lab, tmp_path):
    c = Client(lab, tmp_path, "-tls1_3")
    assert "NewSessionTicket" not in c.run(446, "-msg", use=False, keep=False)


def test_lost_ticket_keys_mean_a_full_handshake_and_no_error(lab, client):
    """sluice-cp begins with new keys; what its predecessor sealed is unknown, except under keys from a file."""
    assert not resumed(client.run(443, use=False))
    shared = Client(lab, client.tmp / "", client.version)
    shared.file += "-shared"
    assert not resumed(shared.run(444, use=False))
    lab.restart("cp", kill=True)
    lab.until("sluice-cp is attached", lambda: answers(lab), 30)
    assert resumed(shared.run(444))
    unknown = counter(lab, "tickets_unknown")
    assert not resumed(client.run(443))
    assert counter(lab, "tickets_unknown") == unknown + 1
    assert counter(lab, "handshakes_failed") == 0
    assert resumed(client.run(443))


def answers(lab):
    try:
        return lab.show("stats")["attached"] and lab.show("listeners")["configured"]
    except Exception:
        return False


def test_keys_of_a_file_rotate_with_an_overlap(lab, client, folder):
    """The file's first key seals, all of it open; keys made here rotate by age, which no test can wait for (test_ticket.c has a clock)."""
    table = lambda: next(t for t in lab.show("tickets")["listeners"] if t["listener"] == "shared")  # noqa: E731
    file = folder / "tickets.key"
    keys = os.urandom(80)
    file.write_bytes(keys)
    lab.ctl("reload")
    assert not resumed(client.run(444, use=False))
    file.write_bytes(os.urandom(80) + keys)
    lab.ctl("reload")
    old = table()["opened_old"]
    assert resumed(client.run(444, keep=False))
    assert table()["opened_old"] == old + 1
    good = os.urandom(80)
    file.write_bytes(good)
    lab.ctl("reload")
    assert not resumed(client.run(444, keep=False))
    file.write_bytes(b"x" * 79)  # garbage: the keys of before go on
    assert not resumed(client.run(444, use=False))
    with pytest.raises(LabError, match="ticket"):
        lab.ctl("reload")
    assert resumed(client.run(444, keep=False))
    file.write_bytes(good)


def test_no_resumption_across_listeners_and_names(lab, client):
    assert not resumed(client.run(443, use=False))
    assert not resumed(client.run(449, keep=False))  # the same policy, another listener
    assert not resumed(client.run(443, keep=False, name="alt.sluice.test"))  # s_client itself does not mind
    assert resumed(client.run(443, keep=False))


def test_no_resumption_by_id_across_listeners(lab, tmp_path):
    c = Client(lab, tmp_path, "-tls1_2")
    assert not resumed(c.run(446, use=False))
    assert not resumed(c.run(443, "-no_ticket", keep=False))
    assert resumed(c.run(446, keep=False))


def test_hello_retry_request(lab, client):
    """P-521 first, which nobody here has: TLS 1.3 asks again, with a new session and with a resumed one."""
    groups = ("-groups", "P-521:P-384", "-msg")
    for use in (False, True):
        said = client.run(443, *groups, use=use)
        assert resumed(said) == use
        hellos = said.count("ClientHello")
        assert hellos == (2 if client.version == "-tls1_3" else 1), said
        if client.version == "-tls1_3":
            assert re.search("Server Temp Key: (ECDH, )?(P-384|secp384r1)", said)


def test_a_ticket_of_one_use(lab, tmp_path):
    # a ticket that ends by the second in which those of another process with these key files may end counts as used
    lab.until("sluice-cp is older than that", lambda: lab.show("stats")["uptime_s"] >= 2, 30)
    c = Client(lab, tmp_path, "-tls1_3")
    seen = counter(lab, "single_use_seen")
    assert not resumed(c.run(448, use=False))
    assert resumed(c.run(448, keep=False))
    assert not resumed(c.run(448, keep=False))
    assert counter(lab, "single_use_seen") == seen + 1


def test_early_data_that_may_have_been_taken_before_is_refused(lab, tmp_path):
    """
    Ticket keys come from a file, and this process has just begun: another one may have taken the same early data a moment ago. It is
    skipped, and the connection goes on. (test_records.py has early data taken once, and its replay.)
    """
    c = Client(lab, tmp_path, "-tls1_3")
    data = tmp_path / "early"
    data.write_bytes(REQUEST)
    lab.restart("cp")
    lab.until("sluice-cp is attached", lambda: answers(lab), 30)
    c.run(447, use=False)
    said = c.run(447, "-early_data", str(data), keep=False)
    assert resumed(said) and "Early data was rejected" in said
    assert said.count("HTTP/1.1 200 OK") == 1
