"""Commands and replies matched: the base of an SMTP conversation (sans-IO).

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from newsletter.basics.outcome import Phase, Reply
from newsletter.smtp.events import Event, Lost
from newsletter.smtp.replies import BadReply, ReplyReader, one_line

OK: Final = 250
CLOSING: Final = 421
_UNASKED: Final = "the server said what nobody asked for"


class Conversation:
    """The server's bytes go in, events come out; `output` is what is to be written."""

    def __init__(self, replies: ReplyReader) -> None:
        self.output: list[bytes] = []
        self._replies = replies
        self._expected = [Phase.GREETING]
        self._events: list[Event] = []
        self._owed = 0
        self._turned = False
        self._over = False
        self._on: dict[Phase, Callable[[Reply], None]] = {Phase.QUIT: _heard}

    @property
    def phase(self) -> Phase | None:
        """The command whose reply is awaited next, or None."""
        return self._expected[0] if self._expected else None

    def receive(self, data: bytes) -> list[Event]:
        """Return the events of the server's bytes; none after Lost.

        The replies of one read are matched with commands written before it only: a reply that
        came before its command answers nothing.
        """
        if self._over:
            return []
        events: list[Event] = []
        self._events = events
        self._owed = len(self._expected)
        self._replies.feed(data)
        try:
            while (reply := self._replies.read()) is not None:
                if not self._owed:
                    self._unasked(reply)
                else:
                    self._owed -= 1
                    self._on_reply(self._expected.pop(0), reply)
                if self._turned:
                    # The rest of the same read is ignored.
                    self._turned = False
                    self._replies.discard()
                    break
        except BadReply as bad:
            self._lose(self.phase or Phase.EHLO, str(bad))
        return events

    def quit(self) -> None:
        """Write QUIT."""
        self._command(Phase.QUIT, "QUIT")

    def _on_reply(self, phase: Phase, reply: Reply) -> None:
        if phase is not Phase.EHLO and "\n" in reply.text:
            reply = one_line(reply)
        if reply.code == CLOSING and phase is not Phase.DOT:
            self._lose(phase, f"the server closes the connection: {one_line(reply)}", reply)
        else:
            self._on[phase](reply)

    def _unasked(self, reply: Reply) -> None:
        reason = "the server closes the connection" if reply.code == CLOSING else _UNASKED
        self._lose(Phase.QUIT, f"{reason}: {one_line(reply)}", reply)

    def _command(self, phase: Phase, line: str) -> None:
        self.output.append(f"{line}\r\n".encode())
        self._expected.append(phase)

    def _lose(self, phase: Phase, reason: str, reply: Reply | None = None) -> None:
        self._end(Lost(phase, reason, None if reply is None else one_line(reply)))

    def _give_up(self, phase: Phase, reason: str) -> None:
        self._end(Lost(phase, reason, fatal=True))

    def _end(self, lost: Lost) -> None:
        self._events.append(lost)
        self._over = self._turned = True


def _heard(reply: Reply) -> None:
    """Ignore the reply to QUIT."""


def is_no(reply: Reply) -> bool:
    """Return whether a reply refuses, for now or for good (RFC 5321, 4.2.1)."""
    return reply.code // 100 in {4, 5}
