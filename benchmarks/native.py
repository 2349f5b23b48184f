"""The sink and the client in C: compiled where needed, and run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.machine import BUILD, HERE, cores, need, pinned, shell


@dataclass(frozen=True, slots=True)
class Count:
    """What a sink saw: final dots, first MAIL and last dot by `time.monotonic`, bytes."""

    messages: int
    first: float
    last: float
    bytes: int

    @property
    def rate(self) -> float:
        """Messages a second, from the first MAIL to the last dot."""
        return self.messages / (self.last - self.first)


@cache
def program(name: str) -> Path:
    """Compile `NAME.c` and return the program."""
    BUILD.mkdir(exist_ok=True)
    compiler = need("cc", "a C compiler, on Debian: apt-get install build-essential")
    new = BUILD / f"{name}.{os.getpid()}"
    shell(compiler, "-O2", "-Wall", "-Wextra", "-o", new, HERE / f"{name}.c")
    return new.rename(BUILD / name)


class Sink:
    """A counting mail server on a core of its own, for one sending.

    Its replies to each read leave `delay` milliseconds later: a round trip.
    """

    def __init__(self, delay: int = 0) -> None:
        self._delay = delay

    def __enter__(self) -> Self:
        with pinned(cores()[0]):
            self._process: subprocess.Popen[str] = subprocess.Popen(
                (program("sink"), str(self._delay)), stdout=subprocess.PIPE, text=True
            )
        self.port = int(self._line())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def count(self, expected: int) -> Count:
        """Stop it and return its count; exit if that is not what was to be sent."""
        self._process.send_signal(signal.SIGTERM)
        messages, first, last, size = self._line().split()
        if int(messages) != expected:
            sys.exit(f"The sink counted {messages} messages, not {expected}: nothing is measured.")
        return Count(int(messages), float(first), float(last), int(size))

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the sink was started with a pipe")
        return self._process.stdout.readline()
