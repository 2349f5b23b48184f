"""An issue written as files: the HTML, the text, and the whole message of one reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

from newsletter.files import shown, write_bytes
from newsletter.specimen import issue_message
from newsletter.workspace import Workspace

FOLDER = Path(".newsletter", "build")


@dataclass(frozen=True, slots=True)
class Built:
    """One file that was written: its path as the editor should see it, and its octets."""

    file: Path
    size: int


def build(
    workspace: Workspace, slug: str, folder: Path | None, *, as_email: str | None
) -> Iterator[Built]:
    """Write SLUG.html, SLUG.txt and SLUG.eml and yield each; nothing is written on an error.

    HTML and text are taken back out of the message, so they are what arrives. `as_email` names a
    reader of the list; without it a sample reader gets it. Once a mailing has frozen the issue,
    that is what is shown, whatever the files say since.
    """
    today = datetime.now().astimezone().date()
    message = issue_message(workspace, slug, as_email, today=today)
    target = folder if folder is not None else workspace.root / FOLDER
    for ending, data in (
        ("html", _part(message, "html")),
        ("txt", _part(message, "plain")),
        ("eml", message),
    ):
        file = target / f"{slug}.{ending}"
        write_bytes(file, data)
        yield Built(shown(file, workspace.root), len(data))


def _part(message: bytes, kind: str) -> bytes:
    """Return the body of one kind, decoded; every message of ours has both."""
    for part in message_from_bytes(message).walk():
        payload = part.get_payload(decode=True)
        if part.get_content_subtype() == kind and isinstance(payload, bytes):
            return payload.replace(b"\r\n", b"\n")
    raise ValueError(f"the message has no {kind} part")
