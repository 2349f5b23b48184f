"""What Postfix asks while it is spoken to: a greylist, and who may log in."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO, cast


class Greylist:
    """A policy service as postgrey is one: who is new is told to come back after `delay` seconds.

    main.cf: `smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:PORT`
    (Postfix, SMTPD_POLICY_README).
    """

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.asked = 0
        self._seen: dict[tuple[str, str], float] = {}

    def answer(self, reader: BinaryIO, writer: BinaryIO) -> None:
        request: dict[str, str] = {}
        for line in reader:
            name, _, value = line.decode().strip().partition("=")
            if name:
                request[name] = value
                continue
            self.asked += 1
            triplet = request.get("sender", ""), request.get("recipient", "")
            first = self._seen.setdefault(triplet, time.monotonic())
            is_new = time.monotonic() - first < self.delay
            action = "defer_if_permit Greylisted, please come back" if is_new else "dunno"
            writer.write(f"action={action}\n\n".encode())
            request = {}


class Logins:
    """Dovecot's authentication protocol, version 1, for PLAIN (`smtpd_sasl_type = dovecot`)."""

    def __init__(self, passwords: dict[str, str]) -> None:
        self._passwords = passwords

    def answer(self, reader: BinaryIO, writer: BinaryIO) -> None:
        writer.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\tx\nDONE\n")
        for line in reader:
            command, *fields = line.decode().rstrip("\n").split("\t")
            if command != "AUTH":
                continue
            said = next(each for each in fields if each.startswith("resp="))[len("resp=") :]
            _, user, password = base64.b64decode(said).decode().split("\0")
            word = "OK" if self._passwords.get(user) == password else "FAIL"
            writer.write(f"{word}\t{fields[0]}\tuser={user}\n".encode())


@contextlib.contextmanager
def serving(service: Greylist | Logins) -> Iterator[int]:
    """Run a service; yield its port."""

    class Handler(socketserver.StreamRequestHandler):
        wbufsize = 0

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                service.answer(cast("BinaryIO", self.rfile), cast("BinaryIO", self.wfile))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
