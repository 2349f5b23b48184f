"""Draw the results: `python plot.py RESULTS.json PICTURE.svg`, with the matplotlib of the peers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter

Rows = list[dict[str, Any]]

OURS, FAST, BUILT, READY = "#0B5C5A", "#8A938F", "#B4632F", "#DDB796"
_LEAST = 30

INK, MUTED, LINE = "#1F2624", "#4F5853", "#E4E0D8"

_LOOK = {
    "svg.fonttype": "none",
    "svg.hashsalt": "newsletter",
    "font.family": ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
}


def _bars(results: dict[str, Rows]) -> list[tuple[str, float, str]]:
    """Return name, messages a second and colour of every sender, the slowest first."""
    bars = [("C client", row["client"], FAST) for row in results["ratio"][-1:]]
    bars += [
        (
            f"newsletter, {row['durability']}, {row['connections']} connections",
            row["newsletter"],
            OURS,
        )
        for row in results["ratio"]
    ]
    bars += [
        (
            f"{row['sender']}{', ready bytes' if row['kind'] == 'raw' else ', a message each'}",
            row["rate"],
            READY if row["kind"] == "raw" else BUILT,
        )
        for row in results["peers"]
        if row["kind"]
    ]
    return sorted(bars, key=lambda bar: bar[1])


def _draw_senders(axes: Any, results: dict[str, Rows]) -> None:
    bars = _bars(results)
    names, rates, colours = zip(*bars, strict=True)
    places = range(len(names))
    axes.hlines(places, _LEAST, rates, colors=LINE, linewidths=2)
    axes.scatter(rates, places, c=colours, s=64, zorder=3)
    axes.set_yticks(places, names)
    for place, rate in zip(places, rates, strict=True):
        axes.text(rate * 1.25, place, f"{rate:,.0f}", va="center", fontsize=9)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, max(rates) * 5)
    axes.set_title("Messages a second (logarithmic)")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", labelcolor=INK, pad=8)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _draw_growth(time: Any, memory: Any, rows: Rows) -> None:
    readers = [row["readers"] for row in rows]
    for name, key, colour, offset, side in (
        ("until the first MAIL", "before", READY, (6, -11), "left"),
        ("in all", "seconds", OURS, (-6, 5), "right"),
    ):
        values = [row[key] for row in rows]
        time.plot(readers, values, "o-", color=colour, markersize=4, linewidth=2)
        where = (readers[-2], values[-2])
        time.annotate(name, where, offset, textcoords="offset points", ha=side, fontsize=9)
    time.set_yscale("log")
    time.set_title("Seconds, by the number of readers")
    memory.plot(readers, [row["peak"] for row in rows], "o-", color=OURS, markersize=4, linewidth=2)
    memory.set_ylim(0, max(150, *(row["peak"] for row in rows)) * 1.08)
    memory.set_title("Most memory, in MB")
    for axes in (time, memory):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.minorticks_off()
    time.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def main() -> None:
    """Draw what there is; a part that was not measured leaves its place empty."""
    source, target = map(Path, sys.argv[1:])
    results = json.loads(source.read_text(encoding="utf-8"))
    mpl.use("svg")
    with mpl.rc_context(_LOOK):
        figure = plt.figure(figsize=(10, 5.2), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(3, 2), wspace=0.06)
        if {"ratio", "peers"} <= results.keys():
            _draw_senders(left.subplots(), results)
        if "growth" in results:
            time, memory = right.subplots(2, 1)
            _draw_growth(time, memory, results["growth"])
        figure.savefig(target, metadata={"Date": None, "Creator": None})


main()
