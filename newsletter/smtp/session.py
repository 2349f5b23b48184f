"""The SMTP client's side of a conversation, without sockets and without a clock (sans-IO).

Bytes of the server go in, events come out; what is to be written is collected in `output`.

    greeting -> EHLO -> [STARTTLS -> EHLO] -> [AUTH] -> Opened
    offer(envelope):           MAIL, RCPT, DATA           -> Ready, or Answered
    deliver(parts, then=next): body, dot [MAIL, RCPT, DATA] -> Answered, and for next as above

With PIPELINING (RFC 2920) each of these is written as one group and its replies are matched by
count; without it one command waits for the other's reply.

DATA answered 354 has two exits. A lone dot, if and only if the recipient was refused (RFC 2920,
3.1); its reply is ignored. Otherwise the body; where it must not go after all, the caller closes
the connection, and no dot is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.outcome import Envelope, Phase, Reply
from newsletter.smtp import auth
from newsletter.smtp.auth import Credentials
from newsletter.smtp.replies import BadReply, ReplyReader, one_line

_OK = 250
_GO_AHEAD = 354
_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Opened:
    """The server is ready for mail; `extensions` are EHLO's keywords with their parameters."""

    extensions: dict[str, str]


@dataclass(frozen=True, slots=True)
class StartTls:
    """The connection is to be encrypted now; then call `tls_started`."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The server waits for the body of what was offered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply ended an attempt: to the dot that of the body, else that of what was offered."""

    phase: Phase
    reply: Reply


@dataclass(frozen=True, slots=True)
class Lost:
    """The conversation is over. `reply` is the server's last word, if that ended it.

    `unsent` says that a part of the body provably never left (only a connection knows), `fatal`
    that another connection would end the same way: no TLS, a bad certificate, no way to log in.
    """

    phase: Phase
    reason: str
    reply: Reply | None = None
    unsent: bool = False
    fatal: bool = False


Event = Opened | StartTls | Ready | Answered | Lost


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
        self._expected: deque[Phase] = deque([Phase.GREETING])
        self._answers: deque[str] = deque()
        self._challenge = ""
        self._offered: Envelope | None = None
        self._next: Envelope | None = None
        self._refusal: Answered | None = None
        self._reset = False
        self._over = False

    @property
    def phase(self) -> Phase | None:
        """What the server owes a reply to, or None where it is our turn."""
        return self._expected[0] if self._expected else None

    @property
    def pipelining(self) -> bool:
        """Whether the server takes commands in groups."""
        return "PIPELINING" in self.extensions

    def receive(self, data: bytes) -> Iterator[Event]:
        """Yield what the server's bytes lead to; after Lost nothing more."""
        if self._over:
            return
        try:
            for reply in self._replies.feed(data):
                for event in self._on_reply(one_line(reply), reply.text):
                    yield event
                    if isinstance(event, Lost):
                        self._over = True
                    if isinstance(event, Lost | StartTls):
                        self._replies.discard()
                        return
        except BadReply as bad:
            self._over = True
            yield Lost(self.phase or Phase.EHLO, str(bad))

    def tls_started(self) -> None:
        """Go on inside TLS: what the server said before counts no more (RFC 3207, 4.2)."""
        self.extensions = {}
        self._tls = Tls.ON
        self._say_hello()

    def offer(self, envelope: Envelope) -> None:
        """Begin a transaction for one recipient."""
        self._offered = envelope
        if self._reset:
            self._command(Phase.RSET, "RSET")
            self._reset = False
        # RFC 6531, 3.4: only an address that needs it makes a message internationalised.
        utf8 = " SMTPUTF8" if envelope.recipient.needs_smtputf8 else ""
        self._command(Phase.MAIL, f"MAIL FROM:<{envelope.sender}>{utf8}")
        if self.pipelining:
            self._command(Phase.RCPT, f"RCPT TO:<{envelope.recipient}>")
            self._command(Phase.DATA, "DATA")

    def deliver(self, parts: Sequence[bytes], then: Envelope | None = None) -> None:
        """Write the body that Ready asked for; it ends in CRLF and has no line with a dot first.

        `then` is offered in the same group, or once the dot is answered.
        """
        self._offered = None
        self.output.extend(parts)
        self.output.append(b".\r\n")
        self._expected.append(Phase.DOT)
        if then is not None and self.pipelining:
            self.offer(then)
        else:
            self._next = then

    def quit(self) -> None:
        """Take leave; the reply is not waited for by anybody."""
        self._command(Phase.QUIT, "QUIT")

    def _command(self, phase: Phase, line: str) -> None:
        self.output.append(f"{line}\r\n".encode())
        self._expected.append(phase)

    def _on_reply(self, reply: Reply, lines: str) -> Iterator[Event]:
        if not self._expected:
            reason = "the server closes the connection" if reply.code == _CLOSING else "no command"
            yield Lost(Phase.QUIT, f"{reason}: {reply}", reply)
            return
        phase = self._expected.popleft()
        if reply.code == _CLOSING and phase is not Phase.DOT:
            yield Lost(phase, f"the server closes the connection: {reply}", reply)
            return
        yield from self._handshake(phase, reply, lines)
        yield from self._transaction(phase, reply)

    def _handshake(self, phase: Phase, reply: Reply, lines: str) -> Iterator[Event]:
        match phase:
            case Phase.GREETING:
                yield from self._on_greeting(reply)
            case Phase.EHLO:
                yield from self._on_hello(reply, lines)
            case Phase.STARTTLS:
                yield from self._on_starttls(reply)
            case Phase.AUTH if self._credentials is not None:
                yield from self._on_auth(reply, self._credentials)
            case _:
                pass

    def _transaction(self, phase: Phase, reply: Reply) -> Iterator[Event]:
        match phase:
            case Phase.MAIL:
                yield from self._on_mail(reply)
            case Phase.RCPT:
                yield from self._on_rcpt(reply)
            case Phase.DATA:
                yield from self._on_data(reply)
            case Phase.DOT:
                yield from self._on_dot(reply)
            case _:
                pass

    def _on_greeting(self, reply: Reply) -> Iterator[Event]:
        if reply.code // 100 == 2:  # noqa: PLR2004 - the class of a reply, RFC 5321, 4.2.1
            self._say_hello()
        else:
            yield Lost(Phase.GREETING, f"the server does not greet: {reply}", reply)

    def _say_hello(self) -> None:
        self._command(Phase.EHLO, f"EHLO {self._hello}")

    def _on_hello(self, reply: Reply, lines: str) -> Iterator[Event]:
        if reply.code != _OK:
            yield Lost(Phase.EHLO, f"EHLO refused: {reply}", reply)
            return
        for line in lines.split("\n")[1:]:
            keyword, _, parameters = line.strip().partition(" ")
            self.extensions[keyword.upper()] = parameters.strip()
        if "STARTTLS" in self.extensions and self._tls in {Tls.REQUIRED, Tls.OFFERED}:
            self._command(Phase.STARTTLS, "STARTTLS")
        elif self._tls is Tls.REQUIRED:
            yield Lost(Phase.STARTTLS, "the server does not offer STARTTLS", fatal=True)
        elif self._credentials is not None:
            yield from self._authenticate(self._credentials)
        else:
            yield Opened(self.extensions)

    def _on_starttls(self, reply: Reply) -> Iterator[Event]:
        if reply.code == 220:  # noqa: PLR2004 - RFC 3207, 4
            yield StartTls()
        else:
            yield Lost(Phase.STARTTLS, f"STARTTLS refused: {reply}", reply)

    def _authenticate(self, who: Credentials) -> Iterator[Event]:
        if self._tls is not Tls.ON:
            reason = "the connection is not encrypted, so no password is sent"
            yield Lost(Phase.AUTH, reason, fatal=True)
            return
        exchange = auth.begin(self.extensions.get("AUTH", "").split(), who)
        if isinstance(exchange, str):
            yield Lost(Phase.AUTH, exchange, fatal=True)
            return
        self._answers.extend(exchange.answers)
        self._command(Phase.AUTH, exchange.command)

    def _on_auth(self, reply: Reply, who: Credentials) -> Iterator[Event]:
        if reply.code == 235:  # noqa: PLR2004 - RFC 4954, 4
            yield Opened(self.extensions)
        elif reply.code == 334 and self._answers:  # noqa: PLR2004
            self._challenge = reply.text
            self._command(Phase.AUTH, self._answers.popleft())
        else:
            yield Lost(Phase.AUTH, auth.refused(who, reply, self._challenge), reply)

    def _on_mail(self, reply: Reply) -> Iterator[Event]:
        if reply.code == _OK:
            if not self.pipelining and self._offered is not None:
                self._command(Phase.RCPT, f"RCPT TO:<{self._offered.recipient}>")
        else:
            yield from self._refused(Phase.MAIL, reply)

    def _on_rcpt(self, reply: Reply) -> Iterator[Event]:
        if reply.code // 100 == 2:  # noqa: PLR2004 - 250, or 251 "will forward"
            if not self.pipelining:
                self._command(Phase.DATA, "DATA")
        else:
            yield from self._refused(Phase.RCPT, reply)

    def _refused(self, phase: Phase, reply: Reply) -> Iterator[Event]:
        """Take a reply to MAIL or RCPT that is no yes."""
        if not _is_no(reply):
            yield _out_of_step(phase, reply)
            return
        self._refusal = self._refusal or Answered(phase, reply)
        if not self.pipelining:
            yield from self._end_refused(None)

    def _on_data(self, reply: Reply) -> Iterator[Event]:
        if reply.code != _GO_AHEAD and not _is_no(reply):
            yield _out_of_step(Phase.DATA, reply)
        elif self._refusal is not None:
            yield from self._end_refused(reply)
        elif reply.code == _GO_AHEAD:
            yield Ready()
        else:
            self._refusal = Answered(Phase.DATA, reply)
            yield from self._end_refused(reply)

    def _end_refused(self, data: Reply | None) -> Iterator[Event]:
        """End a transaction that a reply refused; `data` is the reply to a pipelined DATA."""
        refusal, self._refusal, self._offered = self._refusal, None, None
        if refusal is None:
            return
        if data is not None and data.code == _GO_AHEAD:
            if refusal.phase is not Phase.RCPT:
                yield refusal
                yield Lost(refusal.phase, "DATA was accepted after MAIL was refused")
                return
            self.output.append(b".\r\n")  # RFC 2920, 3.1
            self._expected.append(Phase.RSET)
        else:
            self._reset = True
        yield refusal

    def _on_dot(self, reply: Reply) -> Iterator[Event]:
        if reply.code // 100 == 3:  # noqa: PLR2004 - neither yes nor no
            yield _out_of_step(Phase.DOT, reply)
            return
        yield Answered(Phase.DOT, reply)
        if reply.code == _CLOSING:
            yield Lost(Phase.DOT, f"the server closes the connection: {reply}", reply)
        elif self._next is not None:
            envelope, self._next = self._next, None
            self.offer(envelope)


def _is_no(reply: Reply) -> bool:
    return reply.code // 100 in {4, 5}


def _out_of_step(phase: Phase, reply: Reply) -> Lost:
    """Return the end of a conversation in which a reply too many or too few has come."""
    return Lost(phase, f"the server's answer to {phase} makes no sense: {reply}")
