"""`--top-up`: a finished issue for those who joined since, at a real server, and after kill -9."""

from __future__ import annotations

import csv
import json
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import parse_address
from newsletter.delivery.mailing import draft_mailing
from newsletter.state.sqlite import SqliteLedger
from tests.delivery.oracle import Run, last_words, rows, settle, states
from tests.delivery.test_kill import CONNECTIONS, ended, start, wait_for
from tests.message.test_message import CONTENT
from tests.sink import HANG, Sink, running

FIRST = ("ada", "grace", "left")


def write(workspace: Path, names: Sequence[str], gone: Sequence[str] = ()) -> None:
    lines = [
        f"{name}@example.org,{name.title()},{'unsubscribed' if name in gone else ''}\n"
        for name in names
    ]
    (workspace / "subscribers.csv").write_text("email,first_name,status\n" + "".join(lines))


def given(workspace: Path, run: Run, port: int) -> None:
    """Send the issue to the first readers, over one connection, so that the order is known."""
    settle(workspace, port, readers=0, extra="connections = 1")
    write(workspace, FIRST, gone=["left"])
    assert run("send", "2026-11", "--yes").exit_code == 0


def names(sink: Sink) -> list[str]:
    return [who.partition("@")[0] for who in sink.recipients]


def test_a_top_up_goes_to_those_who_joined_and_to_nobody_else(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        write(workspace, [*FIRST, "bob", "cleo", "dana", "emil"], gone=["left", "emil"])
        assert run("subscribers", "suppress", "dana@example.org").exit_code == 0
        seen = run("send", "2026-11", "--top-up", "--dry-run")
        done = run("send", "2026-11", "--top-up", "--yes")
    assert "To        2 readers joined since 20" in last_words(seen)
    assert seen.stderr.splitlines()[-1] == "Next: newsletter send 2026-11 --top-up"
    assert done.exit_code == 0
    assert "2026-11: 4 accepted, 3 excluded." in last_words(done)
    assert names(sink) == ["ada", "grace", "bob", "cleo"]
    assert {each["email"]: each["state"] for each in rows(run)} == {
        "ada@example.org": "accepted",
        "grace@example.org": "accepted",
        "left@example.org": "excluded",
        "bob@example.org": "accepted",
        "cleo@example.org": "accepted",
        "dana@example.org": "excluded",
        "emil@example.org": "excluded",
    }


def test_two_top_ups_follow_one_another_and_are_shown_as_one_mailing(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        for people in ([*FIRST, "bob"], ["cleo", "bob", *FIRST]):
            write(workspace, people, gone=["left"])
            assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
    assert names(sink) == ["ada", "grace", "bob", "cleo"]
    told = json.loads(run("status", "2026-11", "--json").stdout)
    assert (told["state"], told["counts"]["accepted"]) == ("finished", 4)
    assert json.loads(run("status", "--json").stdout) == [told]
    assert run("status", "2026-11").stderr.count("Topped up  20") == 2
    with (workspace / "mailings.csv").open() as file:
        record = [(row["issue"], row["part"], row["accepted"]) for row in csv.DictReader(file)]
    assert record == [("2026-11", "1", "2"), ("2026-11", "2", "1"), ("2026-11", "3", "1")]
    assert "2026-11       accepted" in run("subscribers", "show", "cleo@example.org").stdout
    assert (
        "Yes: the mail server took it"
        in run("status", "2026-11", "--reader", "cleo@example.org").stdout
    )


def test_a_reader_who_was_taken_off_the_list_and_added_again_gets_nothing_more(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        write(workspace, ["grace"])
        run("send", "2026-11", "--top-up", "--yes")
        (workspace / "subscribers.csv").write_text("email\nADA@Example.org\ngrace@example.org\n")
        again = run("send", "2026-11", "--top-up", "--yes")
    assert names(sink) == ["ada", "grace"]
    assert again.exit_code == 0
    assert "Nothing to send: 2026-11 went out on " in last_words(again)


def test_a_reader_who_was_erased_and_asked_to_come_back_gets_nothing_twice(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        settle(workspace, sink.port, readers=0)
        file = workspace / "subscribers.csv"
        file.write_text("email\nada@example.org\nbob@example.net\n", "utf-8")
        assert run("send", "2026-11", "--yes").exit_code == 0
        assert run("subscribers", "erase", "ada@example.org", "--yes").exit_code == 0
        back = run("subscribers", "restore", "ada@example.org", "--reason", "asked to")
        assert back.exit_code == 0
        file.write_text("email\nada@example.org\nbob@example.net\nnew@example.org\n", "utf-8")
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
    assert sink.recipients == ["ada@example.org", "bob@example.net", "new@example.org"]


def test_what_was_never_sent_or_is_not_finished_is_not_topped_up(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        settle(workspace, sink.port, readers=3)
        never = run("send", "2026-11", "--top-up", "--yes")
        assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
        half = run("send", "2026-11", "--top-up", "--yes")
    assert never.stderr == (
        "error: 2026-11 was never sent, so nobody has joined since\n"
        "  Hint: newsletter send 2026-11 sends it to everybody on the list\n"
    )
    assert half.stderr == (
        "error: 2026-11 is not finished: 2 left\n"
        "  Hint: newsletter send 2026-11 goes on with it; top it up when that is done\n"
    )
    assert (never.exit_code, half.exit_code, len(sink.recipients)) == (1, 1, 1)


def test_a_top_up_asks_and_goes_off_at_once(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        write(workspace, [*FIRST, "bob"])
        asked = run("send", "2026-11", "--top-up")
        later = run("send", "2026-11", "--top-up", "--at", "2099-01-01 08:00")
    assert (asked.exit_code, later.exit_code) == (2, 2)
    assert "--yes" in asked.stderr
    assert names(sink) == ["ada", "grace"]


def test_a_top_up_keeps_the_content_and_the_selection_of_its_mailing(
    workspace: Path, run: Run
) -> None:
    list_ = workspace / "subscribers.csv"
    with running(Sink()) as sink:
        settle(workspace, sink.port, readers=0, extra="connections = 1")
        list_.write_text("email,language\nada@example.org,fr\ngrace@example.org,en\n")
        assert run("send", "2026-11", "--yes", "--where", "language=fr").exit_code == 0
        issue = workspace / "issues/2026-11.md"
        issue.write_text(issue.read_text().replace("two short studies", "three long ones"))
        with list_.open("a") as file:
            file.write("bob@example.org,FR\ncleo@example.org,en\n")
        other = run("send", "2026-11", "--top-up", "--yes", "--where", "language=en")
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
    assert "was begun for language=fr, not for language=en" in other.stderr
    assert names(sink) == ["ada", "bob"]
    assert b"two short studies" in sink.journal[1][1]


def test_a_top_up_that_was_interrupted_goes_on_with_whom_it_froze(
    workspace: Path, run: Run
) -> None:
    """By `send` alone as by `send --top-up`; who joins meanwhile is for the next one."""
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        write(workspace, [*FIRST, "bob", "cleo", "emil"], gone=["left"])
        assert run("send", "2026-11", "--top-up", "--yes", "--limit", "1").exit_code == 75
        assert states(run) == {"accepted": 3, "pending": 2, "excluded": 1}
        write(workspace, [*FIRST, "bob", "cleo", "emil", "finn"], gone=["left"])
        assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
        assert names(sink)[2:] == ["bob", "cleo", "emil"]
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
    assert names(sink)[5:] == ["finn"]


def test_the_uncertain_of_every_part_are_listed_and_decided_about_together(
    workspace: Path, run: Run
) -> None:
    lost = {"ada@example.org", "bob@example.org"}
    sink = Sink(dot=lambda who, _: "drop" if who in lost else "250 2.0.0 Ok")
    with running(sink):
        settle(workspace, sink.port, readers=0)
        write(workspace, ["ada", "grace"])
        assert run("send", "2026-11", "--yes").exit_code == 1
        write(workspace, ["ada", "grace", "bob", "cleo"])
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 1
        assert states(run) == {"accepted": 2, "uncertain": 2}
        listed = run("resolve", "2026-11").stderr + run("resolve", "2026-11").stdout
        assert all(who in listed for who in lost)
        lost.clear()
        assert run("resolve", "2026-11", "--resend", "--yes").exit_code == 0
        assert states(run) == {"accepted": 2, "pending": 2}
        assert "is not finished: 1 left" in run("send", "2026-11", "--top-up", "--yes").stderr
        assert run("send", "2026-11", "--yes").exit_code == 75  # one part a run
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert states(run) == {"accepted": 4}
    assert Counter(names(sink)) == {"ada": 1, "grace": 1, "bob": 1, "cleo": 1}


def test_after_any_kill_of_a_top_up_nobody_gets_it_twice_and_nobody_is_lost(
    workspace: Path, run: Run
) -> None:
    """The first right after its freeze, while the server keeps silent, three others anywhere."""
    chance = random.Random(2026)  # noqa: S311 - moments, not secrets
    sink = Sink(delay=0.002)
    extra = f"connections = {CONNECTIONS}"
    with running(sink):
        settle(workspace, sink.port, readers=200, extra=extra)
        assert run("send", "2026-11", "--yes").exit_code == 0
        emails = settle(workspace, sink.port, readers=800, extra=extra)
        sink.mail = lambda _: HANG
        for number in range(4):
            process = start(workspace, "send", "2026-11", "--top-up", "--yes")
            if number == 0:
                wait_for_a_second_part(workspace)
            else:
                wait_for(sink, len(sink.attempted) + chance.randrange(1, 150))
            process.kill()
            ended(process)
            sink.mail = Sink().mail
        code, out, err = ended(start(workspace, "send", "2026-11", "--top-up", "--yes", "--json"))
    assert out, err
    told = json.loads(out)["counts"]
    assert told["accepted"] + told["uncertain"] == len(emails), err
    assert told["uncertain"] <= 3 * CONNECTIONS
    assert code == (1 if told["uncertain"] else 0)
    arrived = Counter(sink.attempted)
    assert [who for who, times in arrived.items() if times > 1] == []
    assert set(arrived) <= set(emails)
    assert len(arrived) >= told["accepted"]


def wait_for_a_second_part(workspace: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with sqlite3.connect(workspace / ".newsletter/state.db") as db:
            if db.execute("SELECT count(*) FROM mailings").fetchone()[0] > 1:
                return
        time.sleep(0.01)
    raise AssertionError("no top-up was frozen")


def test_a_ledger_from_before_a_top_up_does_not_send_it_again(workspace: Path, run: Run) -> None:
    """Not even where the editor says that it is the right one: record and marks know better."""
    with running(Sink()) as sink:
        given(workspace, run, sink.port)
        shutil.copytree(workspace / ".newsletter", workspace / "old")
        record = (workspace / "mailings.csv").read_bytes()
        write(workspace, [*FIRST, "bob"], gone=["left"])
        assert run("send", "2026-11", "--top-up", "--yes").exit_code == 0
        shutil.rmtree(workspace / ".newsletter")
        shutil.copytree(workspace / "old", workspace / ".newsletter")
        doubted = run("send", "2026-11", "--top-up", "--yes")
        right = ("send", "2026-11", "--top-up", "--yes", "--this-ledger-is-right")
        recorded = run(*right)
        (workspace / "mailings.csv").write_bytes(record)
        marked = run(*right)
    assert doubted.exit_code == 1
    assert "a part of 2026-11 was sent already (1 accepted)" in recorded.stderr
    assert "a part of 2026-11 was begun already" in marked.stderr
    assert names(sink) == ["ada", "grace", "bob"]


def test_the_ledger_itself_leaves_out_of_a_part_whoever_another_part_has(
    tmp_path: Path,
) -> None:
    """The statement that writes a part looks again, whatever was gathered."""
    ledger = SqliteLedger(tmp_path / "state.db")
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    both = [
        (Member(Subscriber(parse_address(f"{name}@example.org"), "", {}), 2, None), name)
        for name in ("ada", "bob")
    ]
    first = draft_mailing(CONTENT, sources="", now=now)
    second = replace(draft_mailing(CONTENT, sources="", now=now), part=2)
    written = []
    for draft, members in ((first, both[:1]), (second, both)):
        ledger.records.gather(members, ())
        written.append(ledger.records.freeze(draft, CONTENT))
    assert [(each.part, each.first, each.last) for each in written] == [(1, 1, 1), (2, 2, 2)]
    assert [each.email for each in ledger.records.of(written[1])] == ["bob@example.org"]
    ledger.records.gather(both, ())
    with pytest.raises(sqlite3.IntegrityError):
        ledger.records.freeze(replace(second, uuid="another"), CONTENT)
    ledger.close()
