"""Other ways to put the appliance on a wire: AF_XDP, jumbo frames, several workers."""
import concurrent.futures

from clientnet import context, get, tls

ENGINES = ("soft",)


def content(lab, name):
    with open(f"{lab.state}/www/{name}", "rb") as f:
        return f.read()


def serves(lab):
    ctx = context(lab)
    first = tls(lab, ctx, timeout=60)
    assert get(first, "/10m.bin")[1] == content(lab, "10m.bin")
    want = content(lab, "64k.bin")

    def one(_):
        conn = tls(lab, ctx, session=first.session, timeout=60)
        with conn:
            return get(conn, "/64k.bin")[1] == want

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(64)))


def test_af_xdp(fresh):
    serves(fresh(port="af_xdp"))


def test_jumbo_frames(fresh):
    serves(fresh(mtu=9000))


def test_two_workers_share_the_connections(fresh):
    lab = fresh(workers=2)
    serves(lab)
    assert lab.show("stats")["workers"] == 2
    ctx = context(lab)
    held = [tls(lab, ctx, timeout=60) for _ in range(32)]
    workers = [c["worker"] for c in lab.show("connections")["connections"]]
    assert len(workers) >= 32 and min(workers.count(0), workers.count(1)) >= 4, workers
    for conn in held:  # both workers reach the servers and hear the answers
        assert get(conn, "/64k.bin")[1] == content(lab, "64k.bin")
