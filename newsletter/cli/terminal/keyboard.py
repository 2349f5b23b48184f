"""The keyboard of a terminal while the program waits or sends."""

from __future__ import annotations

import contextlib
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def keys() -> Iterator[Callable[[float], bool]]:
    """Yield a function that waits some seconds for a key and returns whether one came.

    Keys typed before do not count.
    """
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        termios.tcflush(descriptor, termios.TCIFLUSH)
        yield lambda seconds: bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        # Flushed again, so that the shell does not get the key.
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


@contextlib.contextmanager
def no_caret() -> Iterator[None]:
    """Stop the terminal from writing ^C into a line that changes."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    quiet = [*before[:3], before[3] & ~termios.ECHOCTL, *before[4:]]
    termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal went away
            termios.tcsetattr(sys.stdin, termios.TCSANOW, before)
