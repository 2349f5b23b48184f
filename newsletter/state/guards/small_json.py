"""Small JSON objects that a program wrote and anybody may have damaged."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LARGEST: Final = 65_536
_LARGEST_NUMBER: Final = 2**62
"""What a column of SQLite takes, and can be counted up from."""


def read_object(file: Path) -> Mapping[str, object] | None:
    """Return the object in a small plain file; None where there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        octets = os.read(descriptor, _LARGEST)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return object_of(octets)


def object_of(octets: bytes) -> Mapping[str, object] | None:
    """Return the JSON object that octets hold; None for anything else."""
    try:
        raw = json.loads(octets.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None


def text_of(raw: Mapping[str, object], name: str) -> str:
    """Return a member that is a text; raise ValueError for anything else."""
    value = raw.get(name)
    if isinstance(value, str):
        return value
    raise ValueError(name)


def whole_of(raw: Mapping[str, object], name: str, most: int = _LARGEST_NUMBER) -> int:
    """Return a member that is a whole number from 0 to `most`; raise ValueError otherwise."""
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(name)
    return value
