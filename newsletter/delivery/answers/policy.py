"""What an answer means: pure functions.

Whether a refusal is about us or about the reader is in `causes` and `readers`; what stops a
mailing is in `breakers`.
Nothing here knows a socket or a clock; `now` is in seconds since 1970.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.basics.outcome import Outcome, Phase, Reply, State, Verdict
from newsletter.delivery.answers.causes import ADVICE, Cause, cause_of
from newsletter.settings.timing import Timing
from newsletter.smtp.events import Lost

CLOSED_AT_DOT: Final = 3
"""So often a delivery may be answered 421 at the dot before it is deferred."""

_PERSONAL_OCTETS: Final = 4096
"""What a reader's values may add to a message, generously."""

_FOR_EVERYBODY: Final = frozenset(
    {Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH, Phase.MAIL}
)
"""Where a refusal is about us and not about a reader."""
_TRANSIENT: Final = 4
"""The class of a reply that says "not now" (RFC 5321, 4.2.1)."""
_PERMANENT: Final = 5
"""The class of a reply that says no."""
CLOSING: Final = 421
_THROTTLED: Final = 454
NOBODY: Final = "nobody was marked for it"
_MEND: Final = "mend this and run the same command again"
_MEND_LOGIN: Final = (
    "check `user` in newsletter.toml and the password or token (NEWSLETTER_SMTP_PASSWORD or the"
    " keyring)"
)
_MEND_WAY: Final = (
    "compare `transport`, `user` and `auth` in newsletter.toml with what your mail host says: the"
    " server's name, its port, smtp:// or smtps://"
)
_MEND_SIZE: Final = "ask your mail host about its limits"
_TOO_LARGE: Final = "5.3.4"


_STATES: Final = {
    Verdict.ACCEPTED: State.ACCEPTED,
    Verdict.DEFERRED: State.DEFERRED,
    Verdict.REFUSED: State.REFUSED,
    Verdict.UNCERTAIN: State.UNCERTAIN,
    Verdict.UNTOUCHED: State.PENDING,
}


def judge(phase: Phase, reply: Reply) -> Outcome:
    """Return the outcome of an attempt that a reply ended, at RCPT, DATA or the dot."""
    verdict = _verdict(phase, reply.code)
    return Outcome(verdict, reply.code, reply.enhanced, reply.text, phase)


def _verdict(phase: Phase, code: int) -> Verdict:
    match code // 100:
        case 2:
            return Verdict.ACCEPTED
        case 4 if phase is Phase.DOT and code == CLOSING:
            return Verdict.UNTOUCHED
        case 4:
            return Verdict.DEFERRED
        case _:
            return Verdict.REFUSED


def lost_body(lost: Lost) -> Outcome:
    """Return the outcome of a delivery whose body was on its way when the connection ended.

    A no in the middle of the body counts as one to the dot; a yes there is none.
    """
    if lost.too_soon:
        return Outcome(Verdict.UNTOUCHED, text=lost.reason)
    if lost.unsent and lost.reply is not None and lost.reply.code // 100 in {4, 5}:
        return judge(Phase.DOT, lost.reply)
    if lost.unsent:
        return Outcome(Verdict.UNTOUCHED, text=f"{lost.reason}; a part was never sent")
    return Outcome(Verdict.UNCERTAIN, text=lost.reason)


def retry_after(attempts: int, jitter: float, timing: Timing) -> float:
    """Return the seconds until the next try after so many attempts; `jitter` is in [0, 1)."""
    doubled = timing.first_retry * 2.0 ** max(0, attempts - 1)
    return min(timing.longest_retry, doubled) * (1 + 0.1 * jitter)


def latest_due(now: float, timing: Timing) -> float:
    """Return until when a delivery can be deferred: a later time is that of a wrong clock."""
    return now + 1.1 * timing.longest_retry


def given_up(
    outcome: Outcome, first_deferred_at: float | None, now: float, timing: Timing
) -> Outcome:
    """Return the outcome, made final if the server has said "later" for two days."""
    late = first_deferred_at is not None and now - first_deferred_at >= timing.give_up_after
    if outcome.verdict is not Verdict.DEFERRED or not late:
        return outcome
    text = f"gave up after {timing.give_up_after / 3600:.0f} hours: {outcome.text}"
    return Outcome(Verdict.REFUSED, outcome.code, outcome.enhanced, text, outcome.phase)


def state_after(verdict: Verdict) -> State:
    """Return the state that a delivery is in after a verdict."""
    return _STATES[verdict]


def is_content_refused(outcome: Outcome) -> bool:
    """Return whether a refusal says that the message itself is bad."""
    return (
        outcome.verdict is Verdict.REFUSED
        and outcome.phase in {Phase.DATA, Phase.DOT}
        and outcome.code // 100 == _PERMANENT
    )


NO_SMTPUTF8: Final = Outcome(
    Verdict.REFUSED,
    0,
    "5.6.7",
    "the address needs SMTPUTF8, which the server does not offer",
    Phase.RCPT,
)
"""The end of a delivery that such a server cannot take (RFC 6531, 3.4)."""


def refused_mail(reply: Reply) -> Lost:
    """Return the end of a conversation in which MAIL was refused: another sender is needed."""
    return Lost(Phase.MAIL, f"the server takes no mail from us: {reply}", reply)


class Remedy(StrEnum):
    """What to do about the connections after one was lost."""

    RECONNECT = "reconnect"
    SLOW_DOWN = "slow down"
    STOP = "stop"


def after_loss(lost: Lost, *, accepted: bool) -> Remedy:
    """Return how to go on; `accepted` says whether the connection had taken a message."""
    if lost.fatal:
        return Remedy.STOP
    if lost.too_soon:
        return Remedy.RECONNECT
    code = lost.reply.code if lost.reply is not None and lost.phase in _FOR_EVERYBODY else 0
    if code // 100 == _PERMANENT:
        return Remedy.STOP
    throttled = code // 100 == _TRANSIENT and code != CLOSING
    return Remedy.RECONNECT if accepted and not throttled else Remedy.SLOW_DOWN


def hint_of(lost: Lost) -> str:
    """Return what to do about a loss that stops a mailing, and that it marked nobody."""
    return f"{_advice(lost)}; {NOBODY}"


def _advice(lost: Lost) -> str:
    """Return what to do about a loss that stops a mailing; a fatal one has no reply."""
    if lost.hint:
        return lost.hint
    if lost.phase is Phase.AUTH:
        return _MEND_LOGIN if lost.reply is not None else _MEND_WAY
    if lost.phase is Phase.STARTTLS or lost.fatal:
        return _MEND_WAY
    if lost.phase is not Phase.MAIL or lost.reply is None:
        return _MEND
    if lost.reply.enhanced == _TOO_LARGE:
        return _MEND_SIZE
    return ADVICE[cause_of(lost.reply) or Cause.SENDER]


def is_too_fast(reply: Reply) -> bool:
    """Return whether a server asks for fewer messages in a time.

    454 is what mail hosts say to a rate exceeded; but Postfix also says it where no login was
    made ("454 4.7.1 Relay access denied"). 421 closes for many reasons, mostly because one
    connection had its share; before any acceptance it slows down as trouble does.
    """
    return reply.code == _THROTTLED and cause_of(reply) in {None, Cause.LIMIT}


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a mailing stops, in a sentence, and what to do next.

    `content` says that the messages themselves were refused.
    `asks` says that whoever sits there may decide to go on all the same.
    """

    reason: str
    hint: str
    content: bool = False
    asks: bool = False


def too_large(octets: int, extensions: Mapping[str, str]) -> Stop | None:
    """Return why a message cannot be offered to a server that declares a SIZE (RFC 1870, 4).

    `octets` counts the message without the reader's values.
    """
    size = extensions.get("SIZE", "")
    if not size.isdigit() or int(size) == 0 or octets + _PERSONAL_OCTETS <= int(size):
        return None
    return Stop(
        f"the server takes messages of up to {int(size):,} bytes, and this one may have"
        f" {octets + _PERSONAL_OCTETS:,}",
        "shorten the issue, or ask your mail host for a higher limit",
    )
