"""A workspace after a month, in which one person left traces in as many places as can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result

from newsletter.audience.list.basis import Basis
from newsletter.audience.register.consent import Consent
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import parse_address
from newsletter.workspace import open_workspace
from tests.sink import Sink, running

Run = Callable[..., Result]

MAUD = "maud.o-hara@bücher.example"
IN_ASCII = "maud.o-hara@xn--bcher-kva.example"
NAME = "Maud Ó Hára"
LIST = (
    "email,name,first_name,status,clinic\n"
    "ada@example.org,Ada Lovelace,Ada,active,Harbour\n"
    f'"{MAUD}",{NAME},Maud,active,"Quay 3,\r\nsecond floor"\n'
    'grace@example.net,"Hopper, ""Grace""" ,Grace,active,\n'
    f"{IN_ASCII.upper()},{NAME},Maud,active,\n"
    "lee@example.com,Lee Left,Lee,unsubscribed,\n"
    "bo@example.org,Bo,Bo,active,Pier"
)
REST = (
    "email,name,first_name,status,clinic\n"
    "ada@example.org,Ada Lovelace,Ada,active,Harbour\n"
    'grace@example.net,"Hopper, ""Grace""" ,Grace,active,\n'
    "lee@example.com,Lee Left,Lee,unsubscribed,\n"
    "bo@example.org,Bo,Bo,active,Pier"
)
BACKUP = "subscribers.csv.before-import-20261002-093000"


def month(workspace: Path, run: Run, *, answer: str = "550 5.7.1 <{}> ({}) has moved") -> None:
    """Send an issue of which Maud's message is refused or deferred, in words that name them."""
    (workspace / "subscribers.csv").write_text(LIST, "utf-8", newline="")
    (workspace / BACKUP).write_text(LIST, "utf-8", newline="")
    words = answer.format(IN_ASCII, "Maud O Hara")
    sink = Sink(rcpt=lambda line: words if "xn--bcher" in line.lower() else "250 2.1.5 Ok")
    with running(sink):
        settings = workspace / "newsletter.toml"
        text = settings.read_text("utf-8")
        settings.write_text(text.replace("maildir:outbox", sink.url), "utf-8")
        sent = run("send", "2026-11", "--yes")
        settings.write_text(text, "utf-8")
    assert sent.exit_code in {1, 75}, sent.output
    chose(workspace)
    for command in (
        ("subscribers", "suppress", MAUD, "--reason", f"{NAME} wrote from {MAUD}"),
        ("subscribers", "restore", MAUD, "--reason", f"{NAME} wrote again"),
        ("subscribers", "suppress", "lee@example.com", "--reason", "moved away"),
        ("build", "2026-11", "--as", MAUD),
        ("rehearse", "2026-11"),
        ("test", "2026-11", "--to", MAUD),
    ):
        result = run(*command)
        assert result.exit_code == 0, result.output
    tested = workspace / ".newsletter" / "test-addresses.json"
    tested.write_text(json.dumps([MAUD, "editor@example.org"]), "utf-8")


def chose(workspace: Path) -> None:
    """Record what the page would: a sign-up that was confirmed, and a bounce."""
    consent = Consent(basis=Basis.EXPRESS, source="sign-up page", wording=f"I am {NAME}")
    evidence: dict[Kind, dict[str, object]] = {
        Kind.CONFIRM: {
            "name": NAME,
            "fields": {"clinic": "Quay 3"},
            "consent": consent.as_json(),
        },
        Kind.BOUNCE: {"report": f"Final-Recipient: rfc822; {IN_ASCII}"},
    }
    with open_workspace(workspace).ledger() as ledger:
        ledger.people.add(
            [
                Event(
                    address=parse_address(MAUD),
                    kind=kind,
                    reason=f"{NAME}: {kind}",
                    source="page",
                    at=datetime(2026, 10, 5, 8, tzinfo=UTC),
                    evidence=held,
                )
                for kind, held in evidence.items()
            ]
        )
