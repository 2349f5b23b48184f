"""The progress of a mailing: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from newsletter.cli import output
from newsletter.outcome import State

_SHOWN = (State.ACCEPTED, State.DEFERRED, State.REFUSED, State.UNCERTAIN, State.EXCLUDED)
_EVERY_SECONDS = 10.0
_PER_SECOND = 8


Watch = Callable[[Counter[State]], None]
Tell = Callable[[str], None]


@contextlib.contextmanager
def progress(total: int | None) -> Iterator[tuple[Watch, Tell]]:
    """Yield what takes the counts of this run so far, and what takes words about it.

    `total` is None where nobody knows yet how many there will be.
    """
    if output.console().is_terminal:
        with _bar(total) as (update, tell):
            yield update, tell
        return
    last = time.monotonic()

    def line(moved: Counter[State]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_SECONDS:
            last = now
            of = "" if total is None else f" of {total:,}"
            output.say(f"{_done(moved):,}{of}: {in_words(moved)}")

    yield line, output.say


@contextlib.contextmanager
def _bar(total: int | None) -> Iterator[tuple[Watch, Tell]]:
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
    seen: Counter[State] = Counter()
    with Progress(*columns, console=output.console(), refresh_per_second=_PER_SECOND) as bar:
        task = bar.add_task("", total=total, rate="", words="")

        def draw() -> None:
            done = _done(seen)
            rate = f"{done / max(time.monotonic() - began, 0.001):,.0f}/s"
            bar.update(task, completed=done, rate=rate, words=in_words(seen))

        def update(moved: Counter[State]) -> None:
            nonlocal last, seen
            seen = moved
            # A turn can be shorter than drawing takes.
            if time.monotonic() - last >= 1 / _PER_SECOND:
                last = time.monotonic()
                draw()

        def tell(words: str) -> None:
            bar.console.print(words, style="yellow")

        yield update, tell
        draw()


def in_words(counts: Mapping[State, int], *, waiting: bool = False) -> str:
    """Return the counts that are not zero: `998 accepted, 2 refused`; `waiting` adds those left."""
    shown = (*_SHOWN, State.PENDING) if waiting else _SHOWN
    told = [f"{counts[state]:,} {state}" for state in shown if counts[state]]
    return ", ".join(told) or "nothing yet"


def _done(moved: Counter[State]) -> int:
    return sum(moved[state] for state in _SHOWN)
