"""What the page shows: the last good email of each issue, and what is wrong with it now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from newsletter.checks.engine import Finding, Report
from newsletter.errors import NewsletterError
from newsletter.proof import Proof
from newsletter.web.preview.mail import Mail, read_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at an issue.

    `version` counts the saves. `mail` is the last email that could be made, None before there
    was one; it is `stale` where the issue as it is now cannot be made. `findings` are of the
    files as they are now. `note` says where `mail` is not of the files but what a mailing froze.
    """

    version: int
    mail: Mail | None
    stale: bool
    findings: tuple[Finding, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The message that a mailing froze (RFC 5322, CRLF), and a sentence on it for the page."""

    message: bytes
    note: str


class Desk:
    """Keeps a view of each issue until something is saved. Its methods may wait for a lock.

    `sent(slug)` is what a mailing froze of an issue, or None; then that is shown.
    """

    def __init__(
        self, proof: Callable[[str], Proof], sent: Callable[[str], Sent | None] = lambda _slug: None
    ) -> None:
        self._proof = proof
        self._sent = sent
        self._version = 1
        self._views: dict[str, View] = {}
        self._lock = threading.Lock()

    def view(self, slug: str) -> View:
        """Return the issue as it is now, made at most once a version."""
        with self._lock:
            seen = self._views.get(slug)
            version = self._version
            if seen is None or seen.version != version:
                seen = self._views[slug] = self._look(slug, version, seen)
            return seen

    def outdate(self) -> int:
        """Say that something was saved; return the new version."""
        self._version += 1
        return self._version

    def _look(self, slug: str, version: int, before: View | None) -> View:
        sent = None
        try:
            sent = self._sent(slug)
            proof = self._proof(slug)
        except NewsletterError as error:
            proof = Proof(content=None, message=None, report=_report(error))
        findings = proof.report.findings
        if sent is not None:
            mail = read_mail(sent.message)
            return View(version=version, mail=mail, stale=False, findings=findings, note=sent.note)
        if proof.message is not None:
            return View(
                version=version, mail=read_mail(proof.message), stale=False, findings=findings
            )
        last = before.mail if before else None
        return View(version=version, mail=last, stale=True, findings=findings)


class Bell:
    """Rings for every page that listens; all on one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[int | None]] = set()
        self._closed = False

    def ring(self, version: int) -> None:
        """Tell everybody that there is a new version."""
        for listener in self._listeners:
            listener.put_nowait(version)

    def close(self) -> None:
        """Let every listener go, so that the server can end."""
        self._closed = True
        for listener in self._listeners:
            listener.put_nowait(None)

    def listen(self) -> AsyncIterator[int]:
        """Return each new version from now on, until the bell is closed."""
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._listeners.add(queue)
        if self._closed:
            queue.put_nowait(None)
        return self._heard(queue)

    async def _heard(self, queue: asyncio.Queue[int | None]) -> AsyncIterator[int]:
        try:
            while (version := await queue.get()) is not None:
                yield version
        finally:
            self._listeners.discard(queue)


def _report(error: NewsletterError) -> Report:
    return Report(
        tuple(
            Finding(
                rule="render",
                level=problem.level,
                message=problem.message,
                file=problem.file,
                line=problem.line,
                hint=problem.hint,
            )
            for problem in error.problems
        )
    )
