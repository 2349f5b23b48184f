"""A repaired copy of the list, written beside it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from newsletter.audience.list.clean.clean import Cleaned, clean
from newsletter.audience.list.table import Table
from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.files import new_file, shown
from newsletter.basics.private import OWN_FILE
from newsletter.workspace import Workspace


def require_new(workspace: Workspace, target: Path) -> None:
    """Raise NewsletterError where a copy of the list would replace a file."""
    name = shown(target, workspace.root)
    hint = "give the copy a name that no file has"
    if not target.exists():
        return
    if target.samefile(workspace.settings.subscribers_file):
        raise fail("this is the list itself, and no command writes to it", file=name, hint=hint)
    raise fail("there is a file of this name already", file=name, hint=hint)


def write_clean(
    workspace: Workspace, target: Path, *, suppressed: Collection[str], today: date
) -> Cleaned:
    """Write a repaired copy of the list (mode 0600); `suppressed` are by `Address.key`.

    Raises NewsletterError where the list cannot be read, where there is such a file, or where the
    copy would not be read as it was written; OSError where it cannot be written.
    """
    file, name = workspace.settings.subscribers_file, shown(target, workspace.root)
    try:
        with new_file(target, mode=OWN_FILE) as beside:
            with beside.open("w", encoding="utf-8", newline="") as out:
                cleaned = clean(
                    file,
                    out.write,
                    shown=shown(file, workspace.root),
                    suppressed=suppressed,
                    today=today,
                    answers=workspace.settings.subscribers_columns,
                )
            if _rows_of(beside, name) != cleaned.rows:
                raise _unlike(name)
    except FileExistsError:
        require_new(workspace, target)
        raise
    return cleaned


def _rows_of(file: Path, name: Path) -> int:
    torn: list[int] = []
    try:
        with Table(file, shown=name) as table:
            rows = sum(1 for _ in table.rows(torn=lambda line, _text: torn.append(line)))
    except NewsletterError:
        raise _unlike(name) from None
    return rows + len(torn)


def _unlike(name: Path) -> NewsletterError:
    return fail(
        "the copy would have other rows than the list, so none was made",
        file=name,
        hint="mend the rows that are left out by hand: newsletter subscribers check --all",
    )
