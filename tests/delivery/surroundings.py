"""Ways in which a ledger's files come to be others than they were, as backups and disks do it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

Harm = Callable[[Path, Path], None]
"""What is done to a workspace's state folder, given a copy of it from earlier."""

LEDGER = "state.db"
LOG = ("state.db-wal", "state.db-shm")


def flip(share: float) -> Harm:
    """Flip a bit of the log, so far from its start."""

    def harm(folder: Path, _: Path) -> None:
        log = folder / LOG[0]
        octets = bytearray(log.read_bytes())
        octets[min(len(octets) - 1, int(len(octets) * share))] ^= 4
        log.write_bytes(octets)

    return harm


def spoil_header(folder: Path, _: Path) -> None:
    log = folder / LOG[0]
    log.write_bytes(b"\xff" * 32 + log.read_bytes()[32:])


def cut(share: float) -> Harm:
    """Cut the log off, so far from its start."""

    def harm(folder: Path, _: Path) -> None:
        log = folder / LOG[0]
        os.truncate(log, int(log.stat().st_size * share))

    return harm


def delete(*names: str) -> Harm:
    def harm(folder: Path, _: Path) -> None:
        for name in names:
            (folder / name).unlink(missing_ok=True)

    return harm


def cp(folder: Path, earlier: Path) -> None:
    """Copy file over file, as `cp` does: each keeps its inode."""
    delete(*LOG)(folder, earlier)
    for file in earlier.iterdir():
        shutil.copyfile(file, folder / file.name)


def cp_a(folder: Path, earlier: Path) -> None:
    subprocess.run(["cp", "-a", f"{earlier}/.", folder], check=True)


def rsync(folder: Path, earlier: Path) -> None:
    """Rename a new file over each that differs, and delete what is not there, as `rsync` does."""
    for file in folder.iterdir():
        if not (earlier / file.name).exists():
            file.unlink()
    for file in earlier.iterdir():
        if not (folder / file.name).exists() or file.read_bytes() != _octets(folder / file.name):
            shutil.copy2(file, folder / f".{file.name}.part")
            (folder / f".{file.name}.part").replace(folder / file.name)


def tar(folder: Path, earlier: Path) -> None:
    packed = subprocess.run(
        ["tar", "-C", earlier, "-cf", "-", "."], check=True, capture_output=True
    )
    subprocess.run(["tar", "-C", folder, "-xf", "-"], input=packed.stdout, check=True)


def snapshot(folder: Path, earlier: Path) -> None:
    """Put the whole folder back under its name."""
    folder.rename(folder.with_name("away"))
    shutil.copytree(earlier, folder)


def ledger_in_place(folder: Path, earlier: Path) -> None:
    """Copy the ledger alone over the newer one, whose log is gone."""
    delete(*LOG)(folder, earlier)
    shutil.copyfile(earlier / LEDGER, folder / LEDGER)


def ledger_renamed(folder: Path, earlier: Path) -> None:
    """Put the ledger alone in place by a rename."""
    shutil.copyfile(earlier / LEDGER, folder / "copy")
    delete(*LOG)(folder, earlier)
    (folder / "copy").replace(folder / LEDGER)


def all_but(name: str) -> Harm:
    """Copy everything back over the newer files but one of them."""

    def harm(folder: Path, earlier: Path) -> None:
        kept = (folder / name).read_bytes()
        cp(folder, earlier)
        (folder / name).write_bytes(kept)

    return harm


DAMAGE: dict[str, Harm] = {
    "the log's header": spoil_header,
    "a bit at its start": flip(0.001),
    "a bit in its first half": flip(0.3),
    "a bit near its end": flip(0.95),
    "its last octet": flip(1.0),
    "cut in the middle": cut(0.5),
    "emptied": cut(0.0),
    "deleted": delete(*LOG),
    "deleted alone": delete(LOG[0]),
}
HARMFUL = {"the log's header", "a bit at its start", "emptied", "deleted", "deleted alone"}
"""Damage that surely takes marks away; what is further behind may be of an earlier turn."""
RESTORES: dict[str, Harm] = {
    "cp": cp,
    "cp -a": cp_a,
    "rsync": rsync,
    "tar": tar,
    "snapshot": snapshot,
    "the ledger in place": ledger_in_place,
    "the ledger by a rename": ledger_renamed,
    "all but the note": all_but("state.db.epoch"),
}


def take_back(folder: Path, copy: Path) -> None:
    """Make a folder what its copy is, and let the note name the inode that the ledger has now."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    note = folder / f"{LEDGER}.epoch"
    said = json.loads(note.read_text("utf-8"))
    said["inode"] = (folder / LEDGER).stat().st_ino
    note.write_text(json.dumps(said), "utf-8")


def _octets(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""
