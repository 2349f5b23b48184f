"""Rounds in which each sender sends once, so that what the machine does besides meets all alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from benchmarks.sendings import Sending

Sender = TypeVar("Sender")


def rotated(
    senders: Mapping[str, Sender], rounds: int, send: Callable[[Sender], Sending]
) -> Iterator[tuple[str, Sending]]:
    """Send with each of them in every round, another one first each time."""
    names = list(senders)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            one = send(senders[name])
            say(
                f"{turn + 1}/{rounds}  {name:24} {one.messages:9,} messages {one.rate:9,.0f}/s "
                f"{one.seconds:6.2f} s, {one.work / one.messages * 1e6:6.1f} us of CPU each"
            )
            yield name, one


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)
