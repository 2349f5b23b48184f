"""`--where`: an issue for a part of the list, through the command line and a real SMTP server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.delivery.oracle import Run, last_words, rows, settle
from tests.sink import Sink, running

PEOPLE = """\
email,first_name,topics,language
ada@example.org,Ada,Depression; Attachment,fr
bob@example.net,Bob,Anxiety,fr
cleo@example.org,Cleo,Depression,en
dana@example.org,Dana,depression,fr
"""
FRENCH = ("--where", "topics=Depression", "--where", "language=fr")


def given(workspace: Path, port: int) -> None:
    settle(workspace, port, readers=0)
    (workspace / "subscribers.csv").write_text(PEOPLE, "utf-8")


def test_only_the_selected_are_in_the_mailing_and_the_plan_says_of_how_many(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port)
        assert run("subscribers", "suppress", "dana@example.org").exit_code == 0
        seen = run("send", "2026-11", "--dry-run", *FRENCH)
        sent = run("send", "2026-11", "--yes", *FRENCH)
    for result in (seen, sent):
        said = last_words(result)
        assert "Where     1 of 3 on the list: topics=Depression, language=fr\n" in said
        assert "Excluded  1 suppressed\n" in said
    assert "--where topics=Depression --where language=fr" in seen.stderr.splitlines()[-1]
    assert sent.exit_code == 0
    assert sink.recipients == ["ada@example.org"]
    assert {each["email"]: each["state"] for each in rows(run)} == {
        "ada@example.org": "accepted",
        "dana@example.org": "excluded",
    }
    told = run("status", "2026-11", "--json")
    assert json.loads(told.stdout)["where"] == ["topics=Depression", "language=fr"]
    assert "Where     topics=Depression, language=fr\n" in run("status", "2026-11").stderr


def test_a_mailing_keeps_its_readers_when_it_goes_on(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port)
        assert run("send", "2026-11", "--yes", "--limit", "1", *FRENCH).exit_code == 75
        other = run("send", "2026-11", "--yes", "--where", "language=en")
        whole = run("send", "2026-11", "--yes", "--where", "")
        same = run(
            "send", "2026-11", "--yes", "--where", "LANGUAGE=FR", "--where", "topics=depression"
        )
    assert "not for the whole list: a mailing keeps its readers" in whole.stderr
    assert other.exit_code == 1
    assert other.stderr == (
        "error: 2026-11 was begun for topics=Depression, language=fr, not for language=en:"
        " a mailing keeps its readers\n"
        "  Hint: newsletter send 2026-11, without --where, goes on with it\n"
    )
    assert same.exit_code == 0
    assert sink.recipients == ["ada@example.org", "dana@example.org"]


def test_a_mailing_to_everybody_takes_no_selection_later(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port)
        assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
        other = run("send", "2026-11", "--yes", *FRENCH)
    assert "was begun for the whole list, not for topics=Depression" in other.stderr
    assert len(sink.recipients) == 1


def test_a_mailing_that_reached_nobody_is_for_the_same_readers_again(
    workspace: Path, run: Run
) -> None:
    with running(Sink(mail=lambda _: "550 5.7.1 not from here")) as deaf:
        given(workspace, deaf.port)
        assert run("send", "2026-11", "--yes", *FRENCH).exit_code == 1
    with running(Sink()) as sink:
        settle(workspace, sink.port, readers=0)
        (workspace / "subscribers.csv").write_text(PEOPLE, "utf-8")
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert sorted(sink.recipients) == ["ada@example.org", "dana@example.org"]


def test_what_was_declined_since_is_still_for_the_same_readers_until_another_is_named(
    workspace: Path, run: Run
) -> None:
    with running(Sink(mail=lambda _: "550 5.7.1 not from here")) as deaf:
        given(workspace, deaf.port)
        assert run("send", "2026-11", "--yes", *FRENCH).exit_code == 1
        assert run("send", "2026-11").exit_code == 2  # withdrawn, and nobody to ask
        again = run("send", "2026-11", "--dry-run")
        other = run("send", "2026-11", "--yes", "--where", "language=en")
        kept = run("send", "2026-11", "--dry-run")
        whole = run("send", "2026-11", "--dry-run", "--where", "")
    assert "Where     2 of 4 on the list: topics=Depression, language=fr\n" in last_words(again)
    assert "Where     1 of 4 on the list: language=en\n" in last_words(other)
    assert "Where     1 of 4 on the list: language=en\n" in last_words(kept)
    assert "Where" not in last_words(whole)
    assert "To        4 readers\n" in last_words(whole)
    assert whole.stderr.splitlines()[-1] == "Next: newsletter send 2026-11 --where ''"


def test_the_check_and_a_rehearsal_take_a_selection(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port)
        checked = run("check", "2026-11", *FRENCH)
        rehearsed = run("rehearse", "2026-11", *FRENCH)
        nobody = run("check", "2026-11", "--where", "topics=Grief")
    assert "2 of 4 on the list: topics=Depression, language=fr\n" in checked.stderr
    assert "Sent       2 accepted, in" in rehearsed.stderr
    assert "--where language=fr --dry-run" in rehearsed.stderr.splitlines()[-1]
    assert nobody.exit_code == 1
    assert "nobody on the list has topics=Grief" in nobody.stderr
    assert sink.recipients == []


def test_the_desk_says_for_whom_a_mailing_is(workspace: Path, run: Run) -> None:
    from newsletter.web.preview.mailing.situation import Situations
    from newsletter.workspace import open_workspace

    with running(Sink()) as sink:
        given(workspace, sink.port)
        assert run("send", "2026-11", "--yes", *FRENCH).exit_code == 0
    told = Situations().look(open_workspace(workspace), "2026-11", 0.0)
    assert told["says"].endswith(" It is for the readers with topics=Depression and language=fr.")
