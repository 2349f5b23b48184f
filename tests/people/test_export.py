"""`newsletter subscribers export`: everything about everybody, and a list again."""

from __future__ import annotations

import csv
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from newsletter.audience.list.basis import Basis
from newsletter.audience.register.consent import Consent
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import parse_address
from newsletter.workspace import open_workspace
from tests.people.months import Run

LIST = (
    "email,name,status,clinic,consent,consent_expires,Opt-out\n"
    "ada@example.org,Ada,active,=1+1,express,,\n"
    "bo@example.org,Bo,,Pier,implied,2026-01-31,\n"
    "cy@example.org,Cy,,,implied,2026-01-31,\n"
    "dee@example.org,Dée,unsubscribed,,,,\n"
    "eve@example.org,Eve,,,,,yes\n"
    "fay@example.org,Fay,,,,,\n"
    "+gus@example.org,Gus,,,,,\n"
    "hal@example.org,Hal,,,,,\n"
    "HAL@example.org,Hal,unsubscribed,,,,\n"
)
NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)


def happened(address: str, kind: Kind, **evidence: object) -> Event:
    return Event(
        address=parse_address(address),
        kind=kind,
        reason="",
        source="page",
        at=NOW,
        evidence=evidence,
    )


def people(workspace: Path, run: Run) -> None:
    """A list with a reader of each kind, who renewed, who chose, who joined, who left."""
    (workspace / "subscribers.csv").write_text(LIST, "utf-8")
    consent = Consent(basis=Basis.EXPRESS, source="page", wording="Yes", at=NOW)
    events = [
        happened("bo@example.org", Kind.RENEW, consent=consent.as_json()),
        happened("fay@example.org", Kind.PREFERENCES, name="Fay King", fields={"topics": "Mood"}),
        happened("ivy@example.org", Kind.CONFIRM, name="Ivy", consent=consent.as_json()),
    ]
    with open_workspace(workspace).ledger() as ledger:
        ledger.people.add(events)
    assert run("subscribers", "suppress", "ada@example.org").exit_code == 0


def mailed(run: Run) -> dict[str, bool]:
    listed = json.loads(run("subscribers", "list", "--json").stdout)
    return {each["email"]: each["excluded"] is None for each in listed}


def test_each_person_is_a_row_with_what_they_chose_and_why_they_are_not_mailed(
    workspace: Path, run: Run
) -> None:
    people(workspace, run)
    rows = list(csv.DictReader(run("subscribers", "export").stdout.splitlines()))
    day = datetime.now(UTC).date().isoformat()
    names = ("email", "name", "topics", "consent", "consent_expires", "status", "why_not")
    columns = (*names, "joined_how", "chosen_on")
    suppressed = f"not mailed: suppressed: unsubscribed, {day}"
    left = "not mailed: unsubscribed in the list"
    assert ["|".join(row[name] for name in columns) for row in rows] == [
        f"ada@example.org|Ada||express||unsubscribed|{suppressed}|list|",
        "bo@example.org|Bo||express||active||list|2026-10-05",
        "cy@example.org|Cy||implied|2026-01-31||not mailed: consent expired on 2026-01-31|list|",
        f"dee@example.org|Dée||||unsubscribed|{left}|list|",
        f"eve@example.org|Eve||||unsubscribed|{left}|list|",
        "fay@example.org|Fay King|Mood|||active||list|2026-10-05",
        "'+gus@example.org|Gus||||active||list|",
        f"hal@example.org|Hal||||unsubscribed|{left}|list|",
        "ivy@example.org|Ivy||express||active||sign-up|2026-10-05",
    ]
    assert {row["clinic"] for row in rows} == {"'=1+1", "Pier", ""}
    assert [row["next_issue"] == "yes" for row in rows] == list(mailed(run).values())


def test_a_file_of_it_is_a_list_by_which_the_same_people_are_mailed(
    workspace: Path, run: Run, tmp_path: Path
) -> None:
    people(workspace, run)
    before = mailed(run)
    file = tmp_path / "everybody.csv"
    assert run("subscribers", "export", "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfemail,name,")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (workspace / "subscribers.csv").write_bytes(file.read_bytes())
    (workspace / "suppressions.csv").unlink()
    (workspace / ".newsletter" / "state.db").unlink()
    checked = run("subscribers", "check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["problems"]) == (0, [])
    assert mailed(run) == before


def test_json_has_an_object_a_line_with_the_history(workspace: Path, run: Run) -> None:
    people(workspace, run)
    lines = run("subscribers", "export", "--json").stdout.splitlines()
    found = {each["email"]: each for each in map(json.loads, lines)}
    assert len(found) == 9
    assert found["ivy@example.org"] == {
        "email": "ivy@example.org",
        "name": "Ivy",
        "fields": {
            "email": "ivy@example.org",
            "name": "Ivy",
            "consent": "express",
            "consent_source": "page",
            "consent_date": "2026-10-05",
        },
        "line": None,
        "excluded": None,
        "consent": {
            "basis": "express",
            "source": "page",
            "at": "2026-10-05",
            "expires": "",
            "wording": "Yes",
            "origin": "chosen",
        },
        "chosen": {"name": "2026-10-05T08:00:00+00:00"},
        "history": [
            {
                "at": "2026-10-05T08:00:00+00:00",
                "action": "confirm",
                "reason": "",
                "source": "page",
                "evidence": {
                    "name": "Ivy",
                    "consent": {
                        "at": "2026-10-05T08:00:00+00:00",
                        "basis": "express",
                        "source": "page",
                        "wording": "Yes",
                    },
                },
            }
        ],
    }
    assert [each["action"] for each in found["ada@example.org"]["history"]] == ["unsubscribe"]


def test_a_file_that_is_there_is_only_replaced_with_force(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "everybody.csv"
    file.write_text("mine")
    refused = run("subscribers", "export", "-o", str(file))
    assert (refused.exit_code, file.read_text()) == (1, "mine")
    assert "--force writes over it" in refused.stderr
    assert run("subscribers", "export", "-o", str(file), "--force").exit_code == 0
    assert "ada@example.org" in file.read_text()
    before = (workspace / "subscribers.csv").read_bytes()
    own = run("subscribers", "export", "-o", str(workspace / "subscribers.csv"), "--force")
    assert (own.exit_code, (workspace / "subscribers.csv").read_bytes()) == (1, before)


def test_a_list_that_cannot_be_read_leaves_no_file(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    (workspace / "subscribers.csv").write_text("name\nAda\n")
    assert run("subscribers", "export", "-o", str(tmp_path / "all.csv")).exit_code == 1
    assert [each.name for each in tmp_path.iterdir()] == ["notes"]


def test_an_imported_consent_is_the_same_in_the_table_as_in_show(
    workspace: Path, run: Run, tmp_path: Path
) -> None:
    (workspace / "subscribers.csv").unlink()
    export = tmp_path / "subscribed.csv"
    export.write_text(
        "Email Address,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED\n"
        "mia@example.com,2019-03-02 10:11:12,2019-03-02 10:12:00,\n",
        "utf-8",
    )
    assert run("subscribers", "import", str(export)).exit_code == 0
    exported = run("subscribers", "export")
    [row] = csv.DictReader(exported.stdout.splitlines())
    shown = json.loads(run("subscribers", "show", "mia@example.com", "--json").stdout)["consent"]
    assert (shown["basis"], shown["source"]) == ("express", "Mailchimp")
    assert {
        "basis": row["consent"],
        "source": row["consent_source"],
        "at": row["consent_date"],
        "expires": row["consent_expires"],
    } == {name: shown[name] for name in ("basis", "source", "at", "expires")}
    assert "1 person, of whom 1 is mailed now." in exported.stderr
