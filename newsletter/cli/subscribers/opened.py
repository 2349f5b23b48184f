"""The list and both records of suppressions, opened; one reader, or the nearest address."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.basics.errors import NewsletterError, Problem, did_you_mean
from newsletter.basics.files import shown
from newsletter.basics.times import today

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience
    from newsletter.audience.list.listfile import Member
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.basics.address import Address
    from newsletter.state.ledger import Records
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.workspace import Workspace

_COMPARED = 20_000
"""Rows of a list; on a longer one no nearest address is looked for."""


@contextlib.contextmanager
def opened(
    start: Path | Workspace | None, *, shows_cells: bool = False
) -> Iterator[tuple[Audience, SuppressionBook, Records]]:
    """Open the workspace: its audience as of today, both records of suppressions, the records."""
    with opened_whole(start, shows_cells=shows_cells) as (audience, book, ledger):
        yield audience, book, ledger.records


@contextlib.contextmanager
def opened_whole(
    start: Path | Workspace | None, *, shows_cells: bool = False
) -> Iterator[tuple[Audience, SuppressionBook, SqliteLedger]]:
    """Open the workspace as `opened` does, with the whole ledger."""
    from newsletter.audience.audience import Audience
    from newsletter.audience.registered import register_of
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.workspace import Workspace, open_workspace

    workspace = start if isinstance(start, Workspace) else open_workspace(start)
    file = workspace.settings.subscribers_file
    with workspace.ledger() as ledger:
        keys = workspace.keys()
        book = SuppressionBook(ledger.people, workspace.root, keys)
        audience = Audience(
            file,
            shown=shown(file, workspace.root),
            register=register_of(book.in_force(), ledger.people.choices(), keys),
            today=today(),
            answers=workspace.settings.subscribers_columns,
            shows_cells=shows_cells,
        )
        yield audience, book, ledger


def look_up(audience: Audience, key: str) -> tuple[Member | None, tuple[Problem, ...]]:
    """Return the member with a key, or None and why the list cannot be read."""
    try:
        return audience.find(key), ()
    except NewsletterError as error:
        return None, error.problems


def nearest(audience: Audience, address: Address) -> str | None:
    """Return the hint that names the nearest address of the list; None on a long list."""
    with contextlib.closing(iter(audience)) as members:
        first = itertools.islice(members, _COMPARED + 1)
        listed = [each.subscriber.address for each in first]
    if len(listed) > _COMPARED:
        return None
    # All readers of one provider have most of their address in common: the name must be near too.
    near = (str(each) for each in listed if did_you_mean(address.local, (each.local,)))
    return did_you_mean(str(address), near)


def not_listed(workspace: Workspace, near: str | None) -> str:
    """Return the note that an address is not on the list, with the list's name."""
    file = shown(workspace.settings.subscribers_file, workspace.root)
    return f"  not on the list ({file}){f'; {near}' if near else ''}"
