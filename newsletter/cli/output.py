"""All the printing: results on stdout, words for people on stderr.

Colour and progress only on a terminal; NO_COLOR is honoured (rich does both).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from newsletter.errors import Level, Problem, WrongUsage

if TYPE_CHECKING:
    from rich.console import Console

_UNLIMITED = 10_000
_STYLES = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.INFO: "cyan"}


def console(*, err: bool = True) -> Console:
    """Return the console for people's words (stderr), or for a command's result (stdout)."""
    from rich.console import Console

    return Console(stderr=err, markup=False, highlight=False, emoji=False, soft_wrap=True)


def say(text: str = "", *, style: str | None = None) -> None:
    """Print words for a person."""
    console().print(text, style=style)


def result(text: str) -> None:
    """Print a line of a command's result on stdout."""
    console(err=False).print(text)


def json_result(value: Any) -> None:
    """Print the machine's form of a result on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def next_step(command: str) -> None:
    """Say what usually comes next."""
    console().print(f"Next: {command}", style="bold")


def problems(found: Iterable[Problem]) -> None:
    """Print problems, each with its level, place and hint."""
    from rich.text import Text

    out = console()
    for problem in found:
        line = Text()
        if problem.place:
            line.append(f"{problem.place}: ", style="bold")
        line.append(f"{problem.level}: ", style=_STYLES[problem.level])
        line.append(problem.message)
        if problem.hint:
            line.append(f"\n  Hint: {problem.hint}", style="dim")
        out.print(line)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[str] = (),
    whole: Collection[str] = (),
) -> None:
    """Print a table on stdout: rules between header and body only.

    Columns may be `right`-aligned; `whole` ones keep each cell on one line. In a file or a pipe
    a row is a line, however long.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        out.add_column(
            name,
            justify="right" if name in right else "left",
            overflow="fold",
            no_wrap=name in whole or name in right,
        )
    for row in rows:
        out.add_row(*(Text(cell) for cell in row))
    on = console(err=False)
    if not on.is_terminal and not os.environ.get("COLUMNS"):
        on.width = _UNLIMITED
    on.print(out, soft_wrap=False)


def confirm(question: str, *, flag: str, default: bool = False) -> bool:
    """Ask yes or no on a terminal; elsewhere refuse and name the flag that answers."""
    import click

    if not sys.stdin.isatty():
        raise WrongUsage(
            Problem(
                message=f"'{question}' cannot be asked here: this is not a terminal",
                hint=f"answer it with {flag}",
            )
        )
    return click.confirm(question, default=default, err=True)


def findings(heading: str, level: Level, found: Iterable[tuple[str, str, str, str | None]]) -> None:
    """Print a group of findings on stdout: each its place, rule, message and hint."""
    from rich.text import Text

    out = console(err=False)
    out.print(heading, style=_STYLES[level])
    for place, rule, message, hint in found:
        line = Text("  ")
        line.append(f"{place}  " if place else "", style="bold")
        line.append(rule, style="dim")
        line.append(f"\n    {message}")
        if hint:
            line.append(f"\n    Hint: {hint}", style="dim")
        out.print(line)
    out.print()


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, a line each, the values in a column, for a person."""
    from rich.text import Text

    width = max(len(name) for name, _ in pairs) + 2
    for name, value in pairs:
        console().print(Text.assemble((name.ljust(width), "dim"), value))
