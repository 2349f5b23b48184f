"""`newsletter subscribers show` and `list`: what is known of people, and where it is from."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from newsletter.audience.list.basis import Basis
from newsletter.audience.register.consent import Consent
from newsletter.audience.register.event import Kind
from newsletter.workspace import open_workspace
from tests.people.months import Run
from tests.people.test_export import NOW, happened

LIST = (
    "email,name,clinic,topics,consent,consent_source,consent_date,consent_expires\n"
    "ada@example.org,Ada,Harbour,Mood,implied,membership,2025-01-31,2027-01-31\n"
)
CONFIRMED = Consent(basis=Basis.EXPRESS, source="sign-up page", wording="Send it\nto me", at=NOW)
IMPORTED = Consent(
    basis=Basis.IMPLIED, source="old tool", at=NOW - timedelta(days=90), expires=date(2028, 1, 2)
)


def shown(run: Run, who: str) -> list[str]:
    result = run("subscribers", "show", who)
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def add(workspace: Path, *events: object) -> None:
    with open_workspace(workspace).ledger() as ledger:
        ledger.people.add(events)  # type: ignore[arg-type]


def test_what_they_chose_stands_over_the_list_with_its_day(workspace: Path, run: Run) -> None:
    (workspace / "subscribers.csv").write_text(LIST, "utf-8")
    who = "ada@example.org"
    add(
        workspace,
        happened(who, Kind.IMPORT, consent=IMPORTED.as_json()),
        happened(who, Kind.PREFERENCES, name="Ada King", fields={"topics": "", "clinic": "Pier"}),
        happened(who, Kind.RENEW, consent=CONFIRMED.as_json()),
    )
    assert shown(run, who) == [
        who,
        "on the list line 2",
        "name Ada King (chosen on 2026-10-05)",
        "consent express, sign-up page, on 2026-10-05, confirmed by them",
        "shown Send it to me",
        "clinic Pier (chosen on 2026-10-05)",
        "topics (none) (chosen on 2026-10-05)",
        "mailed yes",
        "2026-10-05 import (page)",
        "2026-10-05 preferences (page)",
        "2026-10-05 renew (page)",
        "issues none yet",
    ]
    told = json.loads(run("subscribers", "show", who, "--json").stdout)
    at = "2026-10-05T08:00:00+00:00"
    assert (told["chosen"], told["consent"]["origin"]) == (
        {
            "clinic": {"value": "Pier", "at": at},
            "name": {"value": "Ada King", "at": at},
            "topics": {"value": "", "at": at},
        },
        "chosen",
    )


def test_the_lists_consent_counts_over_that_of_an_import(workspace: Path, run: Run) -> None:
    imported = happened("ada@example.org", Kind.IMPORT, consent=IMPORTED.as_json())
    other = happened("bo@example.org", Kind.IMPORT, consent=IMPORTED.as_json())
    (workspace / "subscribers.csv").write_text(f"{LIST}bo@example.org,Bo,,,,,,\n", "utf-8")
    add(workspace, imported, other)
    assert "consent implied, membership, on 2025-01-31, until 2027-01-31" in shown(
        run, "ada@example.org"
    )
    assert "consent implied, old tool, on 2026-07-07, until 2028-01-02, as it was imported" in (
        shown(run, "bo@example.org")
    )


def test_an_event_in_both_records_is_there_once_and_one_in_the_file_alone_too(
    workspace: Path, run: Run
) -> None:
    assert run("subscribers", "suppress", "ada@example.org", "--reason", "wrote").exit_code == 0
    with (workspace / "suppressions.csv").open("a") as text:
        text.write("ada@example.org,restore,by phone,phone,2199-05-01\n")
    told = json.loads(run("subscribers", "show", "ada@example.org", "--json").stdout)
    assert [(each["action"], each["reason"]) for each in told["events"]] == [
        ("suppress", "wrote"),
        ("restore", "by phone"),
    ]


def test_of_who_was_erased_only_that_is_shown(run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert run("subscribers", "erase", "ada@example.org", "--yes").exit_code == 0
    [first, erased] = shown(run, "ada@example.org")
    assert first == "ada@example.org"
    assert erased.startswith("erased on 2")
    assert erased.endswith("; nothing else is kept")


def test_who_joined_without_a_row_signed_up(workspace: Path, run: Run) -> None:
    who = "ivy@example.org"
    add(workspace, happened(who, Kind.CONFIRM, name="Ivy", consent=CONFIRMED.as_json()))
    last = run("subscribers", "list").stdout.splitlines()[-1]
    assert last.split() == [who, "Ivy", "signed", "up"]
    assert json.loads(run("subscribers", "list", "--json").stdout)[-1]["line"] is None
    assert "on the list no: signed up" in shown(run, who)


def test_who_came_back_against_a_row_is_named_by_both_checks(workspace: Path, run: Run) -> None:
    add(workspace, happened("left@example.com", Kind.CONFIRM, consent=CONFIRMED.as_json()))
    said = "confirmed a sign-up on 2026-10-05; the row counts"
    checked = run("subscribers", "check")
    assert (
        f"subscribers.csv:4: warning: the row says that left@example.com unsubscribed, and they {said}"
        in checked.stderr
    )
    assert checked.exit_code == 0
    assert f"the row says that this reader unsubscribed, and they {said}" in run("check").stdout
