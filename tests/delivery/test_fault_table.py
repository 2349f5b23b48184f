"""The fault table (docs/sending.md), through the command line: what a server does, what we do.

Each row: the exit code, the counts, a line that is said, the journal against the ledger
(`oracle.hold`), and then a second run against a good server, which ends the mailing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from newsletter.basics.outcome import Phase
from newsletter.settings.timing import ServerTiming, Timing
from tests.cli.terminal import terminal
from tests.delivery.oracle import Run, hold, last_words, number, rows, settle, states, write_list
from tests.delivery.test_kill import make_due
from tests.hostile import CLOSE, HANG, RESET, Action, Decide, hostile, once

FEW = 12
SHORT = Timing(
    first_wait=0.01,
    longest_wait=0.05,
    trouble_limit=0.3,
    crowded=0.1,
    server=ServerTiming(replies=dict.fromkeys(Phase, 0.3)),
)


@pytest.fixture
def timing() -> Timing:
    return SHORT


def at(
    phase: str, action: Action, when: Callable[[str, int, int], bool] = lambda *_: True
) -> Decide:
    return lambda where, who, connection, done: (
        action if where == phase and when(who, connection, done) else None
    )


def first(_who: str, connection: int, _done: int) -> bool:
    return connection == 1


def only(*numbers: int) -> Callable[[str, int, int], bool]:
    return lambda who, _connection, _done: number(who) in numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A server's behaviour, and what must come of it.

    `then` are the counts after a second run against a good server, None for the same as before.
    """

    name: str
    decide: Decide
    code: int
    counts: dict[str, int]
    says: str
    then: dict[str, int] | None = None
    readers: int = FEW
    extra: str = "connections = 3"
    options: tuple[str, ...] = ()
    patience: float = 0.3


def _before_the_mark() -> list[Row]:
    mischief: dict[str, Action] = {
        "closed": CLOSE, "reset": RESET, "silent": HANG, "421": "421 4.3.2 closing",
    }  # fmt: skip
    return [
        Row(
            name=f"{name} at {phase} on the first connection",
            decide=at(phase, action, first),
            code=0,
            counts={"accepted": FEW},
            says=f"2026-11: {FEW} accepted.",
        )
        for phase in ("greeting", "EHLO", "MAIL", "RCPT", "DATA")
        for name, action in mischief.items()
    ]


def _after_the_mark() -> list[Row]:
    mischief: dict[str, Action] = {
        "closed": CLOSE, "reset": RESET, "silent": HANG, "half a reply": [b"250 2.0", CLOSE],
        "a reply of 1 MB": [b"250-" + b"x" * 1_000_000, CLOSE], "garbage": b"\0\xff\r\n",
        "a line without its end": [b"250 ok\r", CLOSE], "354": "354 go ahead",
    }  # fmt: skip
    return [
        Row(
            name=f"{name} at the dot, once",
            decide=once(at("dot", action)),
            code=1,
            counts={"accepted": FEW - 1, "uncertain": 1},
            says="1 uncertain: the connection was lost after the message may have been taken.",
        )
        for name, action in mischief.items()
    ]


def _for_a_while() -> list[Row]:
    """Where the server will not have anybody: nobody is marked, exit 75."""
    return [
        Row(
            name=f"{action!s:.12} at {phase}, always",
            decide=at(phase, action),
            code=75,
            counts={"pending": FEW},
            says="Paused: ",
            then={"accepted": FEW},
        )
        for phase in ("greeting", "EHLO", "MAIL")
        for action in ("421 4.3.2 closing", "451 4.3.0 not now", CLOSE, HANG)
    ]


def _for_good() -> list[Row]:
    """Where the server refuses us: stop before anything is sent, resumable."""
    said = {
        "greeting": "the server does not greet: 554 5.7.1 go away",
        "EHLO": "the server refuses to talk to us: 554 5.7.1 go away",
        "MAIL": "the server takes no mail from us: 554 5.7.1 go away",
    }
    return [
        Row(
            name=f"554 at {phase}",
            decide=at(phase, "554 5.7.1 go away"),
            code=1,
            counts={"pending": FEW},
            says=f"Stopped: {words}\n",
            then={"accepted": FEW},
        )
        for phase, words in said.items()
    ]


def _about_one_reader() -> list[Row]:
    rows = []
    for pipelining in (True, False):
        hello: Action = None if pipelining else "250-hostile\r\n250 8BITMIME"
        how = "pipelined" if pipelining else "in lock-step"
        for phase in ("RCPT", "DATA", "dot"):
            rows += [
                Row(
                    name=f"451 at {phase} for one, {how}",
                    decide=_both(at("EHLO", hello), at(phase, "451 4.3.0 later", only(5))),
                    code=75,
                    counts={"accepted": FEW - 1, "deferred": 1},
                    says="The deferred ones can be tried again from ",
                ),
                Row(
                    name=f"550 at {phase} for one, {how}",
                    decide=_both(at("EHLO", hello), at(phase, "550 5.7.1 no", only(5))),
                    code=1,
                    counts={"accepted": FEW - 1, "refused": 1},
                    says=f"2026-11: {FEW - 1} accepted, 1 refused.",
                ),
            ]
    return rows


def _both(one: Decide, other: Decide) -> Decide:
    return lambda *each: one(*each) if one(*each) is not None else other(*each)


def _spread(phase: str, action: Action, every: int) -> Decide:
    return at(phase, action, lambda who, *_: number(who) % every == 0)


OTHERS = [
    Row(
        name="closed after each second message",
        decide=at("MAIL", CLOSE, lambda _who, _connection, done: done >= 2),
        code=0,
        counts={"accepted": FEW},
        says=f"2026-11: {FEW} accepted.",
    ),
    Row(
        name="421 after each message",
        decide=at("MAIL", "421 4.7.0 one is enough", lambda _who, _connection, done: done >= 1),
        code=0,
        counts={"accepted": FEW},
        says=f"2026-11: {FEW} accepted.",
    ),
    Row(
        name="421 at the dot, once",
        decide=once(at("dot", "421 4.3.2 closing")),
        code=0,
        counts={"accepted": FEW},
        says=f"2026-11: {FEW} accepted.",
    ),
    Row(
        name="421 at the dot of one, always",
        decide=at("dot", "421 4.3.2 closing", only(5)),
        code=75,
        counts={"accepted": FEW - 1, "deferred": 1},
        says="The deferred ones can be tried again from ",
    ),
    Row(
        name="no answer to any message",
        decide=at("dot", CLOSE),
        code=1,
        counts={"uncertain": 7, "pending": 13},
        says="Stopped: 7 messages in a row went out without an answer",
        then={"uncertain": 7, "accepted": 13},
        readers=20,
        patience=20.0,
    ),
    Row(
        name="the message itself refused, always",
        decide=at("dot", "554 5.7.1 looks like spam"),
        code=1,
        counts={"pending": FEW},
        says="Stopped: the server refuses the message itself: 554 5.7.1 looks like spam",
        then={"accepted": FEW},
    ),
    Row(
        name="the message itself refused at DATA, always",
        decide=at("DATA", "554 5.7.1 not from you"),
        code=1,
        counts={"pending": FEW},
        says="Stopped: the server refuses the message itself: 554 5.7.1 not from you",
        then={"accepted": FEW},
    ),
    Row(
        name="5 of 100 refused",
        decide=_spread("RCPT", "550 5.7.1 no", 20),
        code=1,
        counts={"accepted": 114, "refused": 6},
        says="2026-11: 114 accepted, 6 refused.",
        readers=120,
        extra="connections = 1",
    ),
    Row(
        name="everybody refused in the same words",
        decide=at("RCPT", "550 5.7.1 no"),
        code=1,
        counts={"pending": 99},
        says="Stopped: the server refuses one reader like the other: 550 5.7.1 no",
        then={"accepted": 99},
        readers=99,
    ),
    Row(
        name="everybody unknown",
        decide=at("RCPT", "550 5.1.1 no such user"),
        code=1,
        counts={"pending": 40},
        says="Stopped: 4 refused of the last 4 attempts; the last one was 550 5.1.1 no such user",
        then={"accepted": 40},
        readers=40,
    ),
    Row(
        name="one of the first five unknown",
        decide=at("RCPT", "550 5.1.1 no such user", only(3)),
        code=1,
        counts={"accepted": FEW - 1, "refused": 1},
        says=f"2026-11: {FEW - 1} accepted, 1 refused.",
    ),
    Row(
        name="two unknown and nobody else",
        decide=at("RCPT", "550 5.1.1 no such user"),
        code=1,
        counts={"refused": 2},
        says="2026-11: 2 refused.",
        readers=2,
    ),
    Row(
        name="one in ten refused, and told to keep going",
        decide=_spread("RCPT", "550 5.7.1 no", 10),
        code=1,
        counts={"accepted": 135, "refused": 15},
        says="2026-11: 135 accepted, 15 refused.",
        readers=150,
        options=("--keep-going",),
    ),
    Row(
        name="SIZE too small",
        decide=at("EHLO", "250-hostile\r\n250-PIPELINING\r\n250 SIZE 5000"),
        code=1,
        counts={"pending": FEW},
        says="Stopped: the server takes messages of up to 5,000 bytes, and this one may have ",
        then={"accepted": FEW},
    ),
    Row(
        name="a reply too many",
        decide=at("dot", b"250 2.0.0 taken\r\n250 2.0.0 taken\r\n", first),
        code=0,
        counts={"accepted": FEW},
        says=f"2026-11: {FEW} accepted.",
    ),
]
TABLE = [
    *(*_before_the_mark(), *_after_the_mark(), *_for_a_while()),
    *(*_for_good(), *_about_one_reader(), *OTHERS),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in TABLE])
def test_what_a_server_does_ends_as_the_table_says(workspace: Path, run: Run, row: Row) -> None:
    timing = replace(SHORT, trouble_limit=row.patience)
    with hostile(row.decide) as server:
        emails = settle(workspace, server.port, readers=row.readers, extra=row.extra)
        result = run("send", "2026-11", "--yes", *row.options, timing=timing)
        assert row.says in last_words(result)
        assert result.exit_code == row.code
        hold(run, server, emails, row.counts)
        server.decide = lambda *_: None
        again = run("send", "2026-11", "--yes", *row.options, timing=timing)
        last_words(again)
        hold(run, server, emails, row.then or row.counts)
    if row.then is None:
        assert again.exit_code == row.code


@pytest.mark.parametrize(
    ("decide", "what"),
    [
        (_spread("RCPT", "550 5.1.1 no such user", 8), "refused"),
        (_spread("RCPT", "450 4.2.1 later", 4), "deferred"),
    ],
)
def test_too_many_refused_or_deferred_stop_it_and_keep_going_does_not(
    workspace: Path, run: Run, decide: Decide, what: str
) -> None:
    with hostile(decide) as server:
        emails = settle(workspace, server.port, readers=200)
        result = run("send", "2026-11", "--yes")
        stopped = rf"Stopped: \d+ {what} of the last \d+ attempts; the last one was \d"
        assert re.search(stopped, last_words(result))
        assert "--keep-going goes on regardless" in result.stderr
        assert result.exit_code == 1
        counts = states(run)
        assert 95 <= counts["pending"] <= 175
        assert counts.get(what, 0) <= 21
        hold(run, server, emails, counts)
        assert not (workspace / "suppressions.csv").exists()
        run("send", "2026-11", "--yes", "--keep-going")
        counts = states(run)
        assert "pending" not in counts
        hold(run, server, emails, counts)


@pytest.mark.parametrize(("answer", "goes_on"), [("y\n", True), ("n\n", False), ("\x03", False)])
def test_whoever_sits_there_is_asked_whether_to_go_on_all_the_same(
    workspace: Path, run: Run, answer: str, *, goes_on: bool
) -> None:
    with hostile(_spread("RCPT", "550 5.7.1 not today", 8)) as server:
        emails = settle(workspace, server.port, readers=200)
        with terminal(workspace, "send", "2026-11", "--yes") as screen:
            screen.wait_for("6 refused of the last ")
            screen.wait_for("readers left? [y/N]:")
            screen.type(answer)
            assert screen.ended() == 1
        counts = states(run)
        assert ("pending" in counts) is not goes_on
        assert ("Stopped:" in screen.screen) is not goes_on
        hold(run, server, emails, counts)


@pytest.mark.parametrize(
    ("reply", "suppressed"),
    [
        ("550 5.1.1 no such user", True),
        ("553 5.1.2 no such host", True),
        ("501 5.1.3 no address", True),
        ("556 5.1.10 takes no mail", True),
        ("550 5.7.1 policy", False),
        ("550 5.2.1 disabled", False),
        ("550 no such user", False),
        ("450 4.1.1 no such user, perhaps", False),
    ],
)
def test_only_an_address_class_refusal_suppresses_the_address(
    workspace: Path, run: Run, reply: str, suppressed: bool
) -> None:
    with hostile(at("RCPT", reply, only(5))) as server:
        settle(workspace, server.port, readers=FEW)
        run("send", "2026-11", "--yes")
    file = workspace / "suppressions.csv"
    listed = file.read_text("utf-8") if file.exists() else ""
    assert ("reader0005@example.org" in listed) is suppressed


def test_a_broken_relay_that_knows_nobody_suppresses_nobody(workspace: Path, run: Run) -> None:
    with hostile(at("RCPT", "550 5.1.1 no such user")) as server:
        settle(workspace, server.port, readers=30)
        assert run("send", "2026-11", "--yes").exit_code == 1
        assert states(run) == {"pending": 30}
        assert run("send", "2026-11", "--yes", "--keep-going").exit_code == 1
    assert states(run) == {"refused": 30}
    assert not (workspace / "suppressions.csv").exists()


def test_a_deferred_reader_is_tried_again_and_given_up_after_two_days(
    workspace: Path, run: Run
) -> None:
    with hostile(at("RCPT", "450 4.2.1 later", only(5))) as server:
        emails = settle(workspace, server.port, readers=FEW)
        for _ in range(2):
            assert run("send", "2026-11", "--yes").exit_code == 75
            make_due(workspace)
        hold(run, server, emails, {"accepted": FEW - 1, "deferred": 1})
        result = run("send", "2026-11", "--yes", timing=replace(SHORT, give_up_after=0.0))
        assert result.exit_code == 1
        hold(run, server, emails, {"accepted": FEW - 1, "refused": 1})
    (row,) = [row for row in rows(run) if row["state"] == "refused"]
    assert (row["code"], row["text"], row["attempts"]) == (
        "450",
        "gave up after 0 hours: later",
        "3",
    )


def test_an_address_that_needs_smtputf8_is_refused_alone(workspace: Path, run: Run) -> None:

    plain = at("EHLO", "250-hostile\r\n250 PIPELINING")
    with hostile(plain) as server:
        settle(workspace, server.port, readers=1)
        emails = ["ada@example.org", "zoë@example.org", "grace@example.org"]
        write_list(workspace, emails)
        result = run("send", "2026-11", "--yes")
        assert result.exit_code == 1
        hold(run, server, emails, {"accepted": 2, "refused": 1})
    (row,) = [row for row in rows(run) if row["state"] == "refused"]
    assert (row["email"], row["enhanced"]) == ("zoë@example.org", "5.6.7")
    assert row["text"] == "the address needs SMTPUTF8, which the server does not offer"


def test_where_encryption_was_stripped_nothing_is_sent(workspace: Path, run: Run) -> None:
    with hostile(lambda *_: None) as server:
        settle(workspace, server.port, readers=FEW)
        file = workspace / "newsletter.toml"
        # Also this machine, but not by its form: encryption is wanted.
        text = file.read_text("utf-8").replace("127.0.0.1", "127.1")
        file.write_text(text, "utf-8")
        result = run("send", "2026-11", "--yes")
        assert result.exit_code == 1
        assert "Stopped: the server does not offer STARTTLS" in last_words(result)
        assert server.journal == []
        assert states(run) == {"pending": FEW}
        file.write_text(text.replace("127.1", "127.0.0.1"), "utf-8")
        assert run("send", "2026-11", "--yes").exit_code == 0


def test_answers_that_are_late_but_within_their_time_are_answers(workspace: Path, run: Run) -> None:
    usual: dict[str, Action] = {
        "MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok", "dot": "250 2.0.0 taken",
    }  # fmt: skip
    with hostile(lambda phase, *_: [0.15, usual[phase]] if phase in usual else None) as server:
        emails = settle(workspace, server.port, readers=FEW)
        result = run("send", "2026-11", "--yes")
        hold(run, server, emails, {"accepted": FEW})
    assert result.exit_code == 0


def test_what_was_sent_already_is_not_sent_and_answers_with_how_it_ended(
    workspace: Path, run: Run
) -> None:
    with hostile(at("RCPT", "550 5.7.1 no", only(5))) as server:
        emails = settle(workspace, server.port, readers=FEW)
        assert run("send", "2026-11", "--yes").exit_code == 1
        before = len(server.journal)
        again = run("send", "2026-11", "--yes")
        assert again.exit_code == 1
        assert re.search(
            r"Nothing to send: 2026-11 went out on .*: 11 accepted, 1 refused", again.stderr
        )
        hold(run, server, emails, {"accepted": FEW - 1, "refused": 1})
    assert len(server.journal) == before
