"""A conversation on a socket: asyncio around the session, with TLS and the phases' time limits."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Final, cast

from newsletter.basics.outcome import Envelope, Phase
from newsletter.smtp.events import Answered, Event, Lost, StartTls
from newsletter.smtp.session import Session
from newsletter.smtp.words import CLOSED, of_certificate, of_error, of_silence, of_standstill

# RFC 5321, 4.5.3.2, in seconds
TIMEOUTS: Final[dict[Phase, float]] = {
    Phase.GREETING: 300,
    Phase.EHLO: 300,
    Phase.STARTTLS: 120,
    Phase.AUTH: 120,
    Phase.MAIL: 300,
    Phase.RCPT: 300,
    Phase.DATA: 120,
    Phase.DOT: 600,
    Phase.RSET: 60,
    Phase.QUIT: 2,
}
CONNECT_SECONDS: Final = 30.0

# More than the longest MAIL, RCPT, DATA that can follow a dot in one group: if the buffer still
# holds more than this when the connection is lost, a part of the body was never written.
_BUFFER_LIMIT: Final = 1024


class Connection:
    """Drives one Session; every event but StartTls goes to `listener`.

    A server that does not greet within `greets_within` seconds, where that is given, never will.
    It does what asyncio.Protocol asks for, and is a class of its own so that it can be compiled.
    """

    BLOCK_SECONDS: ClassVar[float] = 180.0
    """So long may nothing more of a body leave (RFC 5321, 4.5.3.2.5)."""
    TRIAL_SECONDS: ClassVar[float] = 30.0
    """So long may a server take that perhaps dropped what came behind a dot."""

    def __init__(
        self,
        session: Session,
        listener: Callable[[Event], None],
        *,
        host: str,
        context: ssl.SSLContext | None,
        encrypted: bool,
        greets_within: float | None = None,
    ) -> None:
        self.session = session
        self._greets_within = greets_within
        self._listener = listener
        self._host = host
        self._context = context
        self._encrypted = encrypted
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        # Joined, a message is copied once more. Under TLS one run of records beats many short ones,
        # and the writelines of a stock loop forgets to pause us.
        self._whole = encrypted or isinstance(self._loop, asyncio.BaseEventLoop)
        self._paused = False
        self._provable = False
        self._at_once = 0
        self._over = False
        self._deadline = 0.0
        self._rings = 0.0
        self._unwritten = 0
        self._timer: asyncio.Handle | None = None
        self._upgrade: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: the server speaks first."""
        self._adopt(cast("asyncio.Transport", transport))
        if self._over:
            self.abort()
        else:
            self._extend()

    def data_received(self, data: bytes) -> None:
        """Feed the session and pass on what follows."""
        session = self.session
        awaited = session.phase
        early = self._unsent and awaited is Phase.DOT
        for event in session.receive(data):
            if isinstance(event, StartTls):
                self._upgrade = self._loop.create_task(self._start_tls())
                return
            self._emit(_too_early(event) if early else event)
        if session.output:
            self._flush()
        elif (phase := session.phase) is None:
            if self._over:
                self._close()
        elif phase is not awaited:
            # Whoever sends half a line now and then gains no time by it.
            self._extend()

    def eof_received(self) -> bool:
        """Let the transport close: a server that says no more hears no more."""
        return False

    def pause_writing(self) -> None:
        """More than the limit waits to be written."""
        self._paused = True

    def resume_writing(self) -> None:
        """All but the limit has been written."""
        self._paused = False
        if not self._over:
            self._extend()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report an end that the session did not see coming."""
        if not self._over:
            reason = f"the connection was lost: {of_error(exc)}" if exc else CLOSED
            self._emit(self.session.lost(reason, unsent=self._unsent, closed=True))
        self._end()

    def offer(self, envelope: Envelope) -> None:
        """See Session.offer."""
        self.session.offer(envelope)
        self._flush()

    def ask(self, envelope: Envelope) -> None:
        """See Session.ask."""
        self.session.ask(envelope)
        self._flush()

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        """See Session.deliver."""
        self.session.deliver(parts, then)
        self._flush()

    def withdraw(self) -> bool:
        """See Session.withdraw."""
        return self.session.withdraw()

    @property
    def made(self) -> bool:
        """Whether it has ever been connected."""
        return self._transport is not None

    def quit(self) -> None:
        """Say QUIT, wait a moment for the answer, close; nothing is reported any more."""
        if self._over:
            return
        self._over = True
        self.session.quit()
        self._flush()
        self._extend()

    def abort(self) -> None:
        """Close at once, without a dot; nothing is reported any more."""
        self._over = True
        self._stop_timer()
        if self._transport is None:
            return
        if self._upgrade is not None and not self._upgrade.done():
            # uvloop has laid out the first steps of a handshake, which must not find it closed.
            self._loop.call_soon(self._transport.abort)
        else:
            self._transport.abort()

    @property
    def _unsent(self) -> bool:
        """Whether a part of the body is provably still here: TLS hides what has been written."""
        return self._paused and self._provable and not self._encrypted

    @property
    def _buffered(self) -> int:
        """How many octets wait to be written."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def _adopt(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=_BUFFER_LIMIT, low=_BUFFER_LIMIT)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in {socket.AF_INET, socket.AF_INET6}:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._at_once = raw.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 4

    def _flush(self) -> None:
        output = self.session.output
        if not output or self._transport is None:
            return
        self.session.output = []
        self._write(self._transport, output)
        self._extend()

    def _write(self, transport: asyncio.Transport, output: list[bytes]) -> None:
        """Write it all; where it may not leave at once, so that `_unsent` can tell.

        uvloop resumes us only when all of one write has left. So the dot, and what follows it,
        is then a write of its own: what still waits while we are paused is of the body.
        """
        if self._whole:
            self._provable = True
            transport.write(b"".join(output))
            return
        octets = 0
        for part in output:
            octets += len(part)
        self._provable = octets > self._at_once
        if self._provable:
            transport.writelines(output[:-1])
            transport.write(output[-1])
        else:
            transport.writelines(output)

    def _emit(self, event: Event) -> None:
        if self._over:
            return
        if isinstance(event, Lost):
            self._over = True
            self._listener(event)
            # Not `close`, which would still write what waits: perhaps a body, and its dot.
            self.abort()
        else:
            self._listener(event)

    def _close(self) -> None:
        self._stop_timer()
        if self._transport is not None:
            self._transport.close()

    async def _start_tls(self) -> None:
        transport = self._transport
        if transport is None or self._context is None:
            return
        try:
            upgraded = await self._loop.start_tls(
                transport,
                cast("asyncio.Protocol", self),
                self._context,
                server_hostname=self._host,
                ssl_handshake_timeout=TIMEOUTS[Phase.STARTTLS],
            )
        except ssl.SSLCertVerificationError as error:
            self._emit(Lost(Phase.STARTTLS, of_certificate(self._host, error), fatal=True))
            self._end()
            return
        except OSError as error:
            self._no_tls(of_error(error))
            return
        except RuntimeError:  # the transport is closed already
            upgraded = None
        if upgraded is None:
            self._no_tls(CLOSED)
            return
        self._adopt(upgraded)
        self._encrypted = self._whole = True
        self.session.tls_started()
        self._flush()

    def _no_tls(self, reason: str) -> None:
        self._emit(Lost(Phase.STARTTLS, f"TLS could not be started: {reason}"))
        self._end()

    def _end(self) -> None:
        """Note that the connection is closed: during a handshake only we would."""
        self._stop_timer()
        self.session.leave()
        self.closed.set()

    def _limit(self, phase: Phase) -> float:
        """Return how many seconds the server may take for its answer."""
        if self.session.is_trying:
            return min(self.TRIAL_SECONDS, TIMEOUTS[phase])
        if phase is Phase.GREETING and self._greets_within is not None:
            return min(self._greets_within, TIMEOUTS[phase])
        return TIMEOUTS[phase]

    def _extend(self) -> None:
        """Give the server the time of the phase it is in; once we take leave, a moment."""
        phase = Phase.QUIT if self._over else self.session.phase or Phase.QUIT
        stuck = self._paused and phase is Phase.DOT
        self._deadline = self._loop.time() + (self.BLOCK_SECONDS if stuck else self._limit(phase))
        self._unwritten = self._buffered if self._paused else 0
        # A deadline put off is looked at when the timer rings; one put forward needs another.
        if self._timer is None or self._rings > self._deadline:
            self._set_timer()

    def _set_timer(self) -> None:
        self._stop_timer()
        self._rings = self._deadline
        self._timer = self._loop.call_at(self._rings, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        phase = self.session.phase
        if phase is None:
            return
        if self._loop.time() < self._deadline:
            self._set_timer()
            return
        if self._paused and self._buffered < self._unwritten:
            self._extend()
            return
        if self._paused and phase is Phase.DOT:
            reason = of_standstill(self.BLOCK_SECONDS)
        else:
            reason = of_silence(phase, self._limit(phase), encrypted=self._encrypted)
        if phase is Phase.GREETING and self._greets_within is not None:
            self._emit(Lost(phase, reason, fatal=True))
        else:
            self._emit(self.session.lost(reason, unsent=self._unsent, closed=False))
        self.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _too_early(event: Event) -> Event:
    """Return the end that an answer means which came before all of the body was written."""
    if not isinstance(event, Answered | Lost):
        return event
    if isinstance(event, Lost) and event.reply is None:
        return replace(event, unsent=True)
    reason = f"the server answered in the middle of the message: {event.reply}"
    return Lost(Phase.DOT, reason, event.reply, unsent=True)
