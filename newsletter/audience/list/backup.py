"""Copies of the list that an import makes beside it: their names, and how they are found again.

    subscribers.csv.before-import-20261129-083000

They hold addresses, so whoever is erased from the list is erased from them, too.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from newsletter.basics.private import OWN_FILE

_BEFORE = ".before-import-"
_WHEN = "%Y%m%d-%H%M%S"
_STAMP = re.compile(r"\d{8}-\d{6}")


def backups_of(file: Path) -> list[Path]:
    """Return the backups of a list file, the oldest first."""
    lead = f"{file.name}{_BEFORE}"
    found = file.parent.iterdir() if file.parent.is_dir() else ()
    return sorted(
        each
        for each in found
        if each.name.startswith(lead) and _STAMP.fullmatch(each.name.removeprefix(lead))
    )


def unfinished(file: Path) -> Path:
    """Return the name under which a list is written before it takes the place of the old one.

    A file there was left by a program that was killed.
    """
    return file.with_name(f".{file.name}{_BEFORE}unfinished")


def back_up(file: Path, now: datetime) -> Path:
    """Copy a list file beside it, mode 0600, and return the copy; the newest, if it is the same.

    Where the name is taken, a later second is. Raises OSError.
    """
    before = backups_of(file)
    if before and filecmp.cmp(before[-1], file, shallow=False):
        return before[-1]
    copy = _name(file, now)
    while copy in before:
        now += timedelta(seconds=1)
        copy = _name(file, now)
    new = unfinished(file)
    with file.open("rb") as old, private(new) as out:
        shutil.copyfileobj(old, out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(copy)
    return copy


def private(file: Path) -> BinaryIO:
    """Open a file to be written anew, readable by its owner only."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    return os.fdopen(os.open(file, flags, OWN_FILE), "wb")


def _name(file: Path, now: datetime) -> Path:
    return file.with_name(f"{file.name}{_BEFORE}{now.strftime(_WHEN)}")
