"""The progress of a mailing: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator

from newsletter.cli import output
from newsletter.outcome import State

_SHOWN = (State.ACCEPTED, State.DEFERRED, State.REFUSED, State.UNCERTAIN, State.EXCLUDED)
_EVERY_SECONDS = 10.0
_PER_SECOND = 8


@contextlib.contextmanager
def progress(total: int | None) -> Iterator[Callable[[Counter[State]], None]]:
    """Yield what is to be called with the counts of this run so far; None: how many is unknown."""
    console = output.console()
    if console.is_terminal:
        with _bar(total) as update:
            yield update
        return
    last = time.monotonic()

    def line(moved: Counter[State]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_SECONDS:
            last = now
            of = "" if total is None else f" of {total:,}"
            output.say(f"{_done(moved):,}{of}: {in_words(moved)}")

    yield line


@contextlib.contextmanager
def _bar(total: int | None) -> Iterator[Callable[[Counter[State]], None]]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Sending"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    began = last = time.monotonic()
    with Progress(*columns, console=output.console(), refresh_per_second=_PER_SECOND) as bar:
        task = bar.add_task("", total=total, rate="", words="")

        def update(moved: Counter[State]) -> None:
            nonlocal last
            now = time.monotonic()
            done = _done(moved)
            # A turn can be shorter than drawing takes.
            if now - last < 1 / _PER_SECOND and done != total:
                return
            last = now
            rate = f"{done / max(now - began, 0.001):,.0f}/s"
            bar.update(task, completed=done, rate=rate, words=in_words(moved))

        yield update


def in_words(counts: Counter[State] | dict[State, int]) -> str:
    """Return the counts that are not zero: `998 accepted, 2 refused`."""
    told = [f"{counts[state]:,} {state}" for state in _SHOWN if counts[state]]
    return ", ".join(told) or "nothing yet"


def _done(moved: Counter[State]) -> int:
    return sum(moved[state] for state in _SHOWN)
