"""The SMTP client's side of a conversation, without sockets and without a clock (sans-IO).

    greeting -> EHLO -> [STARTTLS -> EHLO] -> [AUTH] -> Opened
    offer(envelope):           MAIL, RCPT, DATA           -> Ready, or Answered
    deliver(parts, then=next): body, dot [MAIL, RCPT, DATA] -> Answered, and for next as above
    ask(envelope):             MAIL, RCPT, RSET           -> Answered

With PIPELINING (RFC 2920) each of these is written as one group and its replies are matched by
count; without it one command waits for the other's reply. Two things make the groups shorter:

- where the server does not take commands behind a dot, or that is not known yet (tolerance.py),
  the next MAIL waits for the answer to the dot;
- after a refused recipient, DATA waits for the answer to RCPT until a few were taken: servers
  count a DATA without recipients as an error and close after some (Postfix after 20).

After a DATA answered 354 there are two ways on. A lone dot, if and only if the recipient was
refused (RFC 2920, 3.1); its reply is ignored. Otherwise the body; to send none after all, the
caller closes the connection, and no dot is written.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.smtp.auth import Credentials
from newsletter.smtp.behind import BehindDot
from newsletter.smtp.conversation import CLOSING, OK, is_no
from newsletter.smtp.events import Answered, Noticed, Ready
from newsletter.smtp.opening import Tls
from newsletter.smtp.tolerance import Stand, Tolerance

_GO_AHEAD: Final = 354
_LEAST_NO: Final = 400
_GROUP: Final = (Phase.MAIL, Phase.RCPT, Phase.DATA)
_WITHOUT_DATA: Final = (Phase.MAIL, Phase.RCPT)
_CAREFUL: Final = 3
"""Recipients taken after a refused one until DATA leaves with RCPT again."""


class Session(BehindDot):
    """One conversation; see the module for its course."""

    def __init__(
        self,
        *,
        hello: str,
        tls: Tls,
        credentials: Credentials | None = None,
        tolerance: Tolerance | None = None,
    ) -> None:
        super().__init__(hello, tls, credentials, tolerance or Tolerance())
        self._offered: Envelope | None = None
        self._next: Envelope | None = None
        self._refusal: Answered | None = None
        self._reset = False
        self._asking = False
        self._careful = 0
        self._on[Phase.MAIL] = self._on_mail
        self._on[Phase.RCPT] = self._on_rcpt
        self._on[Phase.DATA] = self._on_data
        self._on[Phase.DOT] = self._on_dot
        self._on[Phase.RSET] = self._on_reset

    def offer(self, envelope: Envelope) -> None:
        """Begin a transaction for one recipient."""
        self._begin(envelope)

    def ask(self, envelope: Envelope) -> None:
        """Ask for one recipient without a message, command by command, and reset.

        Answered follows, with RSET where MAIL and RCPT were taken. Afterwards the conversation
        takes no messages.
        """
        self._asking, self._pipelining = True, False
        self._begin(envelope)

    def deliver(self, parts: Sequence[bytes], then: Envelope | None = None) -> None:
        """Write the body that Ready asked for; it ends in CRLF and has no line with a dot first.

        `then` is offered in the same group, or once the dot is answered.
        """
        self._offered = None
        self._is_behind = False
        self.output.extend(parts)
        self._expected.append(Phase.DOT)
        if then is not None and self._pipelining and self._may_follow():
            self._begin(then, ".\r\n")
            self._commands = len(self._expected) - 1
        else:
            self.output.append(b".\r\n")
            self._next = then

    def withdraw(self) -> bool:
        """Drop the envelope that waits for the dot's answer; return whether there was one."""
        was_there, self._next = self._next is not None, None
        return was_there

    def _begin(self, envelope: Envelope, before: str = "") -> None:
        """Begin a transaction, in one group with the octets `before` it."""
        self._offered = envelope
        self._is_behind = before != ""
        self._swift = self._pipelining and not (
            self._careful or self._is_trial or self._tolerance.stand is Stand.DOUBTED
        )
        if self._reset:
            self._reset = False
            if not self._pipelining:
                self._command(Phase.RSET, "RSET")
                return
            before += "RSET\r\n"
            self._expected.append(Phase.RSET)
        # RFC 6531, 3.4: only an address that needs it makes a message internationalised.
        sender, recipient = envelope.sender, envelope.recipient
        utf8 = " SMTPUTF8" if recipient.needs_smtputf8 else ""
        if self._pipelining:
            data = "" if self._careful else "DATA\r\n"
            group = (
                f"{before}MAIL FROM:<{sender.local}@{sender.domain}>{utf8}\r\n"
                f"RCPT TO:<{recipient.local}@{recipient.domain}>\r\n{data}"
            )
            self.output.append(group.encode())
            self._expected += _WITHOUT_DATA if self._careful else _GROUP
        else:
            self._command(Phase.MAIL, f"MAIL FROM:<{sender}>{utf8}")

    def _on_reply(self, phase: Phase, reply: Reply) -> None:
        if reply.code == OK and self._swift and (phase is Phase.MAIL or phase is Phase.RCPT):
            return
        if (
            self._is_behind
            and (reply.code >= _LEAST_NO or self._is_trial or self._held)
            and phase is not Phase.DOT
            and self._refusal is None
            and self._is_ended_behind(phase, reply)
        ):
            return
        super()._on_reply(phase, reply)

    def _on_reset(self, reply: Reply) -> None:
        if self._asking and self._offered is None:
            self._events.append(Answered(Phase.RSET, reply))
        elif not self._pipelining and self._offered is not None:
            self._begin(self._offered)

    def _on_mail(self, reply: Reply) -> None:
        if reply.code != OK:
            self._refused(Phase.MAIL, reply)
            return
        if self._tolerance.stand is Stand.DOUBTED and self._has_ended_one:
            # The same command was refused, or unanswered, behind a dot.
            self._events.append(Noticed(self._tolerance.forbid()))
        if not self._pipelining and self._offered is not None:
            self._command(Phase.RCPT, f"RCPT TO:<{self._offered.recipient}>")

    def _on_rcpt(self, reply: Reply) -> None:
        if reply.code // 100 != 2:  # noqa: PLR2004 - 250, or 251 "will forward"
            self._careful = _CAREFUL
            self._refused(Phase.RCPT, reply)
            return
        if self._asking:
            self._offered = None
            self._command(Phase.RSET, "RSET")
            return
        waits = not self._expected
        self._careful = max(0, self._careful - 1)
        if waits and self._refusal is not None:
            self._end_refused(None)
        elif waits:
            self._command(Phase.DATA, "DATA")

    def _refused(self, phase: Phase, reply: Reply) -> None:
        if not is_no(reply):
            self._out_of_step(phase, reply)
            return
        self._refusal = Answered(phase, reply) if self._refusal is None else self._refusal
        if not self._expected:
            self._end_refused(None)

    def _on_data(self, reply: Reply) -> None:
        if reply.code != _GO_AHEAD and not is_no(reply):
            self._out_of_step(Phase.DATA, reply)
        elif self._refusal is not None:
            self._end_refused(reply)
        elif reply.code == _GO_AHEAD:
            self._events.append(_READY)
        else:
            self._refusal = Answered(Phase.DATA, reply)
            self._end_refused(reply)

    def _end_refused(self, data: Reply | None) -> None:
        """End a transaction that a reply refused; `data` is the reply to a pipelined DATA."""
        refusal, self._refusal, self._offered = self._refusal, None, None
        self._is_behind = False
        if refusal is None:
            return
        self._events.append(refusal)
        if data is None or data.code != _GO_AHEAD:
            self._reset = True
        elif refusal.phase is Phase.RCPT:
            self.output.append(b".\r\n")  # RFC 2920, 3.1
            self._expected.append(Phase.RSET)
        else:
            self._lose(refusal.phase, "DATA was accepted after MAIL was refused")

    def _on_dot(self, reply: Reply) -> None:
        if reply.code // 100 == 3:  # noqa: PLR2004 - neither yes nor no
            self._out_of_step(Phase.DOT, reply)
            return
        self._has_ended_one = True
        if self._is_behind and is_no(reply) and self._is_held(reply):
            return
        self._events.append(Answered(Phase.DOT, reply))
        if reply.code == CLOSING:
            self._lose(Phase.DOT, f"the server closes the connection: {reply}", reply)
        elif self._next is not None:
            envelope, self._next = self._next, None
            self.offer(envelope)

    def _out_of_step(self, phase: Phase, reply: Reply) -> None:
        """End a conversation in which the server sent a reply too many or too few.

        After a 354 out of turn one is missing, perhaps that to the dot. Then the reply that was
        matched with the dot belongs to a later command and says nothing about the message.
        """
        reason = f"the server's answer to {phase} makes no sense: {reply}"
        if reply.code == _GO_AHEAD:
            for event in self._events:
                if isinstance(event, Answered) and event.phase is Phase.DOT:
                    self._events.remove(event)
                    phase = Phase.DOT
                    break
        self._lose(phase, reason)


_READY: Final = Ready()
