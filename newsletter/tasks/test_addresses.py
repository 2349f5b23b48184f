"""The addresses that tests went to, kept in the workspace's state folder and not in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.files import write_text
from newsletter.basics.private import OWN_FILE, private_folder

NAME = "test-addresses.json"
MOST = 5


def remembered(folder: Path) -> tuple[str, ...]:
    """Return the addresses kept in a state folder, the last one first; none of a damaged file."""
    file = folder / NAME
    if file.is_symlink() or not file.is_file():  # reading a pipe would block
        return ()
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    listed = found if isinstance(found, list) else []
    return tuple(each for each in listed if isinstance(each, str) and _is_address(each))[:MOST]


def remember(folder: Path, address: str) -> None:
    """Put an address first. Raises OSError."""
    before = (each for each in remembered(folder) if each != address)
    _write(folder, (address, *before))


def forget(folder: Path, address: str) -> None:
    """Take an address out. Raises OSError."""
    before = remembered(folder)
    if address in before:
        _write(folder, tuple(each for each in before if each != address))


def of_person(folder: Path, is_theirs: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the remembered addresses of a person; `is_theirs` tells by an `Address.key`."""
    return tuple(each for each in remembered(folder) if is_theirs(parse_address(each).key))


def _write(folder: Path, addresses: tuple[str, ...]) -> None:
    private_folder(folder)
    file = folder / NAME
    if file.is_symlink():  # its target may lie outside the workspace
        file.unlink()
    write_text(file, json.dumps(addresses[:MOST]) + "\n", mode=OWN_FILE)


def _is_address(text: str) -> bool:
    try:
        return bool(parse_address(text))
    except BadAddress:
        return False
