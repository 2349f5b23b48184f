"""What a killed process left behind: files under a temporary name that were never renamed."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

_RANDOM = "[a-z0-9_]{8}"
"""As `tempfile.mkstemp` ends a name; `newsletter.basics.files` writes to `.NAME.RANDOM`."""
_KEY = re.compile(rf"\.{{1,2}}key\.([0-9]+)(?:\.{_RANDOM})?")
"""A first key, with the number of the process that makes it."""


def tidy(database: Path, mailings: Path, witness: Path | None) -> None:
    """Remove what is left over beside the ledger, `mailings.csv` and in the witness's folder.

    The caller holds the sending lock: nobody else writes these files. What resists stays.
    """
    name = re.escape(database.name)
    _remove(database.parent, rf"\.{name}\.(epoch|marks-[0-9a-f-]+)\.{_RANDOM}")
    _remove(database.parent, rf"{name}\.{_RANDOM}", only_empty=True)  # a ledger, not yet born
    _remove(mailings.parent, rf"\.{re.escape(mailings.name)}\.{_RANDOM}")
    if witness is not None:
        _remove(witness, rf"\.(seen\.json|marks-[0-9a-f-]+)\.{_RANDOM}")
    for each in _entries(database.parent):
        left = _KEY.fullmatch(each.name)
        if left and not _runs(int(left[1])):
            each.unlink(missing_ok=True)


def _remove(folder: Path, pattern: str, *, only_empty: bool = False) -> None:
    for each in _entries(folder):
        if re.fullmatch(pattern, each.name):
            with contextlib.suppress(OSError):
                if not (only_empty and each.stat().st_size):
                    each.unlink()


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
