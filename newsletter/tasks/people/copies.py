"""Copies that the program itself made of somebody's mail, in files of the workspace.

outbox/new/HASH.newsletter           a message, where the transport is a Maildir
.newsletter/build/SLUG.eml ...       an issue built as somebody gets it
.newsletter/rehearsal/SLUG/          a rehearsal: its messages and its scratch ledger
"""

from __future__ import annotations

import contextlib
import email.parser
import email.utils
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from newsletter.audience.list.removal import IsTheirs
from newsletter.basics.address import BadAddress, parse_address
from newsletter.tasks.build import FOLDER as BUILT
from newsletter.tasks.people.traces import Traces, files_below
from newsletter.tasks.rehearse import FOLDER as REHEARSED
from newsletter.workspace import Workspace

_MESSAGE: Final = re.compile(r"[0-9a-f]{32}\.newsletter(?::2,[A-Za-z]*)?")
_BODY: Final = re.compile(rb"\r?\n\r?\n")
_HEAD: Final = 16_384
"""Octets in which the headers of our messages end."""


def copies(workspace: Workspace, is_theirs: IsTheirs, traces: Traces) -> tuple[Path, ...]:
    """Return the files and folders that may be deleted: they are the person's, and ours."""
    built, rehearsed = workspace.state_folder / BUILT, workspace.state_folder / REHEARSED
    found = dict.fromkeys(_rehearsals(rehearsed, is_theirs, traces))
    found |= dict.fromkeys(_built(built, is_theirs, traces))
    for file in files_below(workspace.root):
        ours = is_message(file) and not file.is_relative_to(rehearsed)
        if ours and is_addressed(file, is_theirs):
            found[file] = None
    return tuple(found)


def is_message(file: Path) -> bool:
    """Return whether a file has the name of a message that a Maildir transport wrote."""
    return _MESSAGE.fullmatch(file.name) is not None


def delete(found: Path) -> None:
    """Delete a file or a folder with all it holds. Raises OSError."""
    if found.is_dir():
        shutil.rmtree(found)
    else:
        found.unlink(missing_ok=True)


def is_addressed(file: Path, is_theirs: IsTheirs) -> bool:
    """Return whether a message is to a person, by its To or Delivered-To."""
    with contextlib.suppress(OSError), file.open("rb") as data:
        octets = _BODY.split(data.read(_HEAD), maxsplit=1)[0]
        # Read as UTF-8: RFC 6532 allows it in a field, and the parser of octets does not know that.
        head = email.parser.HeaderParser().parsestr(octets.decode("utf-8", "replace"))
        fields = [str(each) for name in ("To", "Delivered-To") for each in head.get_all(name, [])]
        for _name, written in email.utils.getaddresses(fields):
            with contextlib.suppress(BadAddress):
                if is_theirs(parse_address(written).key):
                    return True
    return False


def _rehearsals(folder: Path, is_theirs: IsTheirs, traces: Traces) -> Iterator[Path]:
    for each in _entries(folder):
        if any(traces.are_in(file) or is_addressed(file, is_theirs) for file in files_below(each)):
            yield each


def _built(folder: Path, is_theirs: IsTheirs, traces: Traces) -> Iterator[Path]:
    """Yield all files of an issue that was built for the person, and what else names them."""
    for each in _entries(folder):
        if each.is_file():
            message = each.with_suffix(".eml")
            if traces.are_in(each) or (message.is_file() and is_addressed(message, is_theirs)):
                yield each


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
