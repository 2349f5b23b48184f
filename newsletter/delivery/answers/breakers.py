"""Which answers of the servers in a run stop a mailing.

Compiled by mypyc.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Final

from newsletter.basics.address import Address
from newsletter.basics.outcome import Outcome, Phase, Reply, Verdict
from newsletter.delivery.answers.causes import (
    ADVICE,
    ALIKE,
    ASK,
    REASONS,
    Cause,
    cause_of,
    is_policy,
    is_refused_at_rcpt,
)
from newsletter.delivery.answers.policy import NOBODY, Stop, is_content_refused
from newsletter.delivery.answers.readers import is_of_the_reader, likeness

_WINDOW: Final = 100
_MOST_REFUSED: Final = 5
_MOST_DEFERRED: Final = 20
_FEW: Final = 3
"""So many refusals of few attempts stop a mailing only if they are more than half of them."""
_STREAK: Final = 3
"""So many refusals of the content, or alike ones that are about us, stop a mailing."""
_REGARDLESS: Final = 100
"""So many alike ones do with `--keep-going`, as long as nobody was accepted."""


class Breakers:
    """Watches the outcomes, in the order in which they arrive over all connections.

    `accepted_before` says that an earlier run of the mailing had an acceptance. With `patient`
    any number may be deferred: the sender stays until they fall due.
    """

    def __init__(
        self,
        *,
        connections: int,
        keep_going: bool,
        patient: bool = False,
        accepted_before: bool = False,
    ) -> None:
        self._connections = connections
        self._keep_going = keep_going
        self._patient = patient
        self._accepted = False
        self._accepted_before = accepted_before
        self._streak = 0
        self._uncertain = 0
        self._attempts = 0
        self._alike: Counter[str] = Counter()
        self._go_on = "" if keep_going else "; --keep-going goes on regardless"
        self._noes = deque[tuple[int, Outcome]]()
        """What was refused or deferred of the last attempts, each with its number."""

    def note(self, outcome: Outcome, who: Address) -> Stop | None:
        """Take an outcome in; return why to stop, or None."""
        if outcome.verdict is Verdict.ACCEPTED:
            self._accepted = True
            self._streak = self._uncertain = 0
            self._attempts += 1
            if not self._noes:
                return None
            self._alike.clear()
            return self._share()
        if outcome.verdict in {Verdict.REFUSED, Verdict.DEFERRED}:
            self._attempts += 1
            self._noes.append((self._attempts, outcome))
        return (
            self._content(outcome)
            or self._about_us(outcome, who)
            or self._silence(outcome)
            or self._share()
        )

    def awaits_proof(self, outcome: Outcome) -> bool:
        """Return whether an outcome counts only once the server has accepted a message.

        Refused at RCPT; or, while nothing was accepted, deferred there for a cause of ours, or by
        a policy that says nothing of a later time.
        """
        if outcome.verdict is not Verdict.DEFERRED:
            return is_refused_at_rcpt(outcome)
        if outcome.phase is not Phase.RCPT or self._accepted:
            return False
        cause = _cause(outcome)
        if cause is None:
            return not self._patient and is_policy(_reply(outcome))
        return not (cause is Cause.LIMIT and self._patient)

    def at_the_end(self, unproved: Sequence[Outcome]) -> Stop | None:
        """Return why what awaits proof must not count, at the end of a run that nothing stopped.

        Where nothing was ever accepted that is any cause of ours, or a few that are not about
        readers; after an acceptance a limit that is reached, an account that may not send, or a
        few in the same words.
        """
        ever = self._accepted or self._accepted_before
        if ever and self._keep_going:
            return None
        for outcome in unproved:
            cause = _cause(outcome)
            if cause in {Cause.LIMIT, Cause.ACCOUNT} or (cause is not None and not ever):
                return self._about(outcome, cause)
        refused = [each for each in unproved if is_refused_at_rcpt(each)]
        unclear = [each for each in refused if not is_of_the_reader(_reply(each))]
        alike = Counter(likeness(each) if ever else "" for each in unclear)
        enough = max(alike.values(), default=0) >= _STREAK
        return self._about(unclear[-1], None) if enough else None

    def _content(self, outcome: Outcome) -> Stop | None:
        if is_content_refused(outcome):
            self._streak += 1
        if self._streak < _STREAK:
            return None
        cause = _cause(outcome)
        return Stop(
            f"the server refuses the message itself: {_reply(outcome)}",
            "nobody was marked as refused for it; "
            + ("mend the issue or ask your mail host" if cause is None else ADVICE[cause]),
            content=True,
        )

    def _about_us(self, outcome: Outcome, who: Address) -> Stop | None:
        """Stop at alike refusals in a row that are not about readers.

        Where the server does not say what it means, only as long as it never accepted anything:
        a reader's server may refuse them for reasons of its own.
        """
        ever = self._accepted or self._accepted_before
        if not self.awaits_proof(outcome) or (ever and self._keep_going):
            return None
        cause = _cause(outcome)
        if cause is None and (ever or is_of_the_reader(_reply(outcome))):
            return None
        key = likeness(outcome, who.local, who.domain) if cause is None else cause.value
        self._alike[key] += 1
        if self._alike[key] < (_REGARDLESS if self._keep_going else _STREAK):
            return None
        return self._about(outcome, cause)

    def _about(self, outcome: Outcome, cause: Cause | None) -> Stop:
        """Return the stop that a refusal about us means."""
        what = ALIKE if cause is None else REASONS[cause]
        advice = ASK if cause is None else ADVICE[cause]
        return Stop(
            f"{what}: {_reply(outcome)}", f"{advice}; {NOBODY}{self._go_on}", asks=cause is None
        )

    def _of_one_cause(self, refusals: Sequence[Outcome]) -> Stop | None:
        """Return a stop in the words of a cause that most of some refusals have."""
        causes = Counter(map(_cause, refusals)).most_common(1)
        for cause, number in causes:
            if cause is not None and 2 * number > len(refusals):
                last = next(each for each in reversed(refusals) if _cause(each) is cause)
                return self._about(last, cause)
        return None

    def _silence(self, outcome: Outcome) -> Stop | None:
        if outcome.verdict is Verdict.UNCERTAIN:
            self._uncertain += 1
        if self._uncertain <= 2 * self._connections:
            return None
        return Stop(
            f"{self._uncertain} messages in a row went out without an answer",
            "look at the mail server, then run this again; newsletter resolve decides about them",
        )

    def _share(self) -> Stop | None:
        """Stop where too many of the last hundred attempts failed, or of all, if those are fewer.

        What is more than five of a few is more than five of any hundred that they begin.
        """
        while self._noes and self._noes[0][0] <= self._attempts - _WINDOW:
            self._noes.popleft()
        if self._keep_going:
            return None
        refusals = [no for _, no in self._noes if no.verdict is Verdict.REFUSED]
        refused, deferred = len(refusals), len(self._noes) - len(refusals)
        if refused > _MOST_REFUSED or (refused > _FEW and 2 * refused > self._attempts):
            what = f"{refused} refused"
            if (about := self._of_one_cause(refusals)) is not None:
                return about
        elif deferred > _MOST_DEFERRED and not self._patient:
            what = f"{deferred} deferred"
        else:
            return None
        return Stop(
            f"{what} of the last {min(self._attempts, _WINDOW)} attempts;"
            f" the last one was {_reply(self._noes[-1][1])}",
            f"newsletter status shows them{self._go_on}",
            asks=True,
        )


def _cause(outcome: Outcome) -> Cause | None:
    return cause_of(_reply(outcome))


def _reply(outcome: Outcome) -> Reply:
    return Reply(outcome.code, outcome.enhanced, outcome.text)
