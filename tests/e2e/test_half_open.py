"""Ten thousand handshakes that nobody finishes: bounded memory, the oldest go first, connections that are there do not feel it."""
import resource
import select
import socket
import struct
import threading

import pytest

from clientnet import Wire, context, get, in_ns, last_alert, read_to_end, records, tls
from labconf import appliance, config, counter, listener, quiet
from test_bulk import content

ENGINES = ("soft",)
ALL, MOST = 10000, 8000  # half-open handshakes, and how many may be under way

LISTENERS = (listener("https", 443, "handshake_timeout_ms: 600000"), listener("hasty", 444, "handshake_timeout_ms: 1500"))


@pytest.fixture
def lab(_labs, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * ALL)), hard))
    return appliance(_labs, tmp_path, "half-open", config(LISTENERS, more=f"limits:\n  max_handshakes: {MOST}\n"))


def hello(lab):
    w = Wire(lab)
    w.step(w.tls.do_handshake)
    out = w.pending()
    w.close()
    return out


def halves(whole):
    """What a client may stop after: nothing, half of a record, a whole record with half of a message."""
    body = records(whole)[0][0][2]
    part = body[:len(body) // 2]
    return b"", whole[:len(whole) // 2], struct.pack(">BHH", 22, 0x0301, len(part)) + part


def half_open(lab, count, sends, port=443):
    """So many connections of the client's namespace, the n-th of which sends sends[n % len(sends)] and no more."""
    def work():
        made = []
        for i in range(count):
            s = socket.create_connection(("198.18.0.1", port), 60)
            if sends[i % len(sends)]:
                s.sendall(sends[i % len(sends)])
            made.append(s)
        return made
    return in_ns(lab.net.ns("client"), work)


def ended(socks):
    """Indices of those that the appliance has closed."""
    p, at = select.poll(), {s.fileno(): i for i, s in enumerate(socks)}
    for s in socks:
        p.register(s, select.POLLIN)
    return sorted(at[fd] for fd, _ in p.poll(0))


class Traffic:
    """A connection of before, which fetches the same file again and again, and checks it."""

    def __init__(self, lab):
        self.conn, self.want, self.fetched, self.failure = tls(lab, timeout=60), content(lab, "64k.bin"), 0, None
        get(self.conn, "/64k.bin", close=False)
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        try:
            while not self.enough.is_set():
                assert get(self.conn, "/64k.bin", close=False)[1] == self.want
                self.fetched += 1
        except Exception as e:  # told by stop()
            self.failure = e

    def stop(self):
        self.enough.set()
        self.thread.join()
        self.conn.close()
        assert self.failure is None, self.failure
        return self.fetched


def test_ten_thousand_half_open_handshakes(lab, record_property):
    sends = halves(hello(lab))
    quiet(lab)
    before = {p: lab.rss_bytes(p) for p in ("dp", "cp")}
    dropped = counter(lab, "handshakes_dropped")
    traffic, socks = Traffic(lab), []
    try:
        socks = half_open(lab, MOST, sends)
        lab.until("all are under way", lambda: counter(lab, "handshakes_under_way") == MOST, 60)
        each = {p: (lab.rss_bytes(p) - before[p]) / MOST for p in before}
        record_property("rss_per_half_open", each)
        print(f"memory of a half-open handshake: {each}")
        assert ended(socks) == []
        socks += half_open(lab, ALL - MOST, sends)
        lab.until("the oldest are dropped", lambda: counter(lab, "handshakes_dropped") == dropped + ALL - MOST, 60)
        lab.until("they are told", lambda: len(ended(socks)) >= ALL - MOST, 60)
        assert ended(socks) == list(range(ALL - MOST))  # the oldest, and nobody else
        assert counter(lab, "handshakes_under_way") == MOST
        out, _ = read_to_end(socks[0])
        assert last_alert(out) is not None
        # a good client is served in the middle of it, at the cost of one more of the oldest
        assert get(tls(lab, timeout=60), "/")[0] == "HTTP/1.1 200 OK"
        assert len(ended(socks)) == ALL - MOST + 1
        grown = {p: lab.rss_bytes(p) - before[p] for p in before}
    finally:
        fetched = traffic.stop()
        for s in socks:
            s.close()
    print(f"in all {grown}; {fetched} files of 64 KiB meanwhile")
    assert fetched >= 10
    assert grown["cp"] < MOST * 16384 and grown["dp"] < MOST * 16384, grown
    quiet(lab)
    # what they took is used again by the next ones
    once = {p: lab.rss_bytes(p) for p in before}
    socks = half_open(lab, MOST, sends)
    lab.until("all are under way", lambda: counter(lab, "handshakes_under_way") == MOST, 60)
    for s in socks:
        s.close()
    quiet(lab)
    # the heap goes back to the system a moment after the last of them
    for p in once:
        lab.until(f"memory of {p} is what it was", lambda: lab.rss_bytes(p) - once[p] < 4 << 20, 60)  # noqa: B023


def test_half_open_handshakes_time_out(lab):
    sends = halves(hello(lab))
    timed_out = lambda: counter(lab, "handshake_timeouts") + counter(lab, "tls_handshake_timeout", "dataplane")  # noqa: E731
    before = timed_out()  # either process may be the first to see it
    socks = half_open(lab, 300, sends, 444)
    lab.until("all are told", lambda: len(ended(socks)) == 300, 60)
    for s in socks:
        out, how = read_to_end(s)
        assert how == "fin" and last_alert(out) is not None
        s.close()
    lab.until("all are counted", lambda: timed_out() >= before + 300, 60)
    quiet(lab)
    assert get(tls(lab, context(lab)), "/")[0] == "HTTP/1.1 200 OK"
