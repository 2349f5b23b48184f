from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.settings.timing import Timing
from tests.sink import Sink, running

Run = Callable[..., Result]
_MOMENT = re.compile(r"(on )?\d+ \w+ \d{4}(,| at) \d\d:\d\d:\d\d")


@pytest.fixture
def timing() -> Timing:
    return Timing(first_retry=0.0)


@pytest.fixture
def server(workspace: Path) -> Sink:
    sink = Sink()
    settings = workspace / "newsletter.toml"
    settings.write_text(settings.read_text("utf-8").replace("maildir:outbox", "SINK"), "utf-8")
    return sink


def through(workspace: Path, sink: Sink) -> None:
    settings = workspace / "newsletter.toml"
    settings.write_text(re.sub(r'"(SINK|smtp:.*)"', f'"{sink.url}"', settings.read_text()), "utf-8")


def told(result: Result) -> list[str]:
    return [_MOMENT.sub("WHEN", line) for line in result.stdout.splitlines()]


def test_every_attempt_is_told_in_the_servers_words(
    workspace: Path, run: Run, server: Sink
) -> None:
    said = iter(["450 4.2.1 greylisted", "452 4.2.2 mailbox full"])
    server.rcpt = lambda who: next(said, "250 Ok") if "ada" in who else "250 Ok"
    with running(server):
        through(workspace, server)
        codes = [run("send", "2026-11", "--yes").exit_code for _ in range(3)]
    # Who falls due while a run still goes on is tried again within it.
    assert codes in ([75, 75, 0], [75, 0, 0], [0, 0, 0])
    lines = told(run("status", "2026-11", "--reader", "Ada@Example.org"))
    assert lines[:-1] == [
        "ada@example.org, 2026-11",
        "Yes: the mail server took it WHEN.",
        "  1. WHEN: deferred in answer to RCPT: 450 4.2.1 greylisted",
        "  2. WHEN: deferred in answer to RCPT: 452 4.2.2 mailbox full",
        "  3. WHEN: accepted in answer to the whole message: 250 2.0.0 Ok: queued as 2",
    ]
    assert re.fullmatch(r"Message-ID <2026-11\.\w+@example\.org>", lines[-1])
    found = json.loads(run("status", "2026-11", "--reader", "ada@example.org", "--json").stdout)
    assert (found["issue"], found["state"], len(found["attempts"])) == ("2026-11", "accepted", 3)


def test_a_refusal_an_exclusion_and_what_nobody_knows_are_answers_too(
    workspace: Path, run: Run, server: Sink
) -> None:
    server.dot = lambda who, _: "drop" if "ada" in who else "250 Ok"
    server.rcpt = lambda who: "550 5.7.1 not here" if "grace" in who else "250 Ok"
    with running(server):
        through(workspace, server)
        run("send", "2026-11", "--yes")
    answers = {
        who: told(run("status", "2026-11", "--reader", who))[1:-1]
        for who in ("ada@example.org", "grace@example.net", "left@example.com")
    }
    assert answers == {
        "ada@example.org": [
            "Nobody can know: the server closed the connection.",
            "  1. WHEN: uncertain without an answer: the server closed the connection",
        ],
        "grace@example.net": [
            "No: the mail server refused it: 550 5.7.1 not here.",
            "  1. WHEN: refused in answer to RCPT: 550 5.7.1 not here",
        ],
        "left@example.com": ["No: the address must not be mailed (unsubscribed in the list)."],
    }
    assert run("resolve", "2026-11", "--mark-accepted", "--yes").exit_code == 0
    (_, answer, *_) = told(run("status", "2026-11", "--reader", "ada@example.org"))
    assert answer == "It counts as accepted: counted as accepted by the editor, WHEN."


def test_who_is_not_in_the_mailing_is_told_so(workspace: Path, run: Run, server: Sink) -> None:
    with running(server):
        through(workspace, server)
        run("send", "2026-11", "--yes")
    result = run("status", "2026-11", "--reader", "nobody@example.org")
    assert result.exit_code == 1
    assert "nobody@example.org did not get 2026-11: it was not on the list" in result.stderr
    assert run("status", "2026-11", "--reader", "nonsense").exit_code == 2
    assert run("status", "--reader", "ada@example.org").exit_code == 2
