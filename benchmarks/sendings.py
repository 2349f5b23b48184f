"""One sending: a sender as a process on its core, against a sink on another."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import cores, pinned
from benchmarks.native import Sink


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What one process did; seconds and megabytes (of 2**20 bytes)."""

    messages: int
    rate: float
    """Messages a second, from the first MAIL to the last dot as the sink saw them."""
    before: float
    """Seconds from the process's start to the first MAIL: start-up, list, freeze."""
    seconds: float
    """Seconds of the whole process."""
    work: float
    """Processor seconds of the sender, its own and the kernel's for it."""
    peak: float
    """Most memory that the process had resident."""
    bytes: float
    """Bytes that the sink read, by message."""


Command = Callable[[int], list[str | Path]]
"""The sender's command line, given the port."""


def send(command: Command, messages: int, *, cwd: Path, delay: int = 0) -> Sending:
    """Run a sender to its end; exit where it fails or sent another number of messages."""
    with Sink(delay) as sink:
        begun = time.monotonic()
        usage = _run(command(sink.port), cwd)
        ended = time.monotonic()
        seen = sink.count(messages)
    return Sending(
        messages=messages,
        rate=seen.rate,
        before=seen.first - begun,
        seconds=ended - begun,
        work=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss / 1024,
        bytes=seen.bytes / messages,
    )


def _run(command: list[str | Path], cwd: Path) -> resource.struct_rusage:
    """Run a process on the sender's core; return what it used. Its ledger's witness stays here."""
    environment = {**os.environ, "XDG_STATE_HOME": str(cwd / "state")}
    with tempfile.TemporaryFile() as said:
        with pinned(cores()[1]):
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace")[-2000:]
            sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{words}")
    return usage
