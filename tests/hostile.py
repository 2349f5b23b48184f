"""A mail server that misbehaves byte by byte: raw sockets, a thread for each connection.

`decide(phase, recipient, connection, done)` is asked at each step: greeting, EHLO, STARTTLS, MAIL,
RCPT, DATA, body (after 354), behind (what came behind a dot, before its answer; it is dropped where
an action answers dot and all), dot, RSET. It returns None for the usual answer, a reply line, raw
bytes, seconds to wait, CLOSE, RESET or HANG, or a list of these. `connection` counts connections
from 1, `done` the messages on this one. The journal holds (recipient, action) of each whole
message; it is written before the answer leaves. `heard` holds the commands of all connections.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence

CLOSE, RESET, HANG = "close", "reset", "hang"

Action = str | bytes | float | Sequence["Action"] | None
Decide = Callable[[str, str, int, int], Action]

_USUAL = {
    "greeting": "220 hostile ESMTP",
    "EHLO": "250-hostile\r\n250-PIPELINING\r\n250 SMTPUTF8",
    "STARTTLS": "220 2.0.0 go ahead",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 go ahead",
    "dot": "250 2.0.0 taken",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 bye",
}


class _Gone(Exception):  # noqa: N818
    pass


class Hostile:
    """The server; `at_once` is how many connections it serves, the others hear nothing.

    With a `context` it speaks TLS from the start.
    """

    def __init__(
        self, decide: Decide, *, at_once: int = 1000, context: ssl.SSLContext | None = None
    ) -> None:
        self.journal: list[tuple[str, Action]] = []
        self.heard: list[str] = []
        self.connections = self.open = self.most_open = 0
        self.decide = decide
        self.over = threading.Event()
        self._context = context
        self._seats = threading.Semaphore(at_once)
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        # Small, so that what the server has not read yet stays with the client.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._listener.getsockname()[1]

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self.over.is_set():
                peer, _ = self._listener.accept()
                # Each reply of a group is written by itself: with Nagle that is 40 ms a message.
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._sockets.add(peer)
                threading.Thread(
                    target=self._serve, args=(peer, self.connections), daemon=True
                ).start()

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, peer: socket.socket, number: int) -> None:
        with self._seats:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            try:
                with contextlib.suppress(_Gone, OSError):
                    if self._context is not None:
                        peer = self._context.wrap_socket(peer, server_side=True)
                    _Conversation(self, peer, number).run()
            finally:
                self.open -= 1
                peer.close()


class _Conversation:
    def __init__(self, server: Hostile, peer: socket.socket, number: int) -> None:
        self._server = server
        self._peer = peer
        self._number = number
        self._buffer = b""
        self._recipient = ""
        self._refused = True
        self._done = 0

    def run(self) -> None:
        self._step("greeting")
        while True:
            line = self._line()
            self._server.heard.append(line)
            verb = line[:4].upper().replace("STAR", "STARTTLS")
            if verb == "RCPT":
                self._recipient = re.findall(r"<(.*?)>", line)[0]
            if verb == "MAIL":
                self._refused = True
            if verb == "DATA" and self._refused and self._asked("DATA") is None:
                self._act("503 5.5.1 no recipient")
                continue
            code = self._step(verb)
            if verb == "RCPT":
                self._refused = code != "2"
            if verb == "DATA" and code == "3":
                self._body()
            if verb == "QUIT":
                return

    def _body(self) -> None:
        action = self._asked("body")
        if action is not None:
            self._more()
            self._act(action)
        while not self._buffer.startswith(b".\r\n") and b"\r\n.\r\n" not in self._buffer:
            self._more()
        lone = self._buffer.startswith(b".\r\n")
        _, _, self._buffer = (b"\r\n" + self._buffer).partition(b"\r\n.\r\n")
        if lone:
            self._act("554 5.5.1 no recipient")
            return
        action = self._asked("behind")
        if action is not None and not self._buffer and select.select([self._peer], [], [], 0.1)[0]:
            self._more()
        if action is None or not self._buffer:
            action = self._asked("dot")
        else:
            self._buffer = b""
        self._server.journal.append((self._recipient, action))
        self._done += 1
        self._act(_USUAL["dot"] if action is None else action)

    def _step(self, phase: str) -> str:
        """Answer a command; return the first digit of what was said."""
        action = self._asked(phase)
        action = _USUAL.get(phase, "500 5.5.2 what?") if action is None else action
        self._act(action)
        return action[:1] if isinstance(action, str) else "2"

    def _asked(self, phase: str) -> Action:
        return self._server.decide(phase, self._recipient, self._number, self._done)

    def _act(self, action: Action) -> None:
        match action:
            case None:
                pass
            case bytes():
                self._peer.sendall(action)
            case float():
                time.sleep(action)
            case "hang":
                self._server.over.wait(30)
                raise _Gone
            case "reset":
                self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise _Gone
            case "close":
                raise _Gone
            case str():
                self._peer.sendall(action.encode() + b"\r\n")
                if action.startswith("421"):
                    raise _Gone
            case _:
                for each in action:
                    self._act(each)

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            self._more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _more(self) -> None:
        data = self._peer.recv(65536)
        if not data:
            raise _Gone
        self._buffer += data


def once(decide: Decide) -> Decide:
    """Return what decides the same the first time that it has a will of its own, then nothing."""
    first = threading.Lock()

    def inner(phase: str, recipient: str, connection: int, done: int) -> Action:
        action = decide(phase, recipient, connection, done)
        return action if action is not None and first.acquire(blocking=False) else None

    return inner


@contextlib.contextmanager
def hostile(
    decide: Decide, *, at_once: int = 1000, context: ssl.SSLContext | None = None
) -> Iterator[Hostile]:
    """Run the server while the block runs."""
    server = Hostile(decide, at_once=at_once, context=context)
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
