"""The story of `send`: what will happen, then the freeze, then the mailing, then its record."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from newsletter.audience.audience import Audience, kind_of
from newsletter.audience.book import SuppressionBook, suppressed_now
from newsletter.audience.suppression import in_force
from newsletter.delivery.mailing import Course, Result, freeze, send
from newsletter.delivery.pace import seconds_needed
from newsletter.errors import NewsletterError, Problem, fail
from newsletter.message.content import Content
from newsletter.outcome import State
from newsletter.render.slots import fill
from newsletter.state.identity import advance, doubt
from newsletter.state.ledger import Ledger, Mailing, MailingState
from newsletter.state.lock import sending_lock
from newsletter.state.mailings_file import remove_mailing, write_mailing
from newsletter.state.sqlite import SqliteLedger
from newsletter.workspace import MAILINGS, Workspace

_SOURCE = "mail server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `send` is about to do.

    `mailing` is None for an issue that was never begun. `excluded` counts by kind of reason.
    `to_send` can be sent now; `later` are deferred, and may be tried again from `not_before`.
    `seconds` is what the rates alone make it last; 0 without rates. `changed` says that files
    were edited after the freeze, which the mailing does not follow.
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

    @property
    def duration(self) -> str:
        """How long the rates make it last, in words."""
        if not self.seconds:
            return "as long as the server needs (no rate holds it back)"
        if self.seconds < 60:  # noqa: PLR2004 - a minute
            return "less than a minute at the rates set"
        minutes = round(self.seconds / 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = [(days, "d"), (hours, "h"), (minutes, "min")]
        told = " ".join(f"{number} {unit}" for number, unit in parts if number)
        return f"at least {told} at the rates set"


def plan_first(workspace: Workspace, ledger: Ledger, content: Content, today: date) -> Plan:
    """Say what sending an issue for the first time would do; the list is read once for it."""
    audience = workspace.audience(ledger, today)
    for _ in audience:
        pass
    return Plan(
        issue=content.issue,
        subject=sample_subject(content),
        sender=_sender(content),
        transport=str(workspace.settings.delivery.transport),
        to_send=audience.figures.mailable,
        done=0,
        excluded=audience.figures.excluded,
        problems=audience.problems,
        seconds=seconds_needed(audience.figures.mailable, workspace.settings.delivery.rate),
    )


def plan_next(workspace: Workspace, ledger: Ledger, mailing: Mailing) -> Plan:
    """Say what going on with a mailing would do; only the ledger is asked."""
    counts = ledger.counts(mailing)
    content = ledger.content(mailing)
    now = datetime.now(UTC).timestamp()
    due = len(ledger.deferred(mailing, due=now, limit=-1))
    left, later = counts[State.PENDING] + due, counts[State.DEFERRED] - due
    next_due = ledger.next_due(mailing) if later else None
    excluded: Counter[str] = Counter(
        kind_of(record.text) for record in ledger.records(mailing, [State.EXCLUDED])
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
        not_before=None if next_due is None else datetime.fromtimestamp(next_due, UTC),
    )


def refuse_recorded(workspace: Workspace, issue: str) -> None:
    """Raise where `mailings.csv` knows a mailing of an issue that the ledger does not."""
    for row in workspace.mailings():
        if row["issue"] == issue:
            raise fail(
                f"{issue} was sent already (mailing {row['mailing']},"
                f" {row.get('accepted') or 'an unknown number'} accepted),"
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


def begin(
    workspace: Workspace, ledger: Ledger, content: Content, sources: str, today: date
) -> tuple[Mailing, Audience]:
    """Freeze an issue with its audience, and record that in `mailings.csv`."""
    audience = workspace.audience(ledger, today)
    key = workspace.keys()[0]
    mailing = freeze(ledger, content, audience, key=key, sources=sources, now=datetime.now(UTC))
    _record(workspace, ledger, mailing)
    return mailing, audience


def go_on(
    workspace: Workspace,
    ledger: Ledger,
    mailing: Mailing,
    course: Course,
    watch: Callable[[Counter[State]], None],
    tell: Callable[[str], None],
) -> Result:
    """Send what is left, and record how it ended.

    Addresses that the server does not know are suppressed, unless the run was stopped: a broken
    relay says of everybody that it does not know them.
    """
    result = send(ledger, mailing, key=workspace.keys()[0], course=course, watch=watch, tell=tell)
    if result.ending.stop is None and result.ending.bad_addresses:
        book = SuppressionBook(ledger, workspace.root)
        for delivery, outcome in result.ending.bad_addresses:
            reason = f"address refused: {outcome.enhanced} {outcome.text}"
            book.suppress([delivery.address], reason=reason, source=_SOURCE, now=datetime.now(UTC))
    _record(workspace, ledger, result.mailing)
    return result


def take_up(workspace: Workspace, ledger: Ledger, mailing: Mailing) -> Mailing | None:
    """Bring a mailing up to date before it goes on; None where it is withdrawn.

    What a dead run left unanswered becomes uncertain, and who left meanwhile is excluded. A
    mailing that nobody can have got is withdrawn: the issue is taken as its files say now. The
    caller holds the sending lock.
    """
    now = datetime.now(UTC)
    _carry_over(ledger, workspace.root)
    ledger.recover(mailing, now)
    ledger.exclude_suppressed(mailing)
    if ledger.withdraw(mailing):
        remove_mailing(workspace.root / MAILINGS, Path(MAILINGS), mailing)
        return None
    counts = ledger.counts(mailing)
    left = counts[State.PENDING] + counts[State.DEFERRED]
    if left or mailing.state is MailingState.FINISHED:
        return mailing
    mailing = ledger.set_state(mailing, MailingState.FINISHED, now)
    _record(workspace, ledger, mailing)
    return mailing


def settle_uncertain(
    workspace: Workspace, ledger: Ledger, mailing: Mailing, *, resend: bool
) -> int:
    """Carry out the editor's decision about the uncertain ones; return how many there were."""
    now = datetime.now(UTC)
    state = State.PENDING if resend else State.ACCEPTED
    why = "to be sent again" if resend else "counted as accepted by the editor"
    changed = ledger.resolve(mailing, state, why, now)
    if resend:
        mailing = ledger.set_state(mailing, MailingState.PAUSED, now)
    _record(workspace, ledger, mailing)
    return changed


def sample_subject(content: Content) -> str:
    """Return the subject as a reader without any field would get it."""
    return fill(content.subject, lambda slot: slot.fallback)


def _carry_over(ledger: Ledger, root: Path) -> None:
    """Give the database the suppressions that only `suppressions.csv` has: the mark asks there."""
    known = in_force(ledger.suppression_events())
    for key, suppression in suppressed_now(ledger, root).items():
        if key not in known:
            ledger.suppress(suppression)


def _record(workspace: Workspace, ledger: Ledger, mailing: Mailing) -> None:
    try:
        write_mailing(workspace.root / MAILINGS, Path(MAILINGS), mailing, ledger.counts(mailing))
    except OSError as error:
        problem = Problem(
            message=f"could not be written: {error.strerror or error}",
            file=Path(MAILINGS),
            hint="the ledger has everything; mend this and run the same command again",
        )
        raise NewsletterError(problem) from None


def _changed(workspace: Workspace, mailing: Mailing) -> bool:
    try:
        return workspace.sources(workspace.issue(mailing.issue)) != mailing.sources
    except (NewsletterError, OSError):
        return True


def _sender(content: Content) -> str:
    name = content.sender.name
    return f"{name} <{content.sender.address}>" if name else str(content.sender.address)
