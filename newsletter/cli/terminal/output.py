"""All printing: results on stdout, words for people on stderr.

Colour and progress only on a terminal, and not with NO_COLOR. Lines on a terminal are wrapped
between words, so that a path, a URL or a command can be copied whole; in a file or a pipe they
are not wrapped. Lines are written without rich, which takes longer to import than most commands
take to run; tables and progress use it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.controls import NO_BLANKS, SURROGATES
from newsletter.basics.errors import Level, Problem, WrongUsage

if TYPE_CHECKING:
    from rich.console import Console

_UNLIMITED = 10_000
_GAP = 3
"""The most columns of a terminal between two columns of a table."""
_LEVELS = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.INFO: "cyan"}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "bold": {"bold": True},
    "dim": {"dim": True},
    "bold red": {"fg": "red", "bold": True},
    "red": {"fg": "red"},
    "green": {"fg": "green"},
    "yellow": {"fg": "yellow"},
    "cyan": {"fg": "cyan"},
}
# A title or a server's answer could control the terminal; lone surrogates have no UTF-8.
_CONTROLS = re.compile(f"[{NO_BLANKS}{SURROGATES}]")


def console(*, err: bool = True) -> Console:
    """Return the console for people's words (stderr), or for a command's result (stdout)."""
    from rich.console import Console

    in_a_pipe = _width(err=err) is None
    return Console(stderr=err, markup=False, highlight=False, emoji=False, soft_wrap=in_a_pipe)


def say(text: str = "", *, style: str | None = None) -> None:
    """Print words for a person."""
    _print(_styled(text, style), err=True)


def result(text: str, *, style: str | None = None) -> None:
    """Print a line of a command's result on stdout."""
    _print(_styled(text, style), err=False)


def fact(name: str, value: str, *, width: int, style: str | None = None) -> None:
    """Print a name and a value of a command's result on stdout; more lines of it stand below."""
    text = f"  {_styled(name.ljust(width), 'dim')} {_styled(value, style)}"
    _print(text, err=False, hang=width + 3)


def on_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return _width(err=False) is not None


def json_result(value: Any) -> None:
    """Print a result as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def next_step(command: str) -> None:
    """Print the usual next command; a long one on a line of its own, to be copied."""
    width = _width(err=True)
    is_long = width is not None and len(f"Next: {command}") > width
    text = f"Next:{chr(10) if is_long else ' '}{command}"
    _print(_styled(text, "bold"), err=True, is_wrapped=False)


def problems(found: Iterable[Problem]) -> None:
    """Print problems, each with its level, place and hint."""
    for problem in found:
        place = _styled(f"{problem.place}: ", "bold") if problem.place else ""
        level = _styled(f"{problem.level}: ", _LEVELS[problem.level])
        _print(f"{place}{level}{_styled(problem.message)}", err=True, hang=2)
        if problem.hint:
            _print(_styled(f"  Hint: {problem.hint}", "dim"), err=True, hang=8)


class Line:
    """A line that is overwritten in its place; elsewhere each text is a line of its own.

    `changes` is True on a terminal that has control sequences.
    """

    def __init__(self) -> None:
        self.changes = _width(err=True) is not None and not _is_plain_terminal()

    def __call__(self, text: str) -> None:
        """Show a text instead of the last one."""
        if not self.changes:
            say(text)
            return
        width = _width(err=True) or len(text) + 1
        click.echo(f"\r{_styled(text)[: width - 1]}\x1b[K", err=True, nl=False)

    def clear(self) -> None:
        """Remove the text."""
        if self.changes:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextlib.contextmanager
def one_line() -> Iterator[Line]:
    """Yield a line that changes while the block runs and is removed at its end."""
    line = Line()
    try:
        yield line
    finally:
        line.clear()


def _is_plain_terminal() -> bool:
    return os.environ.get("TERM") in {"dumb", "unknown"}


def _styled(text: str, style: str | None = None) -> str:
    text = _CONTROLS.sub("\ufffd", text)
    return click.style(text, **_STYLES[style]) if style else text


def _print(text: str, *, err: bool, hang: int | None = None, is_wrapped: bool = True) -> None:
    """Print lines; wrapped parts are indented by `hang`, or as their line."""
    width = _width(err=err) if is_wrapped else None
    if width is not None:
        text = "\n".join(_wrapped(line, width, hang) for line in text.split("\n"))
    is_plain = bool(os.environ.get("NO_COLOR")) or _is_plain_terminal()
    click.echo(text, err=err, color=False if is_plain else None)


def _width(*, err: bool) -> int | None:
    """Return the columns of the terminal, None in a file or a pipe."""
    stream = sys.stderr if err else sys.stdout
    try:
        if not stream.isatty():
            return None
        told = os.environ.get("COLUMNS", "")
        return int(told) if told.isdigit() else os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, OSError, ValueError):  # closed, or of no known size
        return None


def _wrapped(line: str, width: int, hang: int | None) -> str:
    """Return a line broken at spaces; a word that is wider than the terminal stays whole."""
    if not width or cells(line) <= width:
        return line
    lead = len(line) - len(line.lstrip(" "))
    indent = " " * min(lead if hang is None else hang, width // 2)
    lines, taken = [], ""
    for word in re.findall(r" *[^ ]+", line):
        if taken.strip(" ") and cells(taken + word) > width:
            lines.append(taken)
            taken = indent + word.lstrip(" ")
        else:
            taken += word
    return "\n".join((*lines, taken))


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in click.unstyle(text)
    )


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[str] = (),
    whole: Collection[str] = (),
) -> None:
    """Print a table on stdout: rules between header and body only.

    Columns may be `right`-aligned; `whole` ones keep each cell on one line. Where the terminal is
    wide enough, no column is narrower than its longest word. In a file or a pipe a row is a line.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    on = console(err=False)
    if not on_terminal():
        on.width = _UNLIMITED
    filled = [tuple(_CONTROLS.sub("\ufffd", cell) for cell in row) for row in rows]
    longest = [
        max(cells(word) for cell in (name, *column) for word in (cell.split() or [""]))
        for name, *column in zip(columns, *filled, strict=True)
    ]
    fits = sum(longest) + _GAP * len(columns) <= on.width
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, least in zip(columns, longest, strict=True):
        out.add_column(
            name,
            min_width=least if fits else None,
            justify="right" if name in right else "left",
            overflow="fold",
            no_wrap=name in whole or name in right,
        )
    for row in filled:
        out.add_row(*(Text(cell) for cell in row))
    on.print(out, soft_wrap=False)


def confirm(question: str, *, flag: str) -> bool:
    """Ask yes or no on a terminal; elsewhere raise WrongUsage with the flag that answers."""
    if not sys.stdin.isatty():
        raise WrongUsage(
            Problem(
                message=f"'{question}' cannot be asked here: this is not a terminal",
                hint=f"answer it with {flag}",
            )
        )
    return click.confirm(question, err=True)


def findings(heading: str, level: Level, found: Iterable[tuple[str, str, str, str | None]]) -> None:
    """Print a group of findings on stdout: each its place, rule, message and hint."""
    _print(_styled(heading, _LEVELS[level]), err=False)
    for place, rule, message, hint in found:
        where = _styled(f"{place}  ", "bold") if place else ""
        _print(f"  {where}{_styled(rule, 'dim')}", err=False)
        _print(_styled(f"    {message}"), err=False)
        if hint:
            _print(_styled(f"    Hint: {hint}", "dim"), err=False, hang=10)
    _print("", err=False)


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, a line each, the values in a column, for a person."""
    width = max(len(name) for name, _ in pairs) + 2
    for name, value in pairs:
        _print(_styled(name.ljust(width), "dim") + _styled(value), err=True, hang=width)
