"""Waits at a terminal: a countdown in one line, a key that stops it, signals that end it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType

from newsletter.basics.times import span
from newsletter.cli.terminal import output
from newsletter.cli.terminal.keyboard import keys, no_caret
from newsletter.tasks.send.person import Left

_TICK = 1.0


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise Left at SIGINT, SIGTERM or SIGHUP (where that is not ignored) while the block runs."""
    ended: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        ended.append(number)
        raise Left(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.getsignal(each) for each in numbers}
    heard = [each for each in numbers if before[each] is not signal.SIG_IGN]
    for each in heard:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in heard:
            signal.signal(each, before[each])
        if ended:  # a terminal that is closed sends a second SIGHUP
            signal.signal(signal.SIGHUP, signal.SIG_IGN)


def wait_until(moment: datetime, words: Callable[[str], str]) -> None:
    """Return at a moment by the wall clock; `words` makes the line from the time that is left.

    On a terminal the line counts down, elsewhere it is printed once. The clock is read each
    second, so a machine that slept does not wait too long. Raises Left.
    """
    is_first = True
    with ended_by_signals(), no_caret(), output.one_line() as show:
        while (left := (moment - datetime.now(UTC)).total_seconds()) > 0:
            if is_first or show.changes:
                show(words(span(left)))
            is_first = False
            time.sleep(min(left, _TICK))


def undone(seconds: float) -> bool:
    """Count down before the first message; return whether a key stopped it. Raises Left."""
    with ended_by_signals(), keys() as pressed, output.one_line() as show:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            show(f"Sending begins in {span(left + 0.5)}. Any key stops it.")
            if pressed(min(left, _TICK / 4)):
                return True
    return False
