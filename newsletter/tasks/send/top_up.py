"""`--top-up`: a finished issue, for the readers who have joined the list since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from newsletter.audience.figures import kind_of
from newsletter.audience.list.listfile import Member
from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.outcome import State
from newsletter.basics.times import today
from newsletter.message.content import Content
from newsletter.state.parts import unfinished
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.standing import is_renewal, is_withdrawable
from newsletter.state.values import Mailing
from newsletter.tasks.send.intake import Intake
from newsletter.tasks.send.only_sender import refuse_recorded
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import Person
from newsletter.tasks.send.plan import plan_next, plan_top_up
from newsletter.tasks.send.prepare import Prepared, require_same
from newsletter.workspace import Workspace

_LEFT = (State.PENDING, State.ATTEMPTING, State.DEFERRED)


class TopUpIntake(Intake):
    """The list read for one more part: only the members who are in none of the `parts`.

    `mailable` and `excluded` count them.
    """

    def __init__(
        self, workspace: Workspace, ledger: SqliteLedger, day: date, parts: Sequence[Mailing]
    ) -> None:
        super().__init__(workspace, ledger, day, parts[0].selection)
        self._parts = parts
        self.mailable = 0
        self.excluded: Counter[str] = Counter()

    def _chosen(self, members: Iterable[Member]) -> Iterator[Member]:
        for member in self._ledger.records.newcomers(self._parts, members):
            if member.excluded is None:
                self.mailable += 1
            else:
                self.excluded[kind_of(member.excluded)] += 1
            yield member

    def _draft(self, content: Content) -> Mailing:
        return replace(super()._draft(content), part=self._parts[-1].part + 1)


def prepare_top_up(
    workspace: Workspace,
    ledger: SqliteLedger,
    order: Order,
    parts: Sequence[Mailing],
    person: Person,
) -> Prepared:
    """Show the plan of a top-up, which begins or goes on; raise where there can be none."""
    _require_finished(workspace, ledger, order, parts)
    left = unfinished(parts)
    if left is None:
        prepared = _for_newcomers(workspace, ledger, parts)
    else:
        prepared = Prepared(plan=plan_next(workspace, ledger, left), selection=left.selection)
    person.tell(prepared.plan)
    return prepared


def _require_finished(
    workspace: Workspace, ledger: SqliteLedger, order: Order, parts: Sequence[Mailing]
) -> None:
    """Raise where an issue was not sent, or its first part is not finished."""
    issue = order.issue
    refuse_recorded(workspace, issue, ledger)
    if not parts or is_withdrawable(ledger, parts[0]):
        raise fail(
            f"{issue} was never sent, so nobody has joined since",
            hint=f"newsletter send {issue} sends it to everybody on the list",
        )
    if is_renewal(ledger, parts[0]):
        raise fail(
            f"{issue} asks for consents, so it is not topped up from the list",
            hint="newsletter subscribers renew asks those whose consent ends by now",
        )
    if order.where is not None:
        require_same(parts[0], order.where)
    if unfinished(parts) is parts[0]:
        counts = ledger.records.counts(parts[0])
        left = sum(counts[state] for state in _LEFT)
        raise fail(
            f"{issue} is not finished: {left:,} left",
            hint=f"newsletter send {issue} goes on with it; top it up when that is done",
        )


def _for_newcomers(
    workspace: Workspace, ledger: SqliteLedger, parts: Sequence[Mailing]
) -> Prepared:
    """Read the list for those who are new, with the frozen content."""
    content = ledger.records.content(parts[0])
    intake = TopUpIntake(workspace, ledger, today(), parts)
    readers = intake.read(content)
    if readers.mailable is None:
        raise NewsletterError(*readers.problems)
    if readers.column_problems:
        raise NewsletterError(*readers.column_problems)
    intake.require_messages()
    counted = replace(readers, mailable=intake.mailable, excluded=intake.excluded)
    return Prepared(
        plan=plan_top_up(workspace, content, counted, parts),
        content=content,
        intake=intake,
        sources=parts[0].sources,
        selection=parts[0].selection,
    )
