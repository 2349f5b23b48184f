"""A conversation on a socket: asyncio around the session, with TLS and the phases' time limits.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Final, cast

from newsletter.basics.outcome import Envelope, Phase
from newsletter.settings.timing import ServerTiming
from newsletter.smtp.deadline import Deadline
from newsletter.smtp.events import Event, Lost, StartTls, too_early
from newsletter.smtp.session import Session
from newsletter.smtp.troubles import CLOSED, of_certificate, of_error, of_silence, of_standstill

# More than the longest MAIL, RCPT, DATA that can follow a dot in one group: if the buffer still
# holds more than this when the connection is lost, a part of the body was never written.
_BUFFER_LIMIT: Final = 1024


class Connection:
    """Drives one Session; every event but StartTls goes to `listener`.

    A server that has not greeted after `greets_within` seconds, where that is given, counts as one
    that never will. The methods are those of asyncio.Protocol, but mypyc makes no native class of
    one with an interpreted base, hence the casts.
    """

    def __init__(
        self,
        session: Session,
        listener: Callable[[Event], None],
        *,
        host: str,
        context: ssl.SSLContext | None,
        encrypted: bool,
        timing: ServerTiming = ServerTiming(),
        greets_within: float | None = None,
    ) -> None:
        self.session = session
        self._greets_within = greets_within
        self._replies = dict(timing.replies)
        self._trial = timing.trial
        self._standstill = timing.standstill
        self._listener = listener
        self._host = host
        self._context = context
        self._encrypted = encrypted
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        # To join a message costs one more copy. Under TLS, one run of records is still faster than
        # many short ones; and asyncio's own loop does not call pause_writing after writelines.
        self._whole = encrypted or isinstance(self._loop, asyncio.BaseEventLoop)
        self._paused = False
        self._provable = False
        self._at_once = 0
        self._over = False
        self._deadline = Deadline(self._loop, self._on_deadline)
        self._unwritten = 0
        self._upgrade: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the greeting."""
        self._adopt(cast("asyncio.Transport", transport))  # asyncio's type is the base class
        if self._over:
            self.abort()
        else:
            self._extend()

    def data_received(self, data: bytes) -> None:
        """Give the session the server's bytes, and the listener the events that follow."""
        session = self.session
        awaited = session.phase
        early = self._unsent and awaited is Phase.DOT
        for event in session.receive(data):
            if isinstance(event, StartTls):
                self._upgrade = self._loop.create_task(self._start_tls())
                return
            self._emit(too_early(event) if early else event)
        if session.output:
            self._flush()
        elif (phase := session.phase) is None:
            if self._over:
                self._close()
        elif phase is not awaited:
            # Only a whole reply extends the deadline: half a line now and then gains no time.
            self._extend()

    def eof_received(self) -> bool:
        """Return False: the transport closes."""
        return False

    def pause_writing(self) -> None:
        """Note that more than _BUFFER_LIMIT waits to be written."""
        self._paused = True

    def resume_writing(self) -> None:
        """Note that the buffer has shrunk to _BUFFER_LIMIT."""
        self._paused = False
        if not self._over:
            self._extend()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report an end that followed from no reply."""
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
        """Send QUIT, wait at most as long as it may take for the answer, close; no more events."""
        if self._over:
            return
        self._over = True
        self.session.quit()
        self._flush()
        self._extend()

    def abort(self) -> None:
        """Close at once, without a dot; no more events."""
        self._over = True
        self._deadline.stop()
        if self._transport is None:
            return
        if self._upgrade is not None and not self._upgrade.done():
            # uvloop has scheduled the first steps of a handshake, which fail on a closed transport.
            self._loop.call_soon(self._transport.abort)
        else:
            self._transport.abort()

    @property
    def _unsent(self) -> bool:
        """Whether a part of the body provably was not written; under TLS that is unknown."""
        return self._paused and self._provable and not self._encrypted

    @property
    def _buffered(self) -> int:
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
        """Write the output; where it may not leave at once, the dot is a write of its own.

        uvloop calls resume_writing only when all of one write has left. So while writing is paused,
        some of the body still waits, and `_unsent` is exact.
        """
        if self._whole:
            self._provable = True
            transport.write(b"".join(output))
            return
        octets = 0
        for part in output:  # mypyc: sum(map(len, output)) would be interpreted
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
            # `close` would still write what waits: perhaps a body, and its dot.
            self.abort()
        else:
            self._listener(event)

    def _close(self) -> None:
        self._deadline.stop()
        if self._transport is not None:
            self._transport.close()

    async def _start_tls(self) -> None:
        transport = self._transport
        if transport is None or self._context is None:
            return
        upgraded, reason = None, CLOSED
        try:
            upgraded = await self._loop.start_tls(
                transport,
                cast("asyncio.Protocol", self),
                self._context,
                server_hostname=self._host,
                ssl_handshake_timeout=self._replies[Phase.STARTTLS],
            )
        except ssl.SSLCertVerificationError as error:
            self._emit(Lost(Phase.STARTTLS, of_certificate(self._host, error), fatal=True))
            self._end()
            return
        except OSError as error:
            reason = of_error(error)
        except RuntimeError:  # the transport is closed already
            pass
        if upgraded is None:
            self._emit(Lost(Phase.STARTTLS, f"TLS could not be started: {reason}"))
            self._end()
            return
        self._adopt(upgraded)
        self._encrypted = self._whole = True
        self.session.tls_started()
        self._flush()

    def _end(self) -> None:
        """Note that the connection is closed; asyncio reports no end during a handshake."""
        self._deadline.stop()
        self.session.leave()
        self.closed.set()

    def _limit(self, phase: Phase) -> float:
        if self.session.is_trying:
            return min(self._trial, self._replies[phase])
        if phase is Phase.GREETING and self._greets_within is not None:
            return min(self._greets_within, self._replies[phase])
        return self._replies[phase]

    def _extend(self) -> None:
        """Set the deadline for the session's phase; after `quit` that of QUIT."""
        phase = Phase.QUIT if self._over else self.session.phase or Phase.QUIT
        stuck = self._paused and phase is Phase.DOT
        self._deadline.set(self._standstill if stuck else self._limit(phase))
        self._unwritten = self._buffered if self._paused else 0

    def _on_deadline(self) -> None:
        phase = self.session.phase
        if phase is None:
            return
        if self._paused and self._buffered < self._unwritten:
            self._extend()
            return
        if self._paused and phase is Phase.DOT:
            reason = of_standstill(self._standstill)
        else:
            reason = of_silence(phase, self._limit(phase), encrypted=self._encrypted)
        if phase is Phase.GREETING and self._greets_within is not None:
            self._emit(Lost(phase, reason, fatal=True))
        else:
            self._emit(self.session.lost(reason, unsent=self._unsent, closed=False))
        self.abort()
