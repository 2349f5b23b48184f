"""A rehearsal: the whole mailing into a local mail server, and every message read back.

It is `send` with a server on this machine, and with a ledger and a key that are thrown away: no
token of a rehearsal ever acts.
"""

from __future__ import annotations

import email
import email.policy
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

from newsletter.audience.selection import Selection
from newsletter.basics.errors import Problem, fail
from newsletter.basics.outcome import State
from newsletter.basics.tokens import Key
from newsletter.delivery.mailing import Course, Result, freeze, send
from newsletter.settings.values import Durability, Scheme, TransportUrl
from newsletter.state.sqlite import SqliteLedger
from newsletter.tasks.message import issue_content
from newsletter.transport.local import local_server
from newsletter.transport.smtp import SmtpTransport
from newsletter.workspace import Workspace

FOLDER = "rehearsal"
_MOST_PROBLEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """The result of a rehearsal. `messages`, `octets` and `seconds` are of all that were read."""

    result: Result
    folder: Path
    messages: int
    octets: int
    seconds: float
    problems: tuple[Problem, ...]


def rehearse(
    workspace: Workspace,
    slug: str,
    *,
    today: date,
    limit: int | None,
    watch: Callable[[Counter[State]], None],
    selection: Selection | None = None,
) -> Rehearsed:
    """Send an issue to its audience, or a selection, into a Maildir in the private state."""
    content, _ = issue_content(workspace, slug)
    folder = workspace.state_folder / FOLDER / slug
    shutil.rmtree(folder, ignore_errors=True)
    with workspace.ledger() as real:
        audience = workspace.audience(real, today, selection)
    key = Key.fresh()
    ledger = SqliteLedger(folder / "state.db", durability=Durability.NORMAL, keys=[key])
    try:
        mailing = freeze(
            ledger.records, content, audience, key=key, sources="", now=datetime.now(UTC)
        )
        if not ledger.records.counts(mailing)[State.PENDING]:
            raise fail("nobody would get it", hint="newsletter subscribers check says why")
        maildir = folder / "mail"
        began = time.monotonic()
        with local_server(maildir) as port:
            url = TransportUrl(scheme=Scheme.SMTP, host="127.0.0.1", port=port)
            course = Course(
                transport=SmtpTransport(url, None),
                connections=workspace.settings.delivery.connections,
                rates=(),
                limit=limit,
                keep_going=False,
            )
            result = send(ledger, mailing, key=key, course=course, watch=watch)
        seconds = time.monotonic() - began
    finally:
        ledger.close()
    return _read_back(maildir, result, seconds)


def _read_back(maildir: Path, result: Result, seconds: float) -> Rehearsed:
    """Parse every message, and check that each reader got one of their own."""
    problems: list[Problem] = []
    octets = messages = 0
    seen: Counter[str] = Counter()
    for file in sorted((maildir / "new").iterdir()):
        raw = file.read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        messages += 1
        octets += len(raw)
        seen.update(_marks(message))
        problems += [Problem(message=text, file=file) for text in _faults(message)]
    problems += [
        Problem(message=f"two messages share {mark}") for mark, count in seen.items() if count > 1
    ]
    accepted = result.counts[State.ACCEPTED]
    if messages != accepted:
        problems.append(Problem(message=f"{accepted} were accepted, but {messages} have arrived"))
    return Rehearsed(
        result=result,
        folder=maildir,
        messages=messages,
        octets=octets,
        seconds=seconds,
        problems=tuple(problems[:_MOST_PROBLEMS]),
    )


def _marks(message: EmailMessage) -> Iterator[str]:
    """Yield what no two messages may share."""
    for name in ("Message-ID", "List-Unsubscribe", "Delivered-To"):
        yield f"{name} {message[name]}"


def _faults(message: EmailMessage) -> Iterator[str]:
    yield from (f"the message is malformed: {defect!r}" for defect in message.defects)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        text = part.get_content() if part is not None else ""
        if not text.strip():
            yield f"the {kind} part is empty"
        elif "unsubscribe" not in text.lower():
            yield f"the {kind} part has no unsubscribe link"
    to = [address.addr_spec for address in message["To"].addresses]
    if to != [str(message["Delivered-To"])]:
        yield f"addressed to {', '.join(to)}, but delivered to {message['Delivered-To']}"
