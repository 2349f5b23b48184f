"""The second journal: outcomes that the ledger could not take, in a file beside it.

Its room on the disk is taken before the first message leaves, as zeros, which are overwritten
where they lie: so a disk that is full by then, or filled by others meanwhile, does not matter.
Read at the next start, before anything is sent. One JSON object a line, then what is left of the
zeros:

    {"delivery": 17, "state": "accepted", "at": 1.5, "due": null, "outcome": ["accepted", 250, ...]}
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.state.values import Settlement

_OCTETS_PER_CONNECTION: Final = 4096
"""More than a line has: a reply's text is at most 500 characters, and one body is on its way."""
_FEWEST_OCTETS: Final = 65536
_UNUSED: Final = b"\0"
_LARGEST: Final = 2**63 - 1
_LATEST: Final = 253_402_300_799.0
"""The end of the year 9999, the last that a datetime takes."""


def reserve(file: Path, connections: int) -> None:
    """Take room for what may be set aside; the file is for its owner alone.

    Raises OSError where there is not so much, and then takes none.
    """
    octets = max(_FEWEST_OCTETS, _OCTETS_PER_CONNECTION * connections)
    try:
        with _opened(file) as descriptor:
            _allocate(descriptor, octets)
            os.fsync(descriptor)
    except OSError:
        release(file)
        raise


def release(file: Path) -> None:
    """Give back room in which nothing is written."""
    with contextlib.suppress(OSError):
        if not read_aside(file):
            file.unlink(missing_ok=True)


def write_aside(file: Path, settlements: Sequence[Settlement]) -> None:
    """Append settlements and sync them, those first whose message has left."""
    ordered = sorted(settlements, key=lambda each: each.outcome.phase is not Phase.DOT)
    lines = "".join(json.dumps(_as_object(each), ensure_ascii=False) + "\n" for each in ordered)
    with _opened(file) as descriptor:
        used = len(file.read_bytes().rstrip(_UNUSED))
        try:
            _write(descriptor, lines.encode("utf-8", "replace"), used)
        finally:
            os.fsync(descriptor)


def read_aside(file: Path) -> list[Settlement]:
    """Return what was set aside; a line that is cut off or damaged is left out."""
    if not file.is_file():
        return []
    found: list[Settlement] = []
    for line in file.read_bytes().rstrip(_UNUSED).decode("utf-8", "replace").split("\n"):
        try:
            found.append(_settlement(json.loads(line)))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue
    return found


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _allocate(descriptor: int, octets: int) -> None:
    """Allocate so many octets on the disk; where the system has no call for that, write zeros."""
    try:
        os.posix_fallocate(descriptor, 0, octets)
    except (AttributeError, OSError):
        there = os.fstat(descriptor).st_size
        _write(descriptor, _UNUSED * (octets - there), there)


def _write(descriptor: int, octets: bytes, offset: int) -> None:
    """Write all of it: a disk that is nearly full takes a part, and then raises OSError."""
    while octets:
        written = os.pwrite(descriptor, octets, offset)
        octets, offset = octets[written:], offset + written


def _as_object(each: Settlement) -> dict[str, object]:
    said = each.outcome
    outcome = [said.verdict, said.code, said.enhanced, said.text, said.phase]
    return {
        "delivery": each.delivery,
        "state": each.state,
        "at": each.at,
        "due": each.due,
        "outcome": outcome,
    }


def _settlement(raw: dict[str, Any]) -> Settlement:
    verdict, code, enhanced, text, phase = raw["outcome"]
    due = raw["due"]
    return Settlement(
        _column(raw["delivery"]),
        State(raw["state"]),
        Outcome(Verdict(verdict), _column(code), str(enhanced), str(text), Phase(phase)),
        _moment(raw["at"]),
        None if due is None else _moment(due),
    )


def _column(raw: object) -> int:
    """Return a number that a column of the ledger takes; raise ValueError for any other."""
    number = int(str(raw))
    if not 0 <= number <= _LARGEST:
        raise ValueError(number)
    return number


def _moment(raw: float) -> float:
    """Return seconds since 1970; raise ValueError for what is no time."""
    moment = float(raw)
    if not 0 <= moment <= _LATEST:
        raise ValueError(moment)
    return moment
