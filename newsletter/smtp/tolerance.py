"""Whether a server takes commands that come behind a dot, before its answer to that.

RFC 2920, 3.1 allows it, and most servers that offer PIPELINING take it. Some refuse it as a guard
against smuggled messages: Haraka 3.3.4 answers each such command with 503. What one conversation
finds out holds for all of the same transport:

    UNTRIED -> TRIED      one conversation sends commands behind a dot; the others wait
    TRIED -> TAKEN        the server took them: everybody may
    TRIED -> DOUBTED      it refused them, or closed, in a way that can mean something else
    TAKEN -> DOUBTED      it answers the dot, and is silent about what came behind
    DOUBTED -> FORBIDDEN  it takes the same after its answer to a dot
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
    """What is known of a server; see the module."""

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
        """Note that a trial went wrong, or that what was taken before has no answer."""
        if self.stand in {Stand.TRIED, Stand.TAKEN}:
            self.stand, self._why = Stand.DOUBTED, why

    def forbid(self, why: str = "") -> str:
        """Note that it is forbidden; return what to tell about it, the first time."""
        if self.stand is Stand.FORBIDDEN:
            return ""
        self.stand = Stand.FORBIDDEN
        return f"the server took no command behind a message ({why or self._why}): {_REMEDY}"


def is_guard(phase: Phase, reply: Reply, *, trial: bool) -> bool:
    """Return whether a no is about what came behind a dot, not about what was asked for.

    MAIL was just accepted from the same sender, so that 503 to it has no other cause; in the
    trial no other 5xx is believed to MAIL or RSET either, before it was said to a connection that
    waits. Elsewhere the words must say so.
    """
    if reply.code == _BAD_SEQUENCE or _WORDS.search(reply.text):
        return True
    early = phase is Phase.MAIL or phase is Phase.RSET
    return trial and early and reply.code // 100 == _PERMANENT


def is_said(reply: Reply) -> bool:
    """Return whether a no says by itself that nothing may come behind a dot."""
    return reply.code == _BAD_SEQUENCE or _WORDS.search(reply.text) is not None


class Meaning(StrEnum):
    """What a no to a dot was about, where commands came behind it."""

    OWN = "own"
    """The message: the no is its answer."""
    TOO_SOON = "too soon"
    """What came behind: the message was not taken, and has no answer of its own."""
    LATE = "late"
    """What came behind, refused before the message was looked at; the last reply is its answer."""
    UNKNOWN = "unknown"


def meaning(replies: Sequence[Reply], commands: int, *, whole: bool) -> Meaning:
    """Return what the replies to a dot and so many commands behind it mean; the first is a no.

    `whole` is False where the server closed before all had come. Replies come in the order of the
    commands (RFC 2920, 3.2), but a guard may speak before the message has been dealt with. So a
    message counts as not taken only where no order of these replies could mean a yes to it.
    """
    first, behind = replies[0], replies[1:]
    alike = is_said(first) or any(each.text == first.text for each in behind)
    if behind and not alike:
        return Meaning.OWN
    positive = [each for each in behind if each.code // 100 not in {4, 5}]
    if not positive:
        guessed = not whole and len(replies) == commands
        return Meaning.UNKNOWN if guessed else Meaning.TOO_SOON
    is_last = whole and len(replies) == commands + 1 and behind[-1].code // 100 == _POSITIVE
    return Meaning.LATE if is_last and positive == [behind[-1]] else Meaning.UNKNOWN
