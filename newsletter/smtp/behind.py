"""Commands sent behind a dot, before its answer: the trial, and what a refusal means.

Compiled by mypyc.
"""

from __future__ import annotations

from newsletter.basics.outcome import Phase, Reply
from newsletter.smtp.auth import Credentials
from newsletter.smtp.conversation import CLOSING, is_no
from newsletter.smtp.events import Answered, Lost, Noticed
from newsletter.smtp.opening import Opening, Tls
from newsletter.smtp.replies import one_line
from newsletter.smtp.tolerance import Meaning, Stand, Tolerance, is_guard, is_said, meaning


class BehindDot(Opening):
    """A conversation that may send commands behind a dot, as `tolerance` says."""

    def __init__(
        self, hello: str, tls: Tls, credentials: Credentials | None, tolerance: Tolerance
    ) -> None:
        super().__init__(hello, tls, credentials, in_groups=tolerance.in_groups)
        self._tolerance = tolerance
        self._is_behind = False
        """Whether the commands for the offered envelope left behind a dot, before its answer."""
        self._commands = 0
        """The number of these commands."""
        self._is_trial = False
        """Whether this conversation is the one that tries it (tolerance.py, TRIED)."""
        self._held: list[Reply] = []
        """A no to a dot with commands behind it, and the replies to these, until all have come."""
        self._has_ended_one = False
        self._swift = False
        """Whether a 250 to the offered MAIL and RCPT needs no further handling."""

    def lost(self, reason: str, *, unsent: bool, closed: bool) -> Lost:
        """Return the end: `closed` by the server, or else silent for too long."""
        is_dropped = not closed and self._is_behind and self.phase is not Phase.DOT
        if is_dropped or (self._is_trial and not unsent):
            self._tolerance.doubt(reason)
        if not self._held:
            return Lost(self.phase or Phase.QUIT, reason, unsent=unsent)
        # Silence proves nothing: the server may still work on the message.
        meant = meaning(self._held, self._commands, whole=False)
        return Lost(Phase.DOT, reason, too_soon=closed and meant is not Meaning.UNKNOWN)

    def leave(self) -> None:
        """Note that the connection is closed; a trial without a result goes to another one."""
        if not self._is_trial:
            return
        self._is_trial = False
        if self._over:
            self._tolerance.doubt("its answer made no sense")
        elif self._tolerance.stand is Stand.TRIED:
            self._tolerance.stand = Stand.UNTRIED

    @property
    def is_trying(self) -> bool:
        """Whether a server that takes nothing behind a dot may never send the awaited reply."""
        return self._is_trial and not self._held and self.phase is not Phase.DOT

    def _may_follow(self) -> bool:
        """Return whether commands may leave behind a dot; the first call starts the trial."""
        stand = self._tolerance.stand
        if stand is Stand.TAKEN:
            return True
        if stand is not Stand.UNTRIED:
            return False
        self._tolerance.stand = Stand.TRIED
        self._is_trial = True
        return True

    def _is_held(self, reply: Reply) -> bool:
        """Keep a no to a dot if it may be about the commands behind it; return whether it may."""
        if not self._is_trial and not is_said(reply):
            return False
        if reply.code == CLOSING:
            self._note(reply)
            return False
        self._held = [reply]
        self._swift = False
        return True

    def _is_ended_behind(self, phase: Phase, reply: Reply) -> bool:
        """Handle a reply to a command that left behind a dot; return True where nothing is left."""
        reply = one_line(reply)
        if self._held:
            self._held.append(reply)
            if self._expected and is_no(reply) and reply.code != CLOSING:
                return True
            if self._end_held():
                return True
        elif is_no(reply) and is_guard(phase, reply, trial=self._is_trial):
            self._note(reply)
            self._too_soon(phase, reply)
            return True
        if self._is_trial:
            if reply.code == CLOSING:
                self._note(reply)
            elif phase is not Phase.RSET:
                self._is_trial = False
                self._tolerance.stand = Stand.TAKEN
        return False

    def _end_held(self) -> bool:
        """Judge a refused dot by all replies; return whether that ends the conversation."""
        held, self._held = self._held, []
        meant = meaning(held, self._commands, whole=not self._expected)
        first, last = held[0], held[-1]
        goes_on = not is_no(last)
        if meant is Meaning.OWN:
            self._events.append(Answered(Phase.DOT, first))
            if goes_on:
                return False
        elif meant is Meaning.LATE:
            self._events.append(Answered(Phase.DOT, last))
        self._note(first if is_said(first) else held[1])
        if meant is Meaning.UNKNOWN:
            self._lose(Phase.DOT, f"the server's answers to a message make no sense: {first}")
        else:
            self._too_soon(Phase.DOT if meant is Meaning.TOO_SOON else Phase.MAIL, first)
        return True

    def _note(self, reply: Reply) -> None:
        """Note a refusal of the commands behind a dot, certain or possible."""
        if not is_said(reply):
            self._tolerance.doubt(str(reply))
        elif told := self._tolerance.forbid(str(reply)):
            self._events.append(Noticed(told))

    def _too_soon(self, phase: Phase, reply: Reply) -> None:
        """End because a command was refused only for coming before the dot's answer."""
        reason = f"the server takes no command behind a message: {reply}"
        self._end(Lost(phase, reason, too_soon=True))
