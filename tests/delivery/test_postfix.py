"""Against Postfix's own tools: smtp-sink, with its rejects, its drops and without PIPELINING."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.settings.values import Durability
from newsletter.state.sqlite import SqliteLedger
from tests.delivery.test_kill import CONNECTIONS, READERS, counts, ended, start
from tests.delivery.test_mailing import KEY, frozen, nonzero, over, readers
from tests.sink import Sink

pytestmark = pytest.mark.stranger("postfix")


@contextlib.contextmanager
def smtp_sink(folder: Path, *options: str) -> Iterator[int]:
    """Run smtp-sink on a free port; each message becomes a file in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    folder.mkdir()
    who = ["-u", "root"] if os.getuid() == 0 else []
    command = [program, *who, *options, "-d", f"{folder}/%M.", f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def messages(folder: Path) -> list[bytes]:
    """Return what arrived; smtp-sink makes a message's file before it has any of it."""
    return [octets for file in folder.iterdir() if (octets := file.read_bytes())]


@pytest.mark.parametrize("options", [(), ("-p",)])
def test_a_mailing_of_a_thousand_gives_a_thousand_different_messages_that_parse(
    workspace: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """-p is without PIPELINING."""
    folder = tmp_path / "sink"
    settings = workspace / "newsletter.toml"
    text = settings.read_text("utf-8")
    rows = (f"reader{number:04}@example.org,Reader {number}" for number in range(READERS))
    (workspace / "subscribers.csv").write_text("email,name\n" + "\n".join(rows), "utf-8")
    with smtp_sink(folder, *options) as port:
        way_out = f'"smtp://127.0.0.1:{port}"\nconnections = {CONNECTIONS}'
        settings.write_text(text.replace('"maildir:outbox"', way_out), "utf-8")
        code, _, err = ended(start(workspace, "send", "2026-11", "--yes"))
    assert code == 0, err
    assert counts(workspace)["accepted"] == READERS
    parsed = [
        email.message_from_bytes(octets, policy=email.policy.default) for octets in messages(folder)
    ]
    assert len(parsed) == READERS
    assert [message.defects for message in parsed if message.defects] == []
    for header in ("To", "Message-ID", "List-Unsubscribe"):
        assert len({str(message[header]) for message in parsed}) == READERS


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db", durability=Durability.NORMAL, keys=[KEY])
    yield ledger
    ledger.close()


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (("-r", "RCPT"), {"deferred": 20}),
        (("-f", "RCPT"), {"pending": 20}),
        (("-f", "."), {"pending": 20}),
        (("-f", "MAIL"), {"pending": 20}),
        (("-f", "EHLO", "-f", "HELO"), {"pending": 20}),
        (("-q", "."), {"uncertain": 5, "pending": 15}),
    ],
)
def test_what_smtp_sink_refuses_or_drops_means_what_the_table_says(
    ledger: SqliteLedger, tmp_path: Path, options: tuple[str, ...], states: dict[str, int]
) -> None:
    """-r and -f answer 4xx and 5xx to a command, -q disconnects at it."""
    mailing = frozen(ledger, readers(20))
    folder = tmp_path / "sink"
    with smtp_sink(folder, *options) as port:
        result = over(ledger, mailing, Sink(port=port), connections=2)
    assert {state.value: count for state, count in nonzero(result).items()} == states
    assert messages(folder) == [] or "." in options[1]
