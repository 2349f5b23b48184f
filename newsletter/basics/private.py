"""The state folder and its content, readable by their owner only, with any umask."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

STATE: Final = ".newsletter"
"""The workspace's private folder: the ledger and its key, built files, rehearsals."""
OWN_FILE: Final = 0o600
"""The mode of every file in it."""
_OWN_FOLDER: Final = 0o700
_OTHERS: Final = 0o077


def private_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, mode 0700 each; raise OSError.

    A state folder on the way loses the rights of others. Path.mkdir(parents=True) would give the
    folders above the umask's mode.
    """
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            _make(each)
        elif each.name == STATE:
            close_to_others(each)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=_OWN_FOLDER, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
    folder.chmod(_OWN_FOLDER)


def close_to_others(folder: Path) -> None:
    """Remove the rights of group and others from a folder, if it exists and is ours."""
    with contextlib.suppress(OSError):
        mode = folder.stat().st_mode & 0o7777
        if mode & _OTHERS:
            folder.chmod(mode & ~_OTHERS)
