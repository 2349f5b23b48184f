"""Who may send: one process at a time, from the ledger that was last sent from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from newsletter.errors import fail
from newsletter.state.identity import advance, doubt
from newsletter.state.lock import sending_lock
from newsletter.state.sqlite import SqliteLedger
from newsletter.workspace import MAILINGS, Workspace


def refuse_recorded(workspace: Workspace, issue: str) -> None:
    """Raise where `mailings.csv` knows a mailing of an issue that the ledger does not."""
    for row in workspace.mailings():
        if row["issue"] == issue:
            begun = row.get("finished_at") == ""
            raise fail(
                f"{issue} was {'begun' if begun else 'sent'} already"
                f" ({row.get('accepted') or 'an unknown number'} accepted),"
                " but this ledger does not know of it",
                file=Path(MAILINGS),
                hint=(
                    f"copy {workspace.settings.database.name} and key from the"
                    " .newsletter folder of the machine or backup that sent it (docs/backup.md)"
                ),
            )


def refuse_doubtful(workspace: Workspace, ledger: SqliteLedger) -> None:
    """Raise where the ledger looks restored or copied."""
    file = workspace.settings.database
    why = doubt(ledger, file, _note(file))
    if why is not None:
        raise why


@contextlib.contextmanager
def the_only_sender(workspace: Workspace, ledger: SqliteLedger, *, trusted: bool) -> Iterator[None]:
    """Hold the sending lock over a ledger that is the one last sent from.

    `trusted` is the editor's word for it. Raises NewsletterError.
    """
    file = workspace.settings.database
    with sending_lock(lock_file(workspace), since=datetime.now().astimezone()):
        if not trusted:
            refuse_doubtful(workspace, ledger)
        advance(ledger, file, _note(file))
        yield
        advance(ledger, file, _note(file))


def lock_file(workspace: Workspace) -> Path:
    """Return the file that the one sender locks."""
    file = workspace.settings.database
    return file.with_name(file.name + ".lock")


def _note(database: Path) -> Path:
    return database.with_name(database.name + ".epoch")
