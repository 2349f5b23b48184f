"""Erases a person: an alias stands in their place, and nothing else of them is left in our files.

The order matters, since the process may be killed at any moment:

    1. what a dead run left is settled                  its answers may quote the address
    2. the ledger, in one transaction                   from here on the alias is suppressed: the
                                                        address is not mailed, wherever it stands
    3. suppressions.csv: the alias is added, then the person's lines are removed
    4. the list and its backups, then copies of mail
    5. the database is rewritten, and the erasure noted as finished

The same command, run again, goes on: each step looks for what is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.audience.list.backup import back_up, backups_of, leftovers_of
from newsletter.audience.list.removal import Found, remove_lines
from newsletter.audience.register.event import UNDATED, Event, Kind
from newsletter.audience.suppression.erased_lines import add_alias
from newsletter.audience.suppression.record import FILE_NAME
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown
from newsletter.state.guards.lock import sending_lock
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import MailingState
from newsletter.tasks.people.copies import delete
from newsletter.tasks.people.kept import Kept, in_backups, in_list, in_record, mentions
from newsletter.tasks.people.moving_in import LOCK
from newsletter.tasks.people.sought import Sought
from newsletter.tasks.people.traces import Traces
from newsletter.tasks.send.record import record
from newsletter.tasks.send.uncertain import make_uncertain
from newsletter.tasks.test_addresses import forget
from newsletter.workspace import Workspace

REASON = "erased"
_WHAT = "erase"
_WRITTEN = "the list is being written by"
_AGAIN = "the person is suppressed; mend this, then run the same command again: it goes on"


def erase(
    workspace: Workspace, ledger: SqliteLedger, found: Kept, *, source: str, now: datetime
) -> tuple[Path, ...]:
    """Erase a person of whom `found` was gathered. The caller holds the sending lock.

    Returns the list, its backups and `suppressions.csv` where they still name the address, in rows
    of others. Raises NewsletterError where a file could not be written; a second call goes on.
    """
    with sending_lock(workspace.state_folder / LOCK, since=now, already=_WRITTEN):
        _erase(workspace, ledger, found, _event(ledger, found.who.alias, source, now), now)
    return mentions(workspace, Traces(found.who.spellings()))


def _erase(
    workspace: Workspace, ledger: SqliteLedger, found: Kept, erased: Event, now: datetime
) -> None:
    _settle(workspace, ledger, now)
    if found.who.address is not None:
        ledger.people.erase(found.who.address, erased)
    _update_mailings(workspace, ledger)
    try:
        _record_alias(workspace, found.who, erased)
        _clean_list(workspace, found.who, now)
        for each in (*found.copies, *found.leftovers):
            delete(each)
        for address in found.tested:
            forget(workspace.state_folder, address)
    except OSError as error:
        raise _not_written(workspace, error) from None
    ledger.people.scrub()
    ledger.people.finish_erasure(found.who.alias)


def _settle(workspace: Workspace, ledger: SqliteLedger, now: datetime) -> None:
    """Take up the answers that a dead run left beside the ledger."""
    for mailing in ledger.records.mailings():
        if make_uncertain(ledger, mailing, now):
            record(workspace, ledger, mailing, ledger.records.counts(mailing))


def _event(ledger: SqliteLedger, alias: Address, source: str, now: datetime) -> Event:
    """Return the event of an erasure, later than what happened to the alias before."""
    past = [each.at for each in ledger.people.history(alias) if each.at != UNDATED]
    at = max([now.replace(microsecond=0), *(each + timedelta(seconds=1) for each in past)])
    return Event(address=alias, kind=Kind.ERASE, reason=REASON, source=source, at=at)


def _update_mailings(workspace: Workspace, ledger: SqliteLedger) -> None:
    """Write the counts of unfinished mailings anew: somebody who waited is excluded now."""
    for mailing in ledger.records.mailings():
        if mailing.state is not MailingState.FINISHED:
            record(workspace, ledger, mailing, ledger.records.counts(mailing))


def _record_alias(workspace: Workspace, who: Sought, erased: Event) -> None:
    file = workspace.root / FILE_NAME
    add_alias(file, erased, shown=Path(FILE_NAME))
    _remove(workspace, file, lambda: in_record(workspace, who))


def _clean_list(workspace: Workspace, who: Sought, now: datetime) -> None:
    """Remove the person's rows from the list and from every backup of it.

    The backup made here goes once the list was read again, without them and with all others. So
    does what a killed command left beside the list: nobody else writes it meanwhile.
    """
    file = workspace.settings.subscribers_file
    before = in_list(workspace, who)
    if before.lines:
        back_up(file, _WHAT, now)
        _remove(workspace, file, lambda: in_list(workspace, who))
        after = in_list(workspace, who)
        if after.lines or after.others != before.others:
            raise fail(
                "the list was not rewritten as it should be",
                file=shown(file, workspace.root),
                hint=f"put {backups_of(file, _WHAT)[-1].name} back in its place",
            )
    for each in (*backups_of(file, _WHAT), *leftovers_of(file)):
        each.unlink(missing_ok=True)
    backups, _unreadable = in_backups(workspace, who)
    for backup in backups:
        _remove_lines(workspace, backup.file, backup.found)


def _remove(workspace: Workspace, file: Path, look: Callable[[], Found]) -> None:
    found = look()
    if found.lines:
        _remove_lines(workspace, file, found)


def _remove_lines(workspace: Workspace, file: Path, found: Found) -> None:
    if not remove_lines(file, found.lines, found.encoding):
        raise fail(
            "the file was changed by another program meanwhile",
            file=shown(file, workspace.root),
            hint="close it there, then run the same command again: it goes on",
        )


def _not_written(workspace: Workspace, error: OSError) -> NewsletterError:
    file = shown(Path(error.filename), workspace.root) if error.filename else None
    return NewsletterError(
        Problem(message=f"could not be written: {error.strerror or error}", file=file, hint=_AGAIN)
    )
