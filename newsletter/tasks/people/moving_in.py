"""The lists of other tools, moved in: `newsletter subscribers import`.

What is written, in this order, so that a kill at any moment leaves nothing that a second run does
not complete:

    1. the ledger, in one transaction: who left there, and the consents of the others
    2. suppressions.csv, by a rename: who left there
    3. the list, by a rename: who is new

So nobody is on the list whose leaving is not recorded yet. A second import of the same files
changes nothing.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from newsletter.audience.moving.source import opened_sources
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.settings.values import Durability
from newsletter.state.guards.lock import sending_lock
from newsletter.state.keys import load_keys
from newsletter.state.ledger import Ledger
from newsletter.tasks.people.consents import Consents
from newsletter.tasks.people.judging import Judging
from newsletter.tasks.people.leavers import events_of, find_leavers, judge, rows_of
from newsletter.tasks.people.roll import Roll
from newsletter.tasks.people.spool import Spool
from newsletter.tasks.people.tally import Moved
from newsletter.workspace import Workspace

LOCK = "import.lock"
"""In the state folder: held by a command that writes to the list."""
_IMPORTING = "a list is being imported already by"


def move_in(workspace: Workspace, files: Sequence[Path], *, now: datetime, dry_run: bool) -> Moved:
    """Import files; with `dry_run` say what that would do, and write nothing.

    Raises NewsletterError where a file cannot be read at all (then nothing is imported), or a
    record cannot be written.
    """
    settings = workspace.settings
    now = now.astimezone(UTC).replace(microsecond=0)
    answers = settings.subscribers_columns
    with contextlib.ExitStack() as stack:
        if not dry_run:
            lock = workspace.state_folder / LOCK
            stack.enter_context(sending_lock(lock, since=now, already=_IMPORTING))
        roll = Roll(settings.subscribers_file, workspace.root, answers)
        opened = stack.enter_context(opened_sources(files, today=now.date(), answers=answers))
        ledger, book = stack.enter_context(_records(workspace, dry_run=dry_run))
        book.require_whole()
        news = stack.enter_context(Spool())
        consents = stack.enter_context(Consents(ledger.people.imports()))
        roll.keys.update(_joined(ledger))
        each = list(rows_of(opened.sources, now=now, keeps_ip=settings.keep_ip))
        leavers = find_leavers(each, rows_of(opened.strangers, now=now, keeps_ip=False))
        verdicts = judge(leavers, book)
        judging = Judging(roll, book, leavers, verdicts, news=news, consents=consents)
        tallies = tuple(judging.count(source, rows) for source, rows in each)
        backup = None
        if not dry_run:
            roll.tidy()
            book.bring_in(events_of(leavers, verdicts, now), consents.events(now), now)
            backup = roll.write(news, now) if news.count else None
        return Moved(
            tallies=tallies,
            passed_over=tuple((each.name, each.why) for each in opened.passed_over),
            warnings=tuple(opened.warnings),
            list_file=roll.shown,
            columns=roll.columns,
            backup=backup,
            has_list=roll.is_there or news.count > 0,
            dry_run=dry_run,
        )


@contextlib.contextmanager
def _records(workspace: Workspace, *, dry_run: bool) -> Iterator[tuple[Ledger, SuppressionBook]]:
    """Open the ledger and the book of suppressions.

    A dry run in a workspace without a ledger makes none: it gets an empty one, elsewhere.
    """
    with contextlib.ExitStack() as stack:
        ledger: Ledger
        if not dry_run or workspace.settings.database.exists():
            ledger = stack.enter_context(workspace.ledger())
            keys = workspace.keys()
        else:
            from newsletter.state.sqlite import SqliteLedger

            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            file = workspace.state_folder / "key"
            keys = load_keys(file, make=False) if file.exists() else ()
            ledger = SqliteLedger(folder / "state.db", durability=Durability.NORMAL, keys=keys)
            stack.callback(ledger.close)
        yield ledger, SuppressionBook(ledger.people, workspace.root, keys)


def _joined(ledger: Ledger) -> Iterator[str]:
    """Yield the keys of people who signed up here and have no row in the list."""
    choices = ledger.people.choices()
    return (key for key, choice in choices.items() if choice.joined)
