#!/usr/bin/python3
"""Draws the figures of a bench run as SVG, with an index.html that shows them beside their commands.

  plot.py [--json build/bench.json] [--out build/bench/plots]

Standard library only. Series differ in shade, dash and marker, so that they can be told apart without colour.
"""
import argparse
import html
import json
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench_blocks import IN_FLIGHT, RECORDS  # noqa: E402

W, H, LEFT, RIGHT, TOP, BOTTOM = 940, 500, 70, 310, 50, 60
COLOURS = ["#000000", "#b2182b", "#2166ac", "#e08214", "#35978f", "#9e9ac8"]
DASHES = ["", "7 4", "2 3", "9 3 2 3"]


class Missing(Exception):
    """The input does not hold what a plot needs."""


def load(path):
    """The JSON of a bench run."""
    try:
        with open(path) as f:
            return json.load(f)
    except FileNotFoundError:
        raise Missing(f"{path} is missing: run `make bench` (or `QUICK=1 make bench`) first") from None
    except ValueError as e:
        raise Missing(f"{path} is not JSON ({e}): run `make bench` again") from None


def table(run, title):
    """Series of a table of three columns (name, x, y), points in order of x; and the table's command."""
    found = next((t for t in run.get("tables", []) if t["title"] == title and t["rows"]), None)
    if not found:
        raise Missing(f"the run has no table \"{title}\": run `make bench`, or tests/bench/run.py --only blocks")
    series = {}
    for name, x, y in found["rows"]:
        if not (x > 0 and y > 0):
            raise Missing(f"table \"{title}\", {name}: {x}, {y} is not a figure")
        series.setdefault(name, []).append((x, y))
    return {n: sorted(p) for n, p in series.items()}, found["command"]


def nice(top):
    """A step that divides 0..top into about six."""
    step = 10 ** math.floor(math.log10(top / 5))
    return next(step * k for k in (1, 2, 5, 10) if top / (step * k) <= 6.5)


def size(n):
    return f"{n // 1024} KiB" if n >= 1024 else f"{n} B"


def marker(kind, x, y, colour):
    """Circle, square, triangle, diamond."""
    if kind % 4 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    at = [None, [(-4, -4), (4, -4), (4, 4), (-4, 4)], [(0, -5), (5, 4), (-5, 4)], [(0, -6), (5, 0), (0, 6), (-5, 0)]][kind % 4]
    return f'<polygon points="{" ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in at)}" fill="{colour}"/>'


def chart(title, x_label, y_label, series, ticks, x_text, ideal=None):
    """One SVG. series: name to points; ideal: name to points, drawn thin and grey under the line of that name; x is logarithmic, base 2."""
    ideal = ideal or {}
    top = 1.08 * max(y for points in list(series.values()) + list(ideal.values()) for _, y in points)
    lo, hi, step = math.log2(ticks[0]), math.log2(ticks[-1]), nice(top)

    def px(x):
        return LEFT + (math.log2(x) - lo) / (hi - lo) * (W - LEFT - RIGHT)

    def py(y):
        return H - BOTTOM - y / top * (H - TOP - BOTTOM)

    def text(x, y, s, more=""):
        return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(s)}</text>'

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" height="{H}" viewBox="0 0 {W} {H}" font-family="sans-serif" font-size="13" fill="#222">',
           f"<title>{html.escape(title)}</title>", f'<rect width="{W}" height="{H}" fill="#fff"/>',
           text(LEFT, 28, title, 'font-size="17" font-weight="bold"')]
    for k in range(int(top / step) + 1):
        y = py(k * step)
        out += [f'<path d="M{LEFT} {y:.1f}H{W - RIGHT}" stroke="#ddd"/>', text(LEFT - 8, y + 4, f"{k * step:g}", 'text-anchor="end"')]
    for x in ticks:
        out += [f'<path d="M{px(x):.1f} {H - BOTTOM}v5" stroke="#222"/>', text(px(x), H - BOTTOM + 20, x_text(x), 'text-anchor="middle"')]
    out += [f'<path d="M{LEFT} {TOP}V{H - BOTTOM}H{W - RIGHT}" fill="none" stroke="#222"/>',
            text((LEFT + W - RIGHT) / 2, H - 14, x_label, 'text-anchor="middle"'),
            text(0, 0, y_label, f'text-anchor="middle" transform="translate(20 {(TOP + H - BOTTOM) / 2}) rotate(-90)"')]
    for n, (name, points) in enumerate(series.items()):
        colour, dash, kind = COLOURS[n % len(COLOURS)], DASHES[n % len(DASHES)], n + n // 12
        if name in ideal:
            at = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in ideal[name])
            out.append(f'<polyline class="ideal" points="{at}" fill="none" stroke="#999" stroke-dasharray="1 3"/>')
        at = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in points)
        out.append(f'<g class="series"><title>{html.escape(name)}</title>')
        out.append(f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash or "none"}"/>')
        out += [marker(kind, px(x), py(y), colour) for x, y in points]
        y = TOP + 12 + 20 * n
        out += [f'<path d="M{W - RIGHT + 14} {y}h34" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash or "none"}"/>',
                marker(kind, W - RIGHT + 31, y, colour), text(W - RIGHT + 56, y + 4, name), "</g>"]
    if ideal:
        y = TOP + 12 + 20 * len(series)
        out += [f'<path d="M{W - RIGHT + 14} {y}h34" stroke="#999" stroke-dasharray="1 3"/>', text(W - RIGHT + 56, y + 4, "ideal: n times one alone")]
    return "\n".join(out + ["</svg>", ""])


def records(run):
    """Bytes per cycle over record size."""
    series, command = table(run, RECORDS)
    ticks = [64 << k for k in range(0, 9, 2)]
    lowest = min(x for p in series.values() for x, _ in p)
    highest = max(x for p in series.values() for x, _ in p)
    if lowest < ticks[0] or highest > ticks[-1]:
        raise Missing(f"record sizes {lowest}..{highest} are outside of {ticks[0]}..{ticks[-1]} bytes")
    return chart("Records: bytes per cycle over record size", "record size (plaintext)", "bytes per cycle", series, ticks, size), command


def in_flight(run):
    """Operations per million cycles over operations in flight; the ideal is n times the rate of one alone."""
    each, command = table(run, IN_FLIGHT)
    series = {name: [(n, 1e6 / c) for n, c in points] for name, points in each.items()}
    for name, points in series.items():
        if points[0][0] != 1:
            raise Missing(f"table \"{IN_FLIGHT}\", {name}: no figure with one in flight")
    last = max(n for p in series.values() for n, _ in p)
    ticks = [1 << k for k in range(max(1, math.ceil(math.log2(last))) + 1)]
    ideal = {name: [(x / 8, p[0][1] * x / 8) for x in range(8, 8 * p[-1][0] + 1)] for name, p in series.items() if p[-1][0] > 1}
    return chart("Public-key operations over operations in flight", "operations in flight", "operations per million cycles", series, ticks, str, ideal), command


PLOTS = [("records.svg", records), ("in_flight.svg", in_flight)]


def main(argv=None):
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--json", default="build/bench.json", help="what tests/bench/run.py wrote (default: build/bench.json)")
    ap.add_argument("--out", default="build/bench/plots", help="folder of the plots (default: build/bench/plots)")
    a = ap.parse_args(argv)
    try:
        run = load(a.json)
        drawn = [(name, *draw(run)) for name, draw in PLOTS]
    except Missing as e:
        print(f"plot: {e}", file=sys.stderr)
        return 1
    os.makedirs(a.out, exist_ok=True)
    page = ['<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sluice: plots</title></head><body><h1>Sluice: plots</h1>',
            f"<p>Version {html.escape(str(run.get('machine', {}).get('versions', {}).get('sluice', '?')))}</p>"]
    for name, svg, command in drawn:
        with open(os.path.join(a.out, name), "w") as f:
            f.write(svg)
        page.append(f'<p><img src="{name}" alt="{name}"></p><pre>{html.escape(command.replace("; ", chr(10)))}</pre>')
    with open(os.path.join(a.out, "index.html"), "w") as f:
        f.write("\n".join(page + ["</body></html>", ""]))
    print(f"{len(drawn)} plots: {os.path.join(a.out, 'index.html')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
