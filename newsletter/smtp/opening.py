"""How a conversation opens: greeting, EHLO, TLS and login; see session.py for its whole course.

Compiled by mypyc.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from newsletter.basics.outcome import Phase, Reply
from newsletter.smtp import auth
from newsletter.smtp.auth import Credentials
from newsletter.smtp.conversation import OK, Conversation
from newsletter.smtp.events import Opened, StartTls
from newsletter.smtp.hidden import Hidden
from newsletter.smtp.replies import ReplyReader, one_line


class Tls(StrEnum):
    """Whether and how a conversation is encrypted."""

    REQUIRED = "required"
    """STARTTLS, or no mail."""
    OFFERED = "offered"
    """STARTTLS where the server offers it: for a loopback address."""
    NONE = "none"
    """Never STARTTLS, and so never AUTH."""
    ON = "on"
    """Encrypted already."""


class Opening(Conversation):
    """A conversation up to Opened; `extensions` are the keywords of EHLO.

    Without `in_groups` the server's offer of PIPELINING is left unused.
    """

    def __init__(
        self, hello: str, tls: Tls, credentials: Credentials | None, *, in_groups: bool
    ) -> None:
        super().__init__(ReplyReader(Hidden(credentials.password) if credentials else None))
        self.extensions: dict[str, str] = {}
        self._hello = hello
        self._tls = tls
        self._credentials = credentials
        self._in_groups = in_groups
        self._pipelining = False
        self._answers: deque[str] = deque()
        self._challenge = ""
        self._on[Phase.GREETING] = self._on_greeting
        self._on[Phase.EHLO] = self._on_hello
        self._on[Phase.STARTTLS] = self._on_starttls
        self._on[Phase.AUTH] = self._on_auth

    def tls_started(self) -> None:
        """Go on inside TLS; the extensions from before are forgotten (RFC 3207, 4.2)."""
        self.extensions = {}
        self._tls = Tls.ON
        self._say_hello()

    def _on_greeting(self, reply: Reply) -> None:
        if reply.code // 100 == 2:  # noqa: PLR2004 - the class of a reply, RFC 5321, 4.2.1
            self._say_hello()
        else:
            self._lose(Phase.GREETING, f"the server does not greet: {reply}", reply)

    def _say_hello(self) -> None:
        self._replies.verbatim = True
        self._command(Phase.EHLO, f"EHLO {self._hello}")

    def _on_hello(self, reply: Reply) -> None:
        self._replies.verbatim = False
        if reply.code != OK:
            self._lose(Phase.EHLO, f"the server refuses to talk to us: {one_line(reply)}", reply)
            return
        for line in reply.text.split("\n")[1:]:
            keyword, _, parameters = line.strip().partition(" ")
            self.extensions[keyword.upper()] = parameters.strip()
        self._pipelining = "PIPELINING" in self.extensions and self._in_groups
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
