"""One line of a file, changed from the page, for a mistake that a check has found.

The rest of the file stays as it is, to the byte. Nothing is written where the line is no longer
the one that the page showed.
"""

from __future__ import annotations

import re
from pathlib import Path

from newsletter.basics.controls import CONTROLS, SEPARATORS, SURROGATES
from newsletter.basics.errors import fail
from newsletter.basics.files import decode, read_bytes, resolved, write_bytes
from newsletter.content.issue.file import FOLDER as ISSUES
from newsletter.state.standing import Standing
from newsletter.web.preview.access import Reach, file_of, reach_of
from newsletter.workspace import Workspace

LONGEST = 10_000
"""Characters of a line."""
_LINE_END = re.compile("(\r\n|\r|\n)")
_CONTROL = re.compile(rf"(?!\t)[{CONTROLS}{SEPARATORS}{SURROGATES}]")
_BOM = "\ufeff"


class ChangedMeanwhile(Exception):  # noqa: N818 - it reads as what happened
    """The line is no longer what the page showed."""


def is_changeable(workspace: Workspace, name: str) -> bool:
    """Whether a line of a file may be changed: access CHANGED, and no sent issue."""
    return reach_of(workspace, name) is Reach.CHANGED and not _frozen(workspace, name)


def change_line(workspace: Workspace, name: str, line: int, before: str, after: str) -> None:
    """Replace one line; raise ChangedMeanwhile, or NewsletterError where it must not be."""
    file = file_of(workspace, name, Reach.CHANGED)
    shown = Path(name)
    if not is_changeable(workspace, name):
        raise fail("this file is not changed from here", file=shown)
    if _CONTROL.search(after) or len(after) > LONGEST:
        raise fail("that is not one line of text", file=shown, line=line)
    data = read_bytes(file, shown)
    decode(data, shown)  # says what is wrong with the text
    pieces = _LINE_END.split(data.decode("utf-8"))
    at = 2 * (line - 1)  # the odd ones are the line ends
    bom = _BOM if at == 0 and pieces[0].startswith(_BOM) else ""
    if at >= len(pieces) or pieces[at].removeprefix(bom) != before:
        raise ChangedMeanwhile
    pieces[at] = bom + after
    try:
        write_bytes(file, "".join(pieces).encode("utf-8"))
    except OSError as error:
        raise fail(f"cannot be written: {error.strerror}", file=shown) from None


def _frozen(workspace: Workspace, name: str) -> bool:
    """Whether the file is an issue that a mailing has frozen: a change would have no effect."""
    file = resolved(workspace.root / name)
    is_issue = file.parent == resolved(workspace.root / ISSUES)
    return is_issue and workspace.standing(file.stem) is not Standing.DRAFT
