"""Only one process sends at a time, and only from the ledger that was last sent from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.state.guards.contradiction import contradiction, epochs
from newsletter.state.guards.identity import advance, doubt, older
from newsletter.state.guards.lock import sending_lock
from newsletter.state.guards.tidying import tidy
from newsletter.state.guards.witness import Witness, witness_of
from newsletter.state.mailings_file import place_of, write_mailing
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Mailing, MailingState
from newsletter.workspace import MAILINGS, Workspace


def refuse_recorded(workspace: Workspace, issue: str, ledger: SqliteLedger | None = None) -> None:
    """Raise where `mailings.csv`, or a witness, has a mailing that the ledger does not have.

    That may be a part of a mailing of which the ledger has another.
    """
    parts = ledger.records.parts(issue) if ledger is not None else ()
    known = {each.uuid for each in parts}
    what = f"a part of {issue}" if parts else issue
    for row in workspace.mailings():
        if row["issue"] == issue and row["mailing"] not in known:
            begun = row.get("finished_at") == ""
            accepted = row.get("accepted") or "an unknown number"
            # A run that was killed has written the counts of its begin, not of its end.
            number = "" if begun and accepted == "0" else f" ({accepted} accepted)"
            raise fail(
                f"{what} was {'begun' if begun else 'sent'} already{number},"
                " but this ledger does not know of it",
                file=Path(MAILINGS),
                hint=(
                    f"copy {workspace.settings.database.name} and key from the"
                    " .newsletter folder of the machine or backup that sent it (docs/backup.md)"
                ),
            )
    if ledger is not None:
        _refuse_witnessed(ledger, issue, parts)


def _refuse_witnessed(ledger: SqliteLedger, issue: str, parts: Sequence[Mailing]) -> None:
    """Raise where there are marks of a mailing that the ledger does not have.

    That is so where the whole workspace was restored from a backup, `mailings.csv` included.
    """
    witness(ledger)
    marks = ledger.marks.marked_elsewhere(issue, parts)
    if marks is not None:
        what = f"a part of {issue}" if parts else issue
        raise fail(
            f"{what} was begun already, but this ledger does not know of it",
            file=marks,
            hint=(
                f"copy {ledger.database.file.name} and key from the .newsletter folder of the"
                " machine or backup that sent it (docs/backup.md). If it is lost, nobody can tell"
                " any more who got it"
            ),
        )


def refuse_doubtful(workspace: Workspace, ledger: SqliteLedger) -> None:
    """Raise where note, witness or `mailings.csv` show that the ledger was restored or copied."""
    why = doubt(ledger.database, _witness(ledger))
    if why is not None:
        raise why
    beyond = contradiction(workspace.mailings(), ledger)
    if beyond:
        raise older(ledger.database, beyond)


@contextlib.contextmanager
def the_only_sender(workspace: Workspace, ledger: SqliteLedger, *, trusted: bool) -> Iterator[str]:
    """Hold the sending lock while the block runs, and keep the ledger's witness up to date.

    With `trusted` (`--this-ledger-is-right`) a doubtful ledger is taken. Yields a warning where no
    witness can be kept, else "". Raises NewsletterError for a doubtful ledger, and at the end
    where the ledger was replaced meanwhile.
    """
    with sending_lock(lock_file(workspace), since=datetime.now().astimezone()):
        witness = _witness(ledger)
        tidy(ledger.database.file, workspace.root / MAILINGS, witness.folder)
        if not trusted:
            refuse_doubtful(workspace, ledger)
        known = epochs(workspace.mailings(), ledger.identity()[0])
        unkept = advance(ledger.database, witness, known)
        if trusted:
            _record_anew(workspace, ledger)
        ledger.marks.witnessed_by(witness.folder)
        yield _unkept(witness, unkept) if unkept else ""
        ledger.database.presence.require()
        advance(ledger.database, witness)


def witness(ledger: SqliteLedger) -> None:
    """Open the ledger's witness for reading, without the lock."""
    ledger.marks.witnessed_by(_witness(ledger).folder)


def lock_file(workspace: Workspace) -> Path:
    """Return the file that the one sender locks."""
    file = workspace.settings.database
    return file.with_name(file.name + ".lock")


def _record_anew(workspace: Workspace, ledger: SqliteLedger) -> None:
    """Write the lines of unfinished mailings anew, from a ledger that the editor trusts."""
    unfinished = {
        (each.issue, each.part): each
        for each in ledger.records.mailings()
        if each.state is not MailingState.FINISHED
    }
    file, name = workspace.root / MAILINGS, Path(MAILINGS)
    for row in workspace.mailings():
        mailing = unfinished.get(place_of(row))
        if mailing is not None:
            write_mailing(file, name, mailing, ledger.records.counts(mailing), ledger.identity())


def _witness(ledger: SqliteLedger) -> Witness:
    return witness_of(ledger.identity()[0])


def _unkept(witness: Witness, why: str) -> str:
    where = witness.folder or "this user's home"
    return (
        f"No witness of the ledger can be kept in {where} ({why}). It is sent all the same; but a"
        " backup of the whole .newsletter folder, put back later, may not be noticed"
        " (docs/backup.md)."
    )
