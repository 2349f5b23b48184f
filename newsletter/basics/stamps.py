"""Stamps of files, and values that are cached until a file's stamp changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Stamp = tuple[str, int, int, int]


def stamp(file: Path) -> Stamp:
    """Return path, time in ns, octets and inode of a file; zeros where there is none."""
    try:
        status = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), status.st_mtime_ns, status.st_size, status.st_ino


def stamps(*files: Path) -> tuple[Stamp, ...]:
    """Return the stamps of some files, in their order."""
    return tuple(map(stamp, files))


class Kept:
    """Values by name, each made again when its stamp has changed.

    Safe in threads: two that make a value at once make equal ones, and one of them is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Hashable, Any]] = {}

    def of(self, name: Hashable, stamp: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a name; what `make` raises is raised, and nothing is kept."""
        known = self._kept.get(name)
        if known is None or known[0] != stamp:
            known = self._kept[name] = stamp, make()
        made: T = known[1]
        return made
