"""The progress of a mailing: a bar on a terminal, elsewhere a line every ten seconds."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from newsletter.basics.outcome import State
from newsletter.basics.times import span
from newsletter.cli.terminal import output
from newsletter.cli.terminal.keyboard import no_caret

if TYPE_CHECKING:
    from newsletter.tasks.send.person import Tell, Watch

_SHOWN = (State.ACCEPTED, State.DEFERRED, State.REFUSED, State.UNCERTAIN, State.EXCLUDED)
_EVERY_SECONDS = 10.0
_PER_SECOND = 8
_BAR_CELLS = 28
_UNUSUAL = (State.DEFERRED, State.REFUSED, State.UNCERTAIN)
_SLOW = 2.0
"""Messages per second; a lower rate is shown per minute."""
_TERMINAL_MAY_BE_GONE = contextlib.suppress(OSError)
"""A closed terminal stops no mailing."""


@contextlib.contextmanager
def progress(total: int | None, *, quiet_seconds: float = 30.0) -> Iterator[tuple[Watch, Tell]]:
    """Yield a function for the counts of this run so far, and one for sentences about it.

    `total` is None where the number of messages is not known yet. After `quiet_seconds` without a
    change the bar says so: the program is not stuck.
    """
    if output.console().is_terminal:
        with _bar(total, quiet_seconds) as (update, tell):
            yield update, tell
        return
    began = last = time.monotonic()

    def line(moved: Counter[State]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_SECONDS:
            last = now
            of = "" if total is None else f" of {total:,}"
            told = [f"{_done(moved):,}{of}", *_speed(moved, now - began, total)]
            with _TERMINAL_MAY_BE_GONE:
                output.say(f"{', '.join(told)}: {in_words(moved)}")

    def say(words: str) -> None:
        with _TERMINAL_MAY_BE_GONE:
            output.say(words)

    yield line, say


@contextlib.contextmanager
def _bar(total: int | None, quiet_seconds: float) -> Iterator[tuple[Watch, Tell]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column

    columns = (
        TextColumn("Sending"),
        BarColumn(bar_width=_BAR_CELLS, complete_style="cyan", finished_style="green"),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
    )
    began = last = time.monotonic()
    seen: Counter[State] = Counter()
    bar = Progress(*columns, console=output.console(), refresh_per_second=_PER_SECOND)
    words = _Words(quiet_seconds)
    task = bar.add_task("", total=total, words=words)

    def draw() -> None:
        told = _speed(seen, time.monotonic() - began, total)
        told += [f"{seen[state]:,} {state}" for state in _UNUSUAL if seen[state]]
        words.told = "  ".join(told)
        bar.update(task, completed=_done(seen))

    def update(moved: Counter[State]) -> None:
        nonlocal last, seen
        words.since = time.monotonic()
        seen = moved
        # Commits can follow each other faster than the bar can be drawn.
        if time.monotonic() - last >= 1 / _PER_SECOND:
            last = time.monotonic()
            with _TERMINAL_MAY_BE_GONE:
                draw()

    def tell(words: str) -> None:
        with _TERMINAL_MAY_BE_GONE:
            bar.console.print(words, style="yellow")

    with no_caret():
        with _TERMINAL_MAY_BE_GONE:
            bar.start()
        try:
            yield update, tell
        finally:
            with _TERMINAL_MAY_BE_GONE:
                draw()
                bar.stop()


class _Words:
    """The text beside the progress bar, recomputed at each redraw."""

    def __init__(self, quiet_seconds: float) -> None:
        self.told = ""
        self._quiet_seconds = quiet_seconds
        self.since = time.monotonic()

    def __str__(self) -> str:
        quiet = time.monotonic() - self.since
        is_quiet = quiet >= self._quiet_seconds
        return f"{f'nothing new for {span(quiet)}  ' if is_quiet else ''}{self.told}"


def _speed(seen: Counter[State], seconds: float, total: int | None) -> list[str]:
    """Return the rate, and the time left if known: `31/s`, `2 min 5 s left`."""
    per_second = _done(seen) / max(seconds, 0.001)
    told = [f"{per_second:,.0f}/s" if per_second >= _SLOW else f"{60 * per_second:,.0f}/min"]
    left = 0 if total is None else total - _done(seen)
    if left > 0 and per_second:
        told.append(f"{span(left / per_second)} left")
    return told


def in_words(counts: Mapping[State, int], *, waiting: bool = False) -> str:
    """Return the counts that are not zero: `998 accepted, 2 refused`; `waiting` adds those left."""
    shown = (*_SHOWN, State.PENDING) if waiting else _SHOWN
    told = [f"{counts[state]:,} {state}" for state in shown if counts[state]]
    return ", ".join(told) or "nothing yet"


def _done(moved: Counter[State]) -> int:
    return sum(moved[state] for state in _SHOWN)
