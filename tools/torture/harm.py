"""What is done to a ledger between two kills, or under a run: damaged logs, backups put back.

Each harm takes the ledger's folder and a copy of it from earlier in the same mailing.
"""

from __future__ import annotations

import os
import random
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

LEDGER = "state.db"
LOG = "state.db-wal"
INDEX = "state.db-shm"

Harm = Callable[[Path, Path, random.Random], None]


def _flip(folder: Path, _: Path, chance: random.Random) -> None:
    """Flip one bit of the log, anywhere."""
    log = folder / LOG
    octets = bytearray(log.read_bytes()) if log.exists() else bytearray()
    if octets:
        octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        log.write_bytes(octets)


def _spoil_header(folder: Path, _: Path, chance: random.Random) -> None:
    log = folder / LOG
    if log.exists() and log.stat().st_size:
        octets = bytearray(log.read_bytes())
        octets[chance.randrange(32)] ^= 0xFF
        log.write_bytes(octets)


def _cut(folder: Path, _: Path, chance: random.Random) -> None:
    log = folder / LOG
    if log.exists():
        os.truncate(log, chance.randint(0, log.stat().st_size))


def _lose_log(folder: Path, _: Path, __: random.Random) -> None:
    for name in (LOG, INDEX):
        (folder / name).unlink(missing_ok=True)


def _copy_back(folder: Path, earlier: Path, _: random.Random) -> None:
    """Copy the earlier files over the newer ones: each keeps its inode."""
    _lose_log(folder, earlier, _)
    for file in earlier.iterdir():
        shutil.copyfile(file, folder / file.name)


def _archive_back(folder: Path, earlier: Path, _: random.Random) -> None:
    """Unpack an archive over the folder: each file is a new one."""
    _lose_log(folder, earlier, _)
    archive = folder.with_name("archive.tar")
    with tarfile.open(archive, "w") as packing:
        packing.add(earlier, ".")
    with tarfile.open(archive) as unpacking:
        unpacking.extractall(folder, filter="data")
    archive.unlink()


def _folder_back(folder: Path, earlier: Path, _: random.Random) -> None:
    """Put the whole folder back, as a snapshot does."""
    shutil.rmtree(folder)
    shutil.copytree(earlier, folder, dirs_exist_ok=True)


def _rename_over(folder: Path, earlier: Path, _: random.Random) -> None:
    """Put the earlier ledger in place by a rename, as a program does that keeps folders alike."""
    copy = folder / "copy"
    shutil.copyfile(earlier / LEDGER, copy)
    _lose_log(folder, earlier, _)
    copy.replace(folder / LEDGER)


AFTER: dict[str, Harm] = {
    "a bit of the log flipped": _flip,
    "the log's header spoilt": _spoil_header,
    "the log cut off": _cut,
    "the log lost": _lose_log,
    "an earlier copy written over it": _copy_back,
    "an earlier archive unpacked": _archive_back,
    "an earlier folder put back": _folder_back,
    "an earlier ledger renamed over it": _rename_over,
}
"""What can happen between two processes."""
UNDER: dict[str, Harm] = {
    "the log deleted": _lose_log,
    "an earlier ledger renamed over it": _rename_over,
    "an earlier folder put back": _folder_back,
}
"""What can happen under a run; the process has to end by itself."""
