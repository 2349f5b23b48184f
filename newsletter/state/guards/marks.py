"""When each delivery of a mailing was marked last, in files that the ledger's own log cannot lose.

A file has a line of 128 octets that names the mailing and its issue, then eight octets for each
delivery by its id: seconds since 1970 as a double, 0 for one that was never marked or came back
unsent. A turn writes here right after its commit and before its messages leave, without a sync of
its own: a `kill -9` leaves what the system has. After a power cut a file may be older than the
ledger, and then says nothing against it.

Compiled by mypyc.
"""

from __future__ import annotations

import contextlib
import math
import os
import stat
import struct
import tempfile
from array import array
from pathlib import Path
from typing import Final

from newsletter.state.values import Mailing

_HEADER: Final = 128
_NUMBER_OF_WORDS: Final = 6
"""Of the first line, before the issue."""
_OCTETS: Final = 8
_PIECE: Final = 1 << 20
_DOUBLE: Final = struct.Struct("<d")
_MOST: Final = 1 << 33
"""Octets of a file for a thousand million deliveries: nothing larger is one of ours."""


class MarkFile:
    """An open file of marks; a write that fails is left out, since the ledger has it, too."""

    def __init__(self, descriptor: int, first: int) -> None:
        self._descriptor = descriptor
        self._start = _HEADER - _OCTETS * first

    def write(self, first: int, times: bytes) -> None:
        """Note when deliveries were marked, from this id on, as `times_of` gives it."""
        try:  # noqa: SIM105 - once a turn: contextlib.suppress takes as long as the write
            os.pwrite(self._descriptor, times, self._start + _OCTETS * first)
        except OSError:
            pass

    def close(self) -> None:
        """Sync and close."""
        with contextlib.suppress(OSError):
            os.fsync(self._descriptor)
        os.close(self._descriptor)


def times_of(number: int, at: float) -> bytes:
    """Return what `MarkFile.write` takes: so many deliveries at one time, 0 for never."""
    return _DOUBLE.pack(at) * number


def open_marks(file: Path, mailing: Mailing) -> MarkFile | None:
    """Open a mailing's file for writing; None where it is missing, another's, or not writable."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return None
    if _names(descriptor, mailing):
        return MarkFile(descriptor, mailing.first)
    os.close(descriptor)
    return None


def make_marks(file: Path, mailing: Mailing, times: array[float]) -> None:
    """Write a mailing's file anew, its room on the disk taken. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_header(mailing))
            out.write(_little_endian(times).tobytes())
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_marks(file: Path, mailing: Mailing) -> array[float] | None:
    """Return when each delivery was marked, from the first id on; None where that is not known."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not _names(descriptor, mailing):
            return None
        wanted = _OCTETS * _number(mailing)
        octets = os.pread(descriptor, wanted, _HEADER).ljust(wanted, b"\0")
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return _little_endian(array("d", octets))


def tells_of(file: Path, issue: str) -> bool:
    """Return whether a file is of some mailing of an issue, and says that a message may have left.

    A long name is cut off in the file; then a name that begins like it counts, too.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        header = os.pread(descriptor, _HEADER, 0)
        words = header.split(b" ", 6)
        if len(words) <= _NUMBER_OF_WORDS or header != _line(words[:_NUMBER_OF_WORDS], issue):
            return False
        at = _HEADER
        while octets := os.pread(descriptor, _PIECE, at):
            if octets.strip(b"\0"):
                return True
            at += len(octets)
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return False


def is_lost(marked: float, at: float | None) -> bool:
    """Return whether the ledger has lost the last mark of a delivery that waits.

    `at` is the time of its last entry in the ledger, None where it never was tried.
    """
    if marked == 0:
        return False
    return at is None or not math.isfinite(marked) or at < marked


def _names(descriptor: int, mailing: Mailing) -> bool:
    """Return whether an open file is a plain one, and that of the mailing."""
    with contextlib.suppress(OSError):
        if os.fstat(descriptor).st_size <= _MOST:
            return os.pread(descriptor, _HEADER, 0) == _header(mailing)
    return False


def _header(mailing: Mailing) -> bytes:
    text = f"newsletter marks 1 {mailing.uuid} {mailing.first} {mailing.last}"
    return _line(text.encode().split(), mailing.issue)


def _line(words: list[bytes], issue: str) -> bytes:
    return b" ".join([*words, issue.encode()])[: _HEADER - 1].ljust(_HEADER - 1) + b"\n"


def _number(mailing: Mailing) -> int:
    return max(0, mailing.last - mailing.first + 1)


def _little_endian(times: array[float]) -> array[float]:
    if struct.pack("=d", 1.0) != _DOUBLE.pack(1.0):
        times = array("d", times)
        times.byteswap()
    return times
