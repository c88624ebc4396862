"""plot.py and the parsers of bench_blocks.py on fixed input."""
import copy
import json
import os
import sys
import xml.etree.ElementTree as ET

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_blocks  # noqa: E402
import plot  # noqa: E402

RUN = {"machine": {"versions": {"sluice": "v<1>"}}, "tables": [
    {"title": bench_blocks.RECORDS, "columns": [], "command": "one; two", "rows": [["A & B seal", 16384, 15.5], ["A & B seal", 64, 2.0], ["C open", 1024, 3.0]]},
    {"title": bench_blocks.IN_FLIGHT, "columns": [], "command": "three", "rows": [["RSA", 1, 668000], ["RSA", 4, 171000]]}]}
SVG = "{http://www.w3.org/2000/svg}"


def draw(tmp_path, run):
    (tmp_path / "b.json").write_text(json.dumps(run))
    return plot.main(["--json", str(tmp_path / "b.json"), "--out", str(tmp_path / "out")])


def series(path):
    groups = [g for g in ET.parse(path).getroot().iter(SVG + "g") if g.get("class") == "series"]
    return {g.find(SVG + "title").text: [tuple(map(float, p.split(","))) for p in g.find(SVG + "polyline").get("points").split()] for g in groups}


def test_series_are_drawn_in_order_and_to_scale(tmp_path):
    assert draw(tmp_path, RUN) == 0
    got = series(tmp_path / "out" / "records.svg")
    assert set(got) == {"A & B seal", "C open"}
    (x0, y0), (x1, y1) = got["A & B seal"]
    assert x0 == plot.LEFT and x1 == plot.W - plot.RIGHT and y1 < y0  # 64 B and 16 KiB are the ends of the axis
    assert got["C open"][0][0] == pytest.approx((x0 + x1) / 2, abs=0.1)  # 1 KiB is half way on a logarithmic axis
    base = plot.H - plot.BOTTOM
    assert (base - y1) / (base - y0) == pytest.approx(15.5 / 2, rel=0.01)


def test_ideal_line_starts_at_one_alone(tmp_path):
    assert draw(tmp_path, RUN) == 0
    path = tmp_path / "out" / "in_flight.svg"
    ideal = [p for p in ET.parse(path).getroot().iter(SVG + "polyline") if p.get("class") == "ideal"]
    at = [tuple(map(float, p.split(","))) for p in ideal[0].get("points").split()]
    rsa = series(path)["RSA"]
    assert len(ideal) == 1 and at[0] == rsa[0] and at[-1][0] == rsa[-1][0] and at[-1][1] < rsa[-1][1]


def test_page_names_commands(tmp_path):
    assert draw(tmp_path, RUN) == 0
    page = (tmp_path / "out" / "index.html").read_text()
    assert "one\ntwo" in page and "v&lt;1&gt;" in page and "records.svg" in page and "in_flight.svg" in page


@pytest.mark.parametrize("damage, says", [
    (lambda r: r["tables"].pop(0), "has no table"),
    (lambda r: r["tables"][1]["rows"].pop(0), "no figure with one in flight"),
    (lambda r: r["tables"][0]["rows"].append(["C open", 32, 1.0]), "outside"),
    (lambda r: r["tables"][0]["rows"].append(["C open", 64, 0]), "is not a figure")])
def test_missing_data_is_an_error(tmp_path, capsys, damage, says):
    run = copy.deepcopy(RUN)
    damage(run)
    assert draw(tmp_path, run) == 1 and says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_missing_file_names_the_command(tmp_path, capsys):
    assert plot.main(["--json", str(tmp_path / "none.json"), "--out", str(tmp_path)]) == 1
    assert "make bench" in capsys.readouterr().err


def test_parsers():
    assert bench_blocks.aead(["16 KiB: 15.97 bytes/cycle, 2.3 M", " 1 KiB: 15.51 bytes/cycle"]) == [["AES-GCM seal", 16384, 15.97], ["AES-GCM seal", 1024, 15.51]]
    assert bench_blocks.mac(["  seal TLS 1.2 SHA-1          64      267.8        0.239     91.9%", "  seal TLS 1.2 SHA-1 EtM  64  267.0  0.240  92.1%"]) == \
        [["CBC SHA-1 seal", 64, 0.239]]
    assert bench_blocks.chacha(['{"cores": 4, "seal_64": 2.2, "open_same_64": 0.7}']) == [["ChaCha20-Poly1305 (4 cores) seal", 64, 2.2]]
    assert bench_blocks.pka(["RSA-2048 private alone:   668237 cycles, 6 M", "RSA-2048 private 4 in flight, 64 in a row:   167168 cycles each", "RSA-2048 public  alone: 4 cycles"]) == \
        [["RSA-2048 private", 1, 668237], ["RSA-2048 private", 4, 167168]]
    assert bench_blocks.ecc(["| X25519 ECDH | 408877 | 51137 |", "| X25519 ECDH_RESPOND | 817584 | 102224 |"]) == [["X25519", 1, 408877], ["X25519", 8, 51137]]
