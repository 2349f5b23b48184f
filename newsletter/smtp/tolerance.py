"""Whether a server takes commands behind a dot, before it has answered the dot.

RFC 2920, 3.1 allows it, and most servers that offer PIPELINING take it. Some refuse it as a guard
against smuggled messages: Haraka 3.3.4 answers each such command with 503. The result of one
conversation holds for all of the same transport:

    UNTRIED -> TRIED      one conversation sends commands behind a dot; the others wait
    TRIED -> TAKEN        the server took them: every conversation sends them
    TRIED -> DOUBTED      it refused them, or closed, in a way that can mean something else
    TAKEN -> DOUBTED      it answered the dot, but not the commands behind it
    DOUBTED -> FORBIDDEN  it takes the same commands after its answer to a dot
    any -> FORBIDDEN      it says so: 503, or in words; a name can have several servers behind it

Compiled by mypyc.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from newsletter.basics.outcome import Phase, Reply
from newsletter.settings.values import Pipelining
from newsletter.smtp.conversation import is_no

_BAD_SEQUENCE: Final = 503
_WORDS: Final = re.compile(
    r"pipelin|synchroni[sz]|(?:bad|invalid|wrong|improper) sequence|out of (?:sequence|order|sync)"
    r"|(?:before|without waiting for|early).{0,30}(?:answer|reply|response|talker)",
    re.IGNORECASE,
)
_POSITIVE: Final = 2
_PERMANENT: Final = 5
_REMEDY: Final = (
    'each message now waits for the answer to the one before; pipelining = "before-dot" under'
    " [delivery] in newsletter.toml does so from the start"
)


class Stand(StrEnum):
    """What is known of a server; the module's docstring has the transitions."""

    UNTRIED = "untried"
    TRIED = "tried"
    TAKEN = "taken"
    DOUBTED = "doubted"
    FORBIDDEN = "forbidden"


class Tolerance:
    """What is known of one server, for all conversations with it."""

    def __init__(self, pipelining: Pipelining = Pipelining.FULL) -> None:
        self.in_groups: Final = pipelining is not Pipelining.OFF
        full = pipelining is Pipelining.FULL
        self.stand = Stand.UNTRIED if full else Stand.FORBIDDEN
        self._why = ""

    def doubt(self, why: str) -> None:
        """Note that a trial failed, or that commands taken before got no answer."""
        if self.stand in {Stand.TRIED, Stand.TAKEN}:
            self.stand, self._why = Stand.DOUBTED, why

    def forbid(self, why: str = "") -> str:
        """Note that it is forbidden; return a notice the first time, then ""."""
        if self.stand is Stand.FORBIDDEN:
            return ""
        self.stand = Stand.FORBIDDEN
        return f"the server took no command behind a message ({why or self._why}): {_REMEDY}"


def is_guard(phase: Phase, reply: Reply, *, trial: bool) -> bool:
    """Return whether a no is about the command's place behind a dot, not about its content.

    MAIL was just accepted from the same sender, so a 503 to it has no other cause. In the trial,
    any other 5xx to MAIL or RSET counts too: a connection that waits will show if it was meant.
    Elsewhere the words must say so.
    """
    if is_said(reply):
        return True
    early = phase is Phase.MAIL or phase is Phase.RSET
    return trial and early and reply.code // 100 == _PERMANENT


def is_said(reply: Reply) -> bool:
    """Return whether a no says by its code or words that nothing may come behind a dot."""
    return reply.code == _BAD_SEQUENCE or _WORDS.search(reply.text) is not None


class Meaning(StrEnum):
    """What a no to a dot with commands behind it was about."""

    OWN = "own"
    """The message: the no is its answer."""
    TOO_SOON = "too soon"
    """The commands behind: the message was not taken, and has no answer of its own."""
    LATE = "late"
    """The commands behind, refused before the message was read; the last reply is its answer."""
    UNKNOWN = "unknown"


def meaning(replies: Sequence[Reply], commands: int, *, whole: bool) -> Meaning:
    """Return what the replies to a dot and to `commands` commands behind it mean.

    The first is a no; `whole` is False where the server closed before all had come. Replies come
    in the order of the commands (RFC 2920, 3.2), but a guard may answer before the message was
    processed. So a message counts as not taken only where no order of the replies could mean a
    yes to it.
    """
    first, behind = replies[0], replies[1:]
    alike = is_said(first) or any(each.text == first.text for each in behind)
    if behind and not alike:
        return Meaning.OWN
    positive = [each for each in behind if not is_no(each)]
    if not positive:
        guessed = not whole and len(replies) == commands
        return Meaning.UNKNOWN if guessed else Meaning.TOO_SOON
    is_last = whole and len(replies) == commands + 1 and behind[-1].code // 100 == _POSITIVE
    return Meaning.LATE if is_last and positive == [behind[-1]] else Meaning.UNKNOWN
