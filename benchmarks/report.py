"""From what was measured to `results.md` and `results.svg`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import import_module

from benchmarks.machine import BUILD, HERE, facts, shell
from benchmarks.shop import python, versions

PARTS = ("ratio", "peers", "rtt", "growth")
"""The modules of `parts/`, in the order of the page."""

Rows = list[dict[str, str | float]]

_RESULTS = BUILD / "results"

_INTRODUCTION = """\
# Results

Made by `make bench`. [How it is measured, and how to read it](README.md).

{machine}. Peers and plot: {peers}.

![Messages a second by sender, and time and memory by the length of the list](results.svg)
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown: the first column of words, the others of figures."""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(part: str, rows: Rows) -> str:
    """Return what was measured in one part, as Markdown."""
    text: str = import_module(f"benchmarks.parts.{part}").section(rows)
    return text


def keep(part: str, rows: Rows) -> None:
    """Put a part's rows aside, so that the page can be made of parts that ran by themselves."""
    _RESULTS.mkdir(parents=True, exist_ok=True)
    (_RESULTS / f"{part}.json").write_text(json.dumps(rows), encoding="utf-8")


def write(today: date) -> None:
    """Write the page and the plot from the latest rows of every part that has any."""
    files = {part: _RESULTS / f"{part}.json" for part in PARTS}
    found: dict[str, Rows] = {
        part: json.loads(file.read_text(encoding="utf-8"))
        for part, file in files.items()
        if file.exists()
    }
    head = _INTRODUCTION.format(machine=_line(facts(today)), peers=_line(versions()))
    sections = [section(part, rows) for part, rows in found.items()]
    (HERE / "results.md").write_text("\n".join([head, *sections]), encoding="utf-8")
    everything = BUILD / "results.json"
    everything.write_text(json.dumps(found), encoding="utf-8")
    shell(python(), HERE / "plot.py", everything, HERE / "results.svg")


def _line(named: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in named.items())
