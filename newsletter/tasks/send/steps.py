"""Steps of a mailing: begin, take up, go on; each is recorded in `mailings.csv`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.audience.selection import Selection
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.basics.outcome import State, server_words
from newsletter.delivery.answers.causes import is_bad_address
from newsletter.delivery.answers.policy import latest_due
from newsletter.delivery.mailing import Course, Result, freeze, send
from newsletter.message.content import Content
from newsletter.state.ledger import Ledger
from newsletter.state.mailings_file import remove_mailing
from newsletter.state.values import Mailing, MailingState, Override, Refusal
from newsletter.tasks.send.leaving import Leavers, carry_over
from newsletter.tasks.send.record import record
from newsletter.tasks.send.uncertain import lost_words, make_uncertain
from newsletter.workspace import MAILINGS, Workspace

if TYPE_CHECKING:  # it is read for the check, which is heavy
    from newsletter.tasks.send.intake import Intake

_SOURCE = "mail server"
_FEW = 2
"""Up to so many refusals without an acceptance may be right in a short run."""


def begin(
    workspace: Workspace,
    ledger: Ledger,
    content: Content,
    sources: str,
    today: date,
    overrides: Sequence[Override] = (),
    intake: Intake | None = None,
    selection: Selection | None = None,
) -> Mailing:
    """Freeze an issue with its audience, and record that in `mailings.csv`.

    With an `intake` the audience is what it read, without those who have left since; without one
    the list is read now.
    """
    now = datetime.now(UTC)
    if intake is None:
        mailing = freeze(
            ledger.records,
            content,
            workspace.audience(ledger, today, selection),
            key=workspace.keys()[0],
            sources=sources,
            now=now,
            selection=selection,
        )
    else:
        mailing = intake.freeze(content, sources, now)
        if intake.somebody_left():
            exclude_who_left(workspace, ledger)
    ledger.records.override(mailing, overrides, now)
    record(workspace, ledger, mailing, ledger.records.counts(mailing))
    return mailing


def go_on(
    workspace: Workspace,
    ledger: Ledger,
    mailing: Mailing,
    course: Course,
    watch: Callable[[Counter[State]], None],
    tell: Callable[[str], None],
) -> Result:
    """Send what is left, record how it ended, and suppress the addresses that do not exist."""
    began = datetime.now(UTC)
    result = send(
        ledger,
        mailing,
        key=workspace.keys()[0],
        course=course,
        watch=watch,
        tell=tell,
        heed=Leavers(ledger.people, workspace.root).look,
    )
    ledger.run.confirm(result.mailing)
    if result.ending.stop is None and result.counts[State.REFUSED]:
        known = _unknown_addresses(ledger, result, began)
        result = replace(result, suppressed=_suppress(workspace, ledger, known))
    record(workspace, ledger, result.mailing, result.counts)
    return result


def _unknown_addresses(ledger: Ledger, result: Result, began: datetime) -> list[Refusal]:
    """Return the refusals of a mailing, in all its runs, for addresses that do not exist.

    Those of a run with more than a few refusals and no acceptance are left out: a broken server
    calls every address unknown.
    """
    moved = result.ending.moved
    broken = not moved[State.ACCEPTED] and moved[State.REFUSED] > _FEW
    return [
        each
        for each in ledger.records.refusals(result.mailing)
        if is_bad_address(each.outcome) and not (broken and each.at >= began.timestamp())
    ]


def _suppress(workspace: Workspace, ledger: Ledger, refusals: Sequence[Refusal]) -> int:
    """Suppress the addresses of refusals; return how many are new.

    An address that was suppressed or restored after its refusal stays as it is.
    """
    decided: dict[str, float] = {}
    for event in ledger.people.weighed():
        key = event.address.key
        decided[key] = max(decided.get(key, 0.0), event.at.timestamp())
    news = [each for each in refusals if each.at > decided.get(each.address.key, 0.0)]
    if not news:
        return 0
    book = SuppressionBook(ledger.people, workspace.root)
    known = book.in_force()
    for each in news:
        said = each.outcome
        words = server_words(0 if said.enhanced else said.code, said.enhanced, said.text)
        reason = f"address refused: {words}"
        book.suppress([each.address], reason=reason, source=_SOURCE, now=datetime.now(UTC))
    return sum(each.address.key not in known for each in news)


def exclude_who_left(workspace: Workspace, ledger: Ledger) -> None:
    """Exclude the readers who are suppressed now, in either record."""
    carry_over(ledger.people, workspace.root)
    ledger.people.exclude_waiting()


def take_up(
    workspace: Workspace,
    ledger: Ledger,
    mailing: Mailing,
    tell: Callable[[str], None],
) -> Mailing | None:
    """Bring a mailing up to date before it goes on; None where it is withdrawn.

    Deliveries that a dead run left unanswered, and those that the ledger has lost, become
    uncertain; readers who left meanwhile are excluded. A mailing that nobody can have got is
    withdrawn, and `send` begins anew from the files. The caller holds the sending lock.
    """
    now = datetime.now(UTC)
    lost = make_uncertain(ledger, mailing, now)
    if lost:
        tell(lost_words(mailing.issue, lost))
        record(workspace, ledger, mailing, ledger.records.counts(mailing))
    latest = latest_due(now.timestamp(), workspace.timing)
    ledger.run.bring_forward(mailing, now.timestamp(), latest)
    exclude_who_left(workspace, ledger)
    if mailing.part == 1 and ledger.records.nobody_got(mailing):
        # The line first: without its mailing it would say that the ledger is lost.
        remove_mailing(workspace.root / MAILINGS, Path(MAILINGS), mailing)
        ledger.records.withdraw(mailing)
        return None
    counts = ledger.records.counts(mailing)
    left = counts[State.PENDING] + counts[State.DEFERRED]
    if left or mailing.state is MailingState.FINISHED:
        return mailing
    mailing = ledger.records.set_state(mailing, MailingState.FINISHED, now)
    record(workspace, ledger, mailing, counts)
    return mailing


def take_up_all(
    workspace: Workspace, ledger: Ledger, parts: Sequence[Mailing], tell: Callable[[str], None]
) -> list[Mailing]:
    """Bring all parts of a mailing up to date; return those that are not withdrawn."""
    taken = [take_up(workspace, ledger, each, tell) for each in parts]
    return [each for each in taken if each is not None]
