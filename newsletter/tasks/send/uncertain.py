"""Uncertain deliveries: found, listed, decided about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from newsletter.basics.outcome import State
from newsletter.state.guards.lock import holder
from newsletter.state.ledger import Ledger
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Mailing, MailingState, Record
from newsletter.tasks.send.only_sender import lock_file, witness
from newsletter.tasks.send.record import record
from newsletter.workspace import Workspace


def sender_now(workspace: Workspace) -> str | None:
    """Return the process that sends now, in words, or None."""
    return holder(lock_file(workspace))


def uncertain(ledger: SqliteLedger, mailing: Mailing, *, being_sent: bool) -> Iterator[Record]:
    """Yield the uncertain deliveries, and while nobody sends those that the next start finds.

    Nothing is changed, and no lock is taken.
    """
    if being_sent:
        yield from ledger.records.of(mailing, [State.UNCERTAIN])
        return
    wanted = [State.UNCERTAIN, State.ATTEMPTING]
    witness(ledger)
    lost = ledger.marks.lost(mailing)
    waiting = [State.PENDING, State.DEFERRED] if lost else []
    for each in ledger.records.of(mailing, [*wanted, *waiting]):
        if each.state in wanted or each.id in lost:
            yield each


def make_uncertain(ledger: Ledger, mailing: Mailing, now: datetime) -> int:
    """Make uncertain what a dead run left unanswered, and what the ledger has lost.

    Returns the number of the lost. The caller holds the sending lock.
    """
    ledger.run.recover(mailing, now)
    return ledger.run.reconcile(mailing, now)


def lost_words(issue: str, lost: int) -> str:
    """Return the warning that the ledger had lost attempts."""
    many = f"{lost:,} messages" if lost > 1 else "1 message"
    return (
        f"The ledger, or its log, is older than what was sent: it had lost {many} that may have"
        f" left. These readers are uncertain now, and get nothing by themselves:"
        f" newsletter resolve {issue} lists them."
    )


def settle_uncertain(
    workspace: Workspace, ledger: Ledger, parts: Sequence[Mailing], *, resend: bool
) -> int:
    """Make the uncertain deliveries pending (`resend`) or accepted; return how many.

    Instead of pending, those of readers who were erased become excluded, and are not counted.
    """
    return sum(_settle(workspace, ledger, each, resend=resend) for each in parts)


def _settle(workspace: Workspace, ledger: Ledger, mailing: Mailing, *, resend: bool) -> int:
    now = datetime.now(UTC)
    state = State.PENDING if resend else State.ACCEPTED
    why = "to be sent again" if resend else "counted as accepted by the editor"
    changed = ledger.records.resolve(mailing, state, why, now)
    if changed and resend:
        mailing = ledger.records.set_state(mailing, MailingState.PAUSED, now)
    record(workspace, ledger, mailing, ledger.records.counts(mailing))
    return changed
