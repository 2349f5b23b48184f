"""An issue written as files: the HTML, the text, and the whole message of one reader."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsletter.basics.files import resolved, shown, write_bytes
from newsletter.basics.private import OWN_FILE, private_folder
from newsletter.message.received import Received
from newsletter.tasks.message import issue_message
from newsletter.workspace import Workspace

FOLDER = "build"
_LEFT = re.compile(r"\.[0-9]{4}-[0-9]{2}[a-z0-9-]*\.(?:html|txt|eml)\.[a-z0-9_]{8}")
"""A file that a killed build left: `newsletter.basics.files` writes to `.NAME.RANDOM`."""


@dataclass(frozen=True, slots=True)
class Built:
    """One file that was written: its path as the editor should see it, and its octets."""

    file: Path
    size: int


def build(
    workspace: Workspace, slug: str, folder: Path | None, *, as_email: str | None, today: date
) -> Iterator[Built]:
    """Write SLUG.html, SLUG.txt and SLUG.eml and yield each; nothing is written on an error.

    HTML and text are read back out of the message, so they are what arrives. `as_email` is the
    address of a reader of the list; without it a sample reader's values are used. Of an issue
    that a mailing has frozen, the frozen content is written.
    """
    message = issue_message(workspace, slug, as_email, today=today)
    read = Received(message)
    target = folder if folder is not None else workspace.state_folder / FOLDER
    is_private = resolved(target).is_relative_to(resolved(workspace.state_folder))
    if is_private:
        private_folder(target)
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        for ending, data in (
            ("html", read.html.encode()),
            ("txt", read.text.encode()),
            ("eml", message),
        ):
            file = target / f"{slug}.{ending}"
            write_bytes(file, data, mode=OWN_FILE if is_private else None)
            yield Built(shown(file, workspace.root), len(data))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other builds out of a folder, and remove what a killed one left there.

    The system drops the lock when the process ends. On a file system without locks nothing is
    removed.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for each in folder.iterdir():
                if _LEFT.fullmatch(each.name):
                    each.unlink()
        yield
    finally:
        os.close(descriptor)
