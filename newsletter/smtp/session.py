"""The SMTP client's side of a conversation, without sockets and without a clock (sans-IO).

Bytes of the server go in, events come out; what is to be written is collected in `output`.

    greeting -> EHLO -> [STARTTLS -> EHLO] -> [AUTH] -> Opened
    offer(envelope):           MAIL, RCPT, DATA           -> Ready, or Answered
    deliver(parts, then=next): body, dot [MAIL, RCPT, DATA] -> Answered, and for next as above
    ask(envelope):             MAIL, RCPT, RSET           -> Answered

With PIPELINING (RFC 2920) each of these is written as one group and its replies are matched by
count; without it one command waits for the other's reply.

DATA answered 354 has two exits. A lone dot, if and only if the recipient was refused (RFC 2920,
3.1); its reply is ignored. Otherwise the body; where it must not go after all, the caller closes
the connection, and no dot is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from newsletter.outcome import Envelope, Phase, Reply
from newsletter.smtp import auth
from newsletter.smtp.auth import Credentials
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready, StartTls
from newsletter.smtp.replies import BadReply, ReplyReader, one_line

_OK: Final = 250
_GO_AHEAD: Final = 354
_CLOSING: Final = 421

_UNASKED: Final = "the server said what nobody asked for"
_GROUP: Final = (Phase.MAIL, Phase.RCPT, Phase.DATA)


class Tls(StrEnum):
    """How a conversation that begins in the clear gets its TLS."""

    REQUIRED = "required"
    """STARTTLS, or no mail."""
    OFFERED = "offered"
    """STARTTLS where the server offers it: for a loopback address."""
    NONE = "none"
    """Never STARTTLS, and so never AUTH."""
    ON = "on"
    """Encrypted already."""


class Session:
    """One conversation; see the module for its course."""

    def __init__(self, *, hello: str, tls: Tls, credentials: Credentials | None = None) -> None:
        self.output: list[bytes] = []
        self.extensions: dict[str, str] = {}
        self._hello = hello
        self._tls = tls
        self._credentials = credentials
        self._replies = ReplyReader()
        self._expected = [Phase.GREETING]
        self._answers: deque[str] = deque()
        self._challenge = ""
        self._offered: Envelope | None = None
        self._next: Envelope | None = None
        self._refusal: Answered | None = None
        self._reset = False
        self._asking = False
        self._over = False
        self._pipelining = False
        self._events: list[Event] = []
        self._owed = 0
        self._turned = False
        self._on: dict[Phase, Callable[[Reply], None]] = {
            Phase.GREETING: self._on_greeting,
            Phase.EHLO: self._on_hello,
            Phase.STARTTLS: self._on_starttls,
            Phase.AUTH: self._on_auth,
            Phase.MAIL: self._on_mail,
            Phase.RCPT: self._on_rcpt,
            Phase.DATA: self._on_data,
            Phase.DOT: self._on_dot,
            Phase.RSET: self._on_reset,
            Phase.QUIT: _heard,
        }

    @property
    def phase(self) -> Phase | None:
        """What the server owes a reply to, or None where it is our turn."""
        return self._expected[0] if self._expected else None

    def receive(self, data: bytes) -> list[Event]:
        """Return what the server's bytes lead to; after Lost nothing more.

        All replies of one read are matched before anybody acts on them, and only with commands
        that were written before: what was not asked for when it came answers nothing.
        """
        if self._over:
            return []
        events: list[Event] = []
        self._events = events
        self._owed = len(self._expected)
        self._replies.feed(data)
        try:
            while (reply := self._replies.read()) is not None:
                self._on_reply(reply)
                if self._turned:
                    # What came in the same read counts no more.
                    self._turned = False
                    self._replies.discard()
                    break
        except BadReply as bad:
            self._lose(self.phase or Phase.EHLO, str(bad))
        return events

    def tls_started(self) -> None:
        """Go on inside TLS: what the server said before counts no more (RFC 3207, 4.2)."""
        self.extensions = {}
        self._tls = Tls.ON
        self._say_hello()

    def offer(self, envelope: Envelope) -> None:
        """Begin a transaction for one recipient."""
        self._begin(envelope)

    def ask(self, envelope: Envelope) -> None:
        """Ask for one recipient without a message, command by command, and reset.

        Answered follows: at RSET where MAIL and RCPT were taken. This conversation is for asking.
        """
        self._asking, self._pipelining = True, False
        self._begin(envelope)

    def deliver(self, parts: Sequence[bytes], then: Envelope | None = None) -> None:
        """Write the body that Ready asked for; it ends in CRLF and has no line with a dot first.

        `then` is offered in the same group, or once the dot is answered.
        """
        self._offered = None
        self.output.extend(parts)
        self._expected.append(Phase.DOT)
        if then is not None and self._pipelining:
            self._begin(then, ".\r\n")
        else:
            self.output.append(b".\r\n")
            self._next = then

    def withdraw(self) -> bool:
        """Take back what waits for the dot's answer; return whether there was anything."""
        was_there, self._next = self._next is not None, None
        return was_there

    def _begin(self, envelope: Envelope, before: str = "") -> None:
        """Begin a transaction, in one group with what comes before it."""
        self._offered = envelope
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
            group = (
                f"{before}MAIL FROM:<{sender.local}@{sender.domain}>{utf8}\r\n"
                f"RCPT TO:<{recipient.local}@{recipient.domain}>\r\nDATA\r\n"
            )
            self.output.append(group.encode())
            self._expected += _GROUP
        else:
            self._command(Phase.MAIL, f"MAIL FROM:<{sender}>{utf8}")

    def quit(self) -> None:
        """Take leave; the reply is not waited for by anybody."""
        self._command(Phase.QUIT, "QUIT")

    def _command(self, phase: Phase, line: str) -> None:
        self.output.append(f"{line}\r\n".encode())
        self._expected.append(phase)

    def _on_reply(self, reply: Reply) -> None:
        if not self._owed:
            reason = "the server closes the connection" if reply.code == _CLOSING else _UNASKED
            self._lose(Phase.QUIT, f"{reason}: {one_line(reply)}", reply)
            return
        self._owed -= 1
        phase = self._expected.pop(0)
        if reply.code == _OK and self._pipelining and (phase is Phase.MAIL or phase is Phase.RCPT):
            return  # within a group, a yes to these asks for nothing
        if phase is not Phase.EHLO and "\n" in reply.text:
            reply = one_line(reply)
        if reply.code == _CLOSING and phase is not Phase.DOT:
            self._lose(phase, f"the server closes the connection: {one_line(reply)}", reply)
        else:
            self._on[phase](reply)

    def _lose(self, phase: Phase, reason: str, reply: Reply | None = None) -> None:
        self._end(Lost(phase, reason, None if reply is None else one_line(reply)))

    def _give_up(self, phase: Phase, reason: str) -> None:
        """End where another connection would end the same way."""
        self._end(Lost(phase, reason, fatal=True))

    def _end(self, lost: Lost) -> None:
        self._events.append(lost)
        self._over = self._turned = True

    def _on_greeting(self, reply: Reply) -> None:
        if reply.code // 100 == 2:  # noqa: PLR2004 - the class of a reply, RFC 5321, 4.2.1
            self._say_hello()
        else:
            self._lose(Phase.GREETING, f"the server does not greet: {reply}", reply)

    def _say_hello(self) -> None:
        self._command(Phase.EHLO, f"EHLO {self._hello}")

    def _on_hello(self, reply: Reply) -> None:
        if reply.code != _OK:
            self._lose(Phase.EHLO, f"the server refuses to talk to us: {one_line(reply)}", reply)
            return
        for line in reply.text.split("\n")[1:]:
            keyword, _, parameters = line.strip().partition(" ")
            self.extensions[keyword.upper()] = parameters.strip()
        self._pipelining = "PIPELINING" in self.extensions
        if "STARTTLS" in self.extensions and self._tls in {Tls.REQUIRED, Tls.OFFERED}:
            self._command(Phase.STARTTLS, "STARTTLS")
        elif self._tls is Tls.REQUIRED:
            self._give_up(Phase.STARTTLS, "the server does not offer STARTTLS")
        elif self._credentials is not None:
            self._authenticate(self._credentials)
        else:
            self._events.append(Opened(self.extensions))

    def _on_starttls(self, reply: Reply) -> None:
        if reply.code == 220:  # noqa: PLR2004 - RFC 3207, 4
            self._events.append(StartTls())
            self._turned = True
        else:
            self._lose(Phase.STARTTLS, f"the server refuses to encrypt: {reply}", reply)

    def _authenticate(self, who: Credentials) -> None:
        if self._tls is not Tls.ON:
            reason = "the connection is not encrypted, so no password is sent"
            self._give_up(Phase.AUTH, reason)
            return
        exchange = auth.begin(self.extensions.get("AUTH", "").split(), who)
        if isinstance(exchange, str):
            self._give_up(Phase.AUTH, exchange)
            return
        self._answers.extend(exchange.answers)
        self._command(Phase.AUTH, exchange.command)

    def _on_auth(self, reply: Reply) -> None:
        if reply.code == 235:  # noqa: PLR2004 - RFC 4954, 4
            self._events.append(Opened(self.extensions))
        elif reply.code == 334 and self._answers:  # noqa: PLR2004
            self._challenge = reply.text
            self._command(Phase.AUTH, self._answers.popleft())
        elif self._credentials is not None:
            reason = auth.refused(self._credentials, reply, self._challenge)
            self._lose(Phase.AUTH, reason, reply)

    def _on_reset(self, reply: Reply) -> None:
        if self._asking and self._offered is None:
            self._events.append(Answered(Phase.RSET, reply))
        elif not self._pipelining and self._offered is not None:
            self._begin(self._offered)

    def _on_mail(self, reply: Reply) -> None:
        if reply.code != _OK:
            self._refused(Phase.MAIL, reply)
        elif not self._pipelining and self._offered is not None:
            self._command(Phase.RCPT, f"RCPT TO:<{self._offered.recipient}>")

    def _on_rcpt(self, reply: Reply) -> None:
        if reply.code // 100 != 2:  # noqa: PLR2004 - 250, or 251 "will forward"
            self._refused(Phase.RCPT, reply)
        elif self._asking:
            self._offered = None
            self._command(Phase.RSET, "RSET")
        elif not self._pipelining:
            self._command(Phase.DATA, "DATA")

    def _refused(self, phase: Phase, reply: Reply) -> None:
        """Take a reply to MAIL or RCPT that is no yes."""
        if not _is_no(reply):
            self._out_of_step(phase, reply)
            return
        self._refusal = Answered(phase, reply) if self._refusal is None else self._refusal
        if not self._pipelining:
            self._end_refused(None)

    def _on_data(self, reply: Reply) -> None:
        if reply.code != _GO_AHEAD and not _is_no(reply):
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
        self._events.append(Answered(Phase.DOT, reply))
        if reply.code == _CLOSING:
            self._lose(Phase.DOT, f"the server closes the connection: {reply}", reply)
        elif self._next is not None:
            envelope, self._next = self._next, None
            self.offer(envelope)

    def _out_of_step(self, phase: Phase, reply: Reply) -> None:
        """End a conversation in which a reply too many or too few has come.

        Where it goes ahead too early one was forgotten, perhaps the dot's: then what we took for
        that was the answer to what followed, and says nothing about the message.
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


def _heard(reply: Reply) -> None:
    """Take a reply that changes nothing, to QUIT."""


def _is_no(reply: Reply) -> bool:
    return reply.code // 100 in {4, 5}
