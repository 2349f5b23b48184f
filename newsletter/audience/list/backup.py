"""Backups of the list, made by commands before they write to it.

    subscribers.csv.before-erase-20261102-093000
    subscribers.csv.before-import-20261102-093000

They lie beside the list, for their owner alone, and nothing reads them.
"""

from __future__ import annotations

import contextlib
import filecmp
import itertools
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from newsletter.basics.files import resolved
from newsletter.basics.private import OWN_FILE

_TIME: Final = "%Y%m%d-%H%M%S"
_RANDOM: Final = "[a-z0-9_]{8}"
"""As `tempfile.mkstemp` ends a name."""


def back_up(file: Path, what: str, now: datetime) -> Path:
    """Copy the list before a command (`what`) changes it; return the copy. Raises OSError.

    Where the newest copy is the same, as after a command that was killed, it is that one.
    """
    target = resolved(file)
    before = backups_of(file, what)
    if before and filecmp.cmp(before[-1], target, shallow=False):
        return before[-1]
    name = f"{target.name}.before-{what}-{now.astimezone(UTC):{_TIME}}"
    taken = {each.name for each in before}
    free = (f"{name}-{number}" for number in itertools.count(2))
    backup = target.with_name(
        next(each for each in itertools.chain((name,), free) if each not in taken)
    )
    new = unfinished(target)
    with private(new) as out, target.open("rb") as data:
        shutil.copyfileobj(data, out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(backup)
    return backup


def unfinished(file: Path) -> Path:
    """Return the name under which a file is written before it takes the place of the old one."""
    return file.with_name(f".{file.name}.before-unfinished")


def private(file: Path) -> BinaryIO:
    """Open a file to be written anew, readable by its owner only."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    return os.fdopen(os.open(file, flags, OWN_FILE), "wb")


def backups_of(file: Path, what: str = "[a-z]+") -> tuple[Path, ...]:
    """Return the backups that commands (`what`, a pattern; or any) made of the list, by name."""
    name = re.escape(resolved(file).name)
    return _beside(file, rf"{name}\.before-{what}-[0-9]{{8}}-[0-9]{{6}}(?:-[0-9]+)?")


def leftovers_of(file: Path) -> tuple[Path, ...]:
    """Return what a killed command left beside a file: it and its backups, half written."""
    name = re.escape(resolved(file).name[:80])
    half = rf"\.{name}(?:\.before-[a-z0-9-]*)?\.{_RANDOM}"
    return _beside(file, rf"{half}|\.{name}\.before-unfinished")


def _beside(file: Path, pattern: str) -> tuple[Path, ...]:
    found: Iterator[Path] = iter(())
    with contextlib.suppress(OSError):
        found = resolved(file).parent.iterdir()
    return tuple(sorted(each for each in found if re.fullmatch(pattern, each.name)))
