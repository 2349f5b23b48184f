"""One sender at a time: an flock on a file beside the ledger, which names who holds it.

The system drops the lock when the process ends, however it ends; so there is no heartbeat to
wait for, and the next `send` may come milliseconds after a kill.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.basics.private import private_folder

_OWN_PROCESS_ONLY = 0o600


@contextlib.contextmanager
def sending_lock(
    file: Path, *, since: datetime, already: str = "already being sent by"
) -> Iterator[None]:
    """Hold the lock; raise NewsletterError that names the holder where another has it.

    `already` says what is being done, in front of who does it.
    """
    private_folder(file.parent)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, _OWN_PROCESS_ONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
            raise fail(
                f"{already} {holder or 'another process'}",
                hint="wait for it, or end it with Ctrl-C in its window; then run this again",
            ) from None
        who = f"process {os.getpid()} on {socket.gethostname()} since {since:%Y-%m-%d %H:%M:%S %Z}"
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{who}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(file: Path) -> str | None:
    """Return who holds the lock now, in words, or None."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "another process"
    finally:
        os.close(descriptor)
    return None
