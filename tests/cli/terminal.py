"""The command line on a terminal of its own: a real process on a pseudo-terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal with a person at it; `screen` is all that was written, without colours."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.screen = ""
        self._master = master

    @property
    def has_window(self) -> bool:
        return self._master >= 0

    def type(self, keys: str) -> None:
        """Type keys once the process waits for them.

        A signal that arrives between its last look at signals and its read is seen only at the
        next key (signal(7), "Interruption of system calls").
        """
        deadline = time.monotonic() + 30
        while not self._rests() and time.monotonic() < deadline:
            self._read(0.01)
        os.write(self._master, keys.encode())

    def wait_for(self, words: str, *, seconds: float = 30) -> None:
        """Return once the words were written; fail with the screen where they are not."""
        deadline = time.monotonic() + seconds
        while words not in self.screen:
            assert time.monotonic() < deadline, self.screen
            if not self._read(0.1) and self.process.poll() is not None:
                assert words in self.screen, self.screen

    def close(self) -> None:
        """Close the window: the process hears SIGHUP, and what it writes fails."""
        os.close(self._master)
        self._master = -1

    def ended(self) -> int:
        """Return the exit code, once it has ended."""
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.1)
        while self._read(0.0):
            pass
        return self.process.wait(timeout=1)

    def _rests(self) -> bool:
        stat = Path(f"/proc/{self.process.pid}/stat")  # proc(5): "pid (name) state ..."
        return not stat.exists() or not stat.read_text().rpartition(") ")[2].startswith("R")

    def _read(self, seconds: float) -> bool:
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            time.sleep(seconds if self._master < 0 else 0)
            return False
        with contextlib.suppress(OSError):  # the other end is closed
            text = os.read(self._master, 65536).decode("utf-8", "replace")
            self.screen += _SEQUENCES.sub("", text).replace("\r\n", "\n")
            return bool(text)
        return False


@contextlib.contextmanager
def terminal(workspace: Path, *arguments: str, undo_seconds: int = 10) -> Iterator[Terminal]:
    """Run `newsletter ARGUMENTS` on a terminal of 100 columns while the block runs."""
    master, slave = pty.openpty()
    code = (
        "import fcntl, sys, termios\n"
        "fcntl.ioctl(sys.stdin, termios.TIOCSCTTY, 0)\n"  # so that closing it is heard
        "from newsletter.cli.main import cli\n"
        "from newsletter.settings.timing import Timing\n"
        f"cli(obj=Timing(undo={undo_seconds}), prog_name='newsletter')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "-C", str(workspace), *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env=os.environ | {"COLUMNS": "100", "TERM": "xterm-256color", "TZ": "America/Toronto"},
    )
    os.close(slave)
    screen = Terminal(process, master)
    try:
        yield screen
    finally:
        process.kill()
        process.wait()
        if screen.has_window:
            screen.close()
