"""What sending an issue would do now; computing it changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from newsletter.audience.figures import kind_of
from newsletter.audience.selection import Selection, selected_words
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.outcome import State
from newsletter.basics.times import span
from newsletter.delivery.pace import seconds_needed
from newsletter.message.content import Content
from newsletter.render.slots.slots import fill
from newsletter.state.ledger import Ledger
from newsletter.state.parts import unfinished
from newsletter.state.values import Mailing
from newsletter.workspace import Workspace

if TYPE_CHECKING:  # the checks are heavy, and a mailing that goes on is not checked
    from newsletter.checks.dossier import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `send` is about to do.

    `mailing` is None for an issue that was never begun. `excluded` counts by kind of reason.
    `to_send` can be sent now; `later` are deferred, and may be tried again from `not_before`.
    `seconds` is what the rates alone make it last; 0 without rates. `changed` says that files
    were edited after the freeze, which the mailing does not follow. `where` names the selection
    that it is for, and says how many of the list that is; "" for the whole list. `joined_since` is
    the day after which the readers of a top-up that begins have joined.
    """

    issue: str
    subject: str
    sender: str
    transport: str
    to_send: int
    done: int
    excluded: Counter[str]
    problems: tuple[Problem, ...]
    seconds: float
    mailing: Mailing | None = None
    changed: bool = False
    later: int = 0
    not_before: datetime | None = None
    where: str = ""
    joined_since: date | None = None

    @property
    def duration(self) -> str:
        """How long the rates make it last, in words."""
        if not self.seconds:
            return "as long as the server needs (no rate holds it back)"
        if self.seconds < 60:  # noqa: PLR2004 - a minute
            return "less than a minute at the rates set"
        return f"at least {span(self.seconds, finest='min', most=3)} at the rates set"


def plan_first(
    workspace: Workspace, content: Content, readers: Readers, selection: Selection | None
) -> Plan:
    """Return the plan of an issue that was never begun, for the readers counted just now."""
    mailable = readers.mailable or 0
    where = selection and selected_words(selection, mailable, readers.passed_over)
    return Plan(
        issue=content.issue,
        subject=sample_subject(content),
        sender=_sender(content),
        transport=str(workspace.settings.delivery.transport),
        to_send=mailable,
        done=0,
        excluded=Counter(readers.excluded),
        problems=readers.problems,
        seconds=seconds_needed(mailable, workspace.settings.delivery.rate),
        where=where or "",
    )


def plan_top_up(
    workspace: Workspace, content: Content, newcomers: Readers, parts: Sequence[Mailing]
) -> Plan:
    """Return the plan of a top-up, for the readers counted just now who are in none of the parts.

    They joined after the last part was frozen.
    """
    plan = plan_first(workspace, content, newcomers, None)
    return replace(
        plan,
        where=str(parts[0].selection or ""),
        joined_since=parts[-1].frozen_at.astimezone().date(),
        changed=_changed(workspace, parts[0]),
    )


def next_part(ledger: Ledger, parts: Sequence[Mailing]) -> Mailing | None:
    """Return the part of a mailing to go on with: one that waits, else one that is not finished.

    Where all are finished it is the last; None where there is none.
    """
    last = parts[-1] if parts else None
    return next((each for each in parts if waiting(ledger, each)), unfinished(parts) or last)


def plan_next(workspace: Workspace, ledger: Ledger, mailing: Mailing) -> Plan:
    """Return the plan of a mailing that goes on, from the ledger alone."""
    counts = ledger.records.counts(mailing)
    content = ledger.records.content(mailing)
    left = waiting(ledger, mailing)
    later = counts[State.PENDING] + counts[State.DEFERRED] - left
    next_due = ledger.run.next_due(mailing) if later else None
    excluded: Counter[str] = Counter(
        kind_of(record.text) for record in ledger.records.of(mailing, [State.EXCLUDED])
    )
    return Plan(
        issue=mailing.issue,
        subject=sample_subject(content),
        sender=_sender(content),
        transport=str(workspace.settings.delivery.transport),
        to_send=left,
        done=sum(counts.values()) - left - later - counts[State.EXCLUDED],
        excluded=excluded,
        problems=(),
        seconds=seconds_needed(left, workspace.settings.delivery.rate),
        mailing=mailing,
        changed=_changed(workspace, mailing),
        later=later,
        where=str(mailing.selection or ""),
        not_before=None if next_due is None else datetime.fromtimestamp(next_due, UTC),
    )


def waiting(ledger: Ledger, mailing: Mailing) -> int:
    """Return how many readers can be sent to now: the pending, and the deferred who are due."""
    return ledger.run.waiting(mailing, due=datetime.now(UTC).timestamp())


def sample_subject(content: Content) -> str:
    """Return the subject as a reader without any field would get it."""
    return fill(content.subject, lambda slot: slot.fallback)


def _changed(workspace: Workspace, mailing: Mailing) -> bool:
    if not mailing.sources:  # a letter was made of no issue
        return False
    try:
        return workspace.sources(workspace.issue(mailing.issue)) != mailing.sources
    except (NewsletterError, OSError):
        return True


def _sender(content: Content) -> str:
    name = content.sender.name
    return f"{name} <{content.sender.address}>" if name else str(content.sender.address)
