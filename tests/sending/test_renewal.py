"""`subscribers renew`: whose consent ends soon is asked once, through a real SMTP server."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.audience.register.event import Kind
from newsletter.basics.address import parse_address
from newsletter.basics.times import today
from newsletter.message.received import Received
from newsletter.workspace import open_workspace
from tests.delivery.oracle import Run, settle
from tests.sink import Sink, running

SLUG = f"{today():%Y-%m}-renewal"


def day(ahead: int) -> str:
    return (today() + timedelta(days=ahead)).isoformat()


def given(workspace: Path, port: int, rows: str) -> None:
    settle(workspace, port, readers=0)
    (workspace / "subscribers.csv").write_text(f"email,consent,consent_expires\n{rows}", "utf-8")


def history(run: Run, address: str) -> list[dict[str, str]]:
    told = json.loads(run("subscribers", "show", address, "--json").stdout)
    events: list[dict[str, str]] = told["events"]
    return events


def listed(run: Run) -> dict[str, str | None]:
    told = json.loads(run("subscribers", "list", "--json").stdout)
    return {each["email"]: each["excluded"] for each in told}


def test_only_an_implied_consent_that_ends_soon_and_holds_is_asked_about(
    workspace: Path, run: Run
) -> None:
    rows = (
        f"soon@example.org,implied,{day(10)}\n"
        f"today@example.org,Implied,{day(0)}\n"
        f"later@example.org,implied,{day(61)}\n"
        f"over@example.org,implied,{day(-1)}\n"
        f"open@example.org,implied,\n"
        f"express@example.org,express,{day(10)}\n"
        f"left@example.org,implied,{day(10)}\n"
    )
    with running(Sink()) as sink:
        given(workspace, sink.port, rows)
        run("subscribers", "suppress", "left@example.org")
        seen = run("subscribers", "renew", "--dry-run")
        assert sink.recipients == []
        sent = run("subscribers", "renew", "--yes")
    assert "To        2 readers\n" in seen.stderr
    assert sent.exit_code == 0
    assert sorted(sink.recipients) == ["soon@example.org", "today@example.org"]


def test_nobody_is_asked_twice_about_one_consent(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port, f"ada@example.org,implied,{day(10)}\n")
        assert run("subscribers", "renew", "--yes").exit_code == 0
        again = run("subscribers", "renew", "--yes")
        rows = f"ada@example.org,implied,{day(10)}\nbob@example.org,implied,{day(12)}\n"
        given(workspace, sink.port, rows)
        assert run("subscribers", "renew", "--yes").exit_code == 0
    assert again.exit_code == 0
    assert again.stderr == "Nobody is to be asked: no implied consent ends within 60 days.\n"
    assert sink.recipients == ["ada@example.org", "bob@example.org"]
    assert [event["action"] for event in history(run, "ada@example.org")] == ["ask-renewal"]


def test_who_was_erased_is_not_noted_anew_and_not_asked_twice(workspace: Path, run: Run) -> None:
    """Not even restored, and on the list again with the same consent."""
    row = f"ada@example.org,implied,{day(10)}\n"
    with running(Sink()) as sink:
        given(workspace, sink.port, row)
        assert run("subscribers", "renew", "--yes").exit_code == 0
        erased = run("subscribers", "erase", "ada@example.org", "--yes")
        alias = re.findall(r"erased-\w+@erased\.invalid", erased.stderr)[0]
        given(workspace, sink.port, f"bob@example.org,implied,{day(12)}\n")
        assert run("subscribers", "renew", "--yes").exit_code == 0
        with open_workspace(workspace).ledger() as ledger:
            noted = [event.kind for event in ledger.people.history(parse_address(alias))]
        run("subscribers", "restore", "ada@example.org", "--reason", "asked to")
        given(workspace, sink.port, row)
        assert run("subscribers", "renew", "--yes").exit_code == 0
    assert noted == [Kind.ASK_RENEWAL, Kind.ERASE]
    assert sink.recipients == ["ada@example.org", "bob@example.org"]


def test_a_renewal_that_reached_nobody_is_begun_again_by_renew_alone(
    workspace: Path, run: Run
) -> None:
    row = f"ada@example.org,implied,{day(10)}\n"
    with running(Sink(mail=lambda _: "550 5.7.1 not your sender")) as sink:
        given(workspace, sink.port, row)
        stopped = run("subscribers", "renew", "--yes")
    with running(Sink()) as sink:
        given(workspace, sink.port, row)
        refused = run("send", SLUG, "--yes")
        assert run("subscribers", "renew", "--yes").exit_code == 0
    assert stopped.stderr.splitlines()[-1] == "Next: newsletter subscribers renew"
    assert refused.stderr == (
        f"error: {SLUG} asks for consents, and nobody has got it yet\n"
        "  Hint: newsletter subscribers renew asks those whose consent ends by now\n"
    )
    assert sink.recipients == ["ada@example.org"]


def test_when_all_who_were_left_have_gone_the_next_are_asked(workspace: Path, run: Run) -> None:
    rows = "".join(f"{name}@example.org,implied,{day(9)}\n" for name in ("ada", "bob", "cleo"))
    later = Sink(rcpt=lambda who: "451 4.7.1 later" if "bob@" in who else "250 2.1.5 Ok")
    with running(later):
        given(workspace, later.port, rows)
        assert run("subscribers", "renew", "--yes").exit_code == 75
    run("subscribers", "suppress", "bob@example.org")
    with running(Sink()) as sink:
        given(workspace, sink.port, f"{rows}dan@example.org,implied,{day(9)}\n")
        assert run("subscribers", "renew", "--yes").exit_code == 0
    assert sink.recipients == ["dan@example.org"]


def test_a_renewal_is_not_topped_up_with_those_who_need_not_be_asked(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port, f"ada@example.org,implied,{day(10)}\n")
        assert run("subscribers", "renew", "--yes").exit_code == 0
        rows = f"ada@example.org,implied,{day(10)}\nbob@example.org,express,\n"
        given(workspace, sink.port, rows)
        more = run("send", SLUG, "--top-up", "--yes")
    assert more.exit_code == 1
    assert more.stderr == (
        f"error: {SLUG} asks for consents, so it is not topped up from the list\n"
        "  Hint: newsletter subscribers renew asks those whose consent ends by now\n"
    )
    assert sink.recipients == ["ada@example.org"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--agreed", "ada@example.org", "--dry-run"], "--agreed records a yes at once"),
        (["--agreed", "ada@example.org", "--show"], "--agreed records a yes at once"),
        (["--reason", "by post"], "--reason says how a reader agreed"),
    ],
)
def test_options_that_contradict_each_other_do_nothing(
    workspace: Path, run: Run, options: list[str], said: str
) -> None:
    given(workspace, 9, f"ada@example.org,implied,{day(10)}\n")
    no = run("subscribers", "renew", *options)
    assert no.exit_code == 2
    assert said in no.stderr
    assert history(run, "ada@example.org") == []


def test_a_renewal_that_was_interrupted_goes_on(workspace: Path, run: Run) -> None:
    rows = "".join(f"reader{n}@example.org,implied,{day(n)}\n" for n in range(1, 7))
    sink = Sink(rcpt=lambda who: "451 4.7.1 later" if who.startswith("reader4@") else "250 2.1.5")
    with running(sink):
        given(workspace, sink.port, rows)
        assert run("subscribers", "renew", "--yes").exit_code == 75
    with running(Sink()) as second:
        given(workspace, second.port, rows)
        on = run("subscribers", "renew", "--yes")
    assert "4" not in "".join(sink.recipients)
    assert on.exit_code == 75  # it is not due yet
    assert second.recipients == []
    assert on.stderr == f"{SLUG} waits for those who are deferred (1).\n"
    counts = json.loads(run("status", SLUG, "--json").stdout)["counts"]
    assert {state: number for state, number in counts.items() if number} == {
        "accepted": 5,
        "deferred": 1,
    }


def test_a_yes_is_recorded_with_what_was_shown_and_counts_when_the_lists_consent_ends(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port, f"ada@example.org,implied,{day(10)}\n")
        run("subscribers", "renew", "--yes")
        rows = f"ada@example.org,implied,{day(-5)}\nbob@example.org,implied,{day(-5)}\n"
        given(workspace, sink.port, rows)
        yes = run("subscribers", "renew", "--agreed", "ada@example.org", "--reason", "by post")
    assert yes.exit_code == 0
    assert listed(run) == {
        "ada@example.org": None,
        "bob@example.org": f"consent expired on {day(-5)}",
    }
    assert [(each["action"], each["reason"]) for each in history(run, "ada@example.org")] == [
        ("ask-renewal", "asked for an express consent"),
        ("renew", "by post"),
    ]


def test_a_yes_of_somebody_who_left_is_refused(workspace: Path, run: Run) -> None:
    given(workspace, 9, f"ada@example.org,implied,{day(10)}\n")
    run("subscribers", "suppress", "ada@example.org")
    no = run("subscribers", "renew", "--agreed", "ada@example.org")
    assert no.exit_code == 1
    assert re.fullmatch(
        r"error: ada@example\.org is suppressed: unsubscribed, [\d-]+; nothing was recorded\n"
        r'  Hint: first newsletter subscribers restore ada@example\.org --reason "\.\.\."\n',
        no.stderr,
    )


def test_a_yes_of_somebody_who_is_not_on_the_list_is_recorded_and_said_so(
    workspace: Path, run: Run
) -> None:
    given(workspace, 9, f"adelaide@example.org,implied,{day(10)}\n")
    yes = run("subscribers", "renew", "--agreed", "adelaid@example.org")
    assert yes.exit_code == 0
    assert yes.stderr == (
        "adelaid@example.org has given an express consent, which does not end\n"
        "  not on the list (subscribers.csv); did you mean 'adelaide@example.org'?\n"
        "Next: newsletter subscribers show adelaid@example.org\n"
    )


def test_the_token_of_somebody_erased_and_restored_records_no_yes(
    workspace: Path, run: Run
) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port, f"ada@example.org,implied,{day(10)}\n")
        assert run("subscribers", "renew", "--yes").exit_code == 0
    ((_, message),) = sink.journal
    token = re.findall("unsubscribe-[a-z2-7]{24}", message.decode())[0]
    assert run("subscribers", "erase", "ada@example.org", "--yes").exit_code == 0
    run("subscribers", "restore", "ada@example.org", "--reason", "asked to")
    no = run("subscribers", "renew", "--agreed", token)
    assert no.exit_code == 1
    assert no.stderr == (
        "error: this token is of somebody who was erased and restored since\n"
        "  Hint: give their address\n"
    )


def test_the_editors_own_words_are_sent_with_the_last_day(workspace: Path, run: Run) -> None:
    (workspace / "renewal.md").write_text(
        "---\nsubject: Still interested?\n---\n"
        'Your consent ends on {{ reader.consent_expires | fallback("soon") }}. Say *yes*.\n',
        "utf-8",
    )
    with running(Sink()) as sink:
        given(workspace, sink.port, f"ada@example.org,implied,{day(10)}\n")
        run("subscribers", "renew", "--yes")
    ((_, message),) = sink.journal
    assert b"\r\nSubject: Still interested?\r\n" in message
    assert f"Your consent ends on {day(10)}. Say *yes*." in Received(message).text
    shown = run("subscribers", "renew", "--show").stdout
    assert f"Your consent ends on {day(0)}. Say *yes*." in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nsubject: x\n---\n", "renewal.md:2: error: the letter has no text"),
        ("---\ntopic: x\n---\nSay yes.\n", "renewal.md:2: error: there is no key 'topic'"),
    ],
)
def test_a_letter_that_cannot_be_sent_is_named_with_its_line(
    workspace: Path, run: Run, text: str, said: str
) -> None:
    (workspace / "renewal.md").write_text(text, "utf-8")
    result = run("subscribers", "renew", "--show")
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_list_that_cannot_be_read_asks_nobody(workspace: Path, run: Run) -> None:
    with running(Sink()) as sink:
        given(workspace, sink.port, "")
        (workspace / "subscribers.csv").write_text("name\nAda\n", "utf-8")
        result = run("subscribers", "renew", "--yes")
    assert result.exit_code == 1
    assert "no column is named 'email'" in result.stderr
    assert sink.recipients == []
