"""Nobody is subscribed again, nothing is counted twice, and what is wrong is named by its line."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience.list.backup import backups_of
from newsletter.audience.register.alias import alias_of
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.state.guards.lock import sending_lock
from newsletter.tasks.people.roll import Roll
from newsletter.tasks.people.spool import Spool
from newsletter.workspace import open_workspace
from tests.conftest import SUBSCRIBERS
from tests.growth import assert_grows_evenly
from tests.moving.conftest import Import, events, everything, listed, restore, suppressed
from tests.moving.exports import CASES, SUBSCRIBED, UNSUBSCRIBED

Run = Callable[..., Result]
LEE = Address("lee", "example.com")
LISTMONK = CASES["listmonk"].files["subscribers-export.csv"]


def restored(workspace: Path) -> list[str]:
    return [line.split(",")[1] for line in suppressed(workspace) if line.startswith("lee@")]


def test_who_is_on_the_list_stays_as_they_are(workspace: Path, bring: Import) -> None:
    told = bring({"a.csv": "email,name,status\nADA@example.org,Somebody Else,active\n"})
    assert told["total"]["known"] == 1
    assert (workspace / "subscribers.csv").read_text("utf-8") == SUBSCRIBERS
    assert backups_of(workspace / "subscribers.csv") == ()


def test_who_is_suppressed_in_either_record_or_was_erased_is_never_added(
    workspace: Path, bring: Import
) -> None:
    bo, cy = Address("bo", "example.net"), Address("cy", "example.net")
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        for kind, address in (
            (Kind.SUPPRESS, bo),
            (Kind.ERASE, alias_of(cy.key, opened.keys()[0])),
        ):
            at = datetime(2026, 10, 2, tzinfo=UTC)
            ledger.people.add([Event(address=address, kind=kind, reason="", source="test", at=at)])
    (workspace / "suppressions.csv").write_text("email\ndee@example.net\n", "utf-8")
    rows = "".join(f"{name}@example.net\n" for name in ("bo", "cy", "dee", "eve"))
    told = bring({"a.csv": f"email\n{rows}"})
    assert (told["total"]["suppressed"], told["total"]["newly_suppressed"]) == (3, 0)
    assert listed(workspace)[4:] == ["eve@example.net,,,"]
    assert "cy@" not in json.dumps(events(workspace))


@pytest.mark.parametrize("files", [{"a.csv": UNSUBSCRIBED}, {"a.csv": LISTMONK}])
def test_who_was_restored_here_since_is_not_suppressed_by_a_second_import(
    workspace: Path, bring: Import, files: dict[str, str | bytes]
) -> None:
    bring(files)
    restore(workspace, LEE)
    before = everything(workspace)
    told = bring(files)
    assert everything(workspace)["suppressions.csv"] == before["suppressions.csv"]
    assert everything(workspace)[".newsletter/state.db"] == before[".newsletter/state.db"]
    assert restored(workspace) == ["suppress", "restore"]
    assert told["total"]["newly_suppressed"] == 0


def test_who_left_there_after_they_were_restored_here_is_suppressed(
    workspace: Path, bring: Import
) -> None:
    (workspace / "suppressions.csv").write_text(
        "email,action,reason,source,at\n"
        "lee@example.com,suppress,left,me,2019-01-01T00:00:00+00:00\n"
        "lee@example.com,restore,wrote,me,2020-01-01T00:00:00+00:00\n",
        "utf-8",
    )
    bring({"a.csv": UNSUBSCRIBED})
    assert restored(workspace) == ["suppress", "restore", "suppress"]


def test_a_confirmation_here_that_is_later_than_the_leaving_there_stands(
    workspace: Path, bring: Import
) -> None:
    at = datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC) + timedelta(seconds=1)
    with open_workspace(workspace).ledger() as ledger:
        confirmed = Event(address=LEE, kind=Kind.CONFIRM, reason="", source="page", at=at)
        ledger.people.add([confirmed])
    told = bring({"a.csv": UNSUBSCRIBED})
    assert (told["total"]["known"], restored(workspace)) == (1, [])


def test_one_row_that_says_unsubscribed_suppresses_though_another_does_not(
    empty: Path, bring: Import
) -> None:
    rows = "email,unsubscribed_at\nlee@example.com,\nlee@example.com,2021-02-03\n"
    told = bring({"a.csv": rows})
    assert suppressed(empty) == [
        "lee@example.com,suppress,unsubscribed in a.csv,import,2021-02-03T00:00:00+00:00"
    ]
    counts = told["total"]
    assert (counts["rows"], counts["suppressed"], counts["twice"]) == (2, 1, 1)


def test_a_dry_run_beside_a_ledger_leaves_it_to_the_octet(workspace: Path, bring: Import) -> None:
    bring({"a.csv": UNSUBSCRIBED})
    before = everything(workspace)
    assert bring({"b.csv": SUBSCRIBED}, "--dry-run")["total"]["added"] == 2
    assert everything(workspace) == before


def test_an_ip_address_is_kept_only_where_a_setting_asks_for_it(empty: Path, bring: Import) -> None:
    bring({"a.csv": SUBSCRIBED})
    assert "192.0.2" not in json.dumps(events(empty))
    toml = empty / "newsletter.toml"
    toml.write_text(f"{toml.read_text('utf-8')}[subscribers]\nkeep_ip = true\n", "utf-8")
    bring({"a.csv": SUBSCRIBED})
    assert [json.loads(row[4])["consent"].get("ip") for row in events(empty)] == [
        *(None, None),
        *("192.0.2.8", "192.0.2.9"),
    ]


def test_a_consent_is_an_event_of_the_import_with_its_place(empty: Path, bring: Import) -> None:
    bring({"a.csv": SUBSCRIBED})
    address, kind, reason, source, evidence = events(empty)[0]
    assert (address, kind, reason, source, json.loads(evidence)) == (
        "mia@example.com",
        "import",
        "imported from a.csv",
        "Mailchimp",
        {
            "file": "a.csv",
            "line": 2,
            "consent": {
                "at": "2019-05-06T07:10:00+00:00",
                "basis": "express",
                "source": "Mailchimp",
            },
        },
    )


def test_a_consent_stands_in_the_lists_own_columns_where_it_has_them(
    workspace: Path, bring: Import
) -> None:
    (workspace / "subscribers.csv").write_text(
        "consent,email,consent_date,consent_source,subscribed\n", "utf-8"
    )
    bring(
        {"a.csv": "email,created_at\nmia@example.com,2022-05-06T07:08:09Z\n", "b.csv": SUBSCRIBED}
    )
    assert listed(workspace)[1:] == [
        ",mia@example.com,2022-05-06,a.csv,yes,,",
        "express,noor@example.com,2018-01-02,Mailchimp,yes,Noor,",
        ",lee@example.com,,,yes,Lee,Left",
    ]


MALFORMED = (
    "email,name,unsubscribed_at\n"
    "mia@example.com,Mia,\n"
    ",Nobody,\n"
    "not an address,No,\n"
    '"bo@example.com,"Bo",\n'
    "cy@example.com,Cy\n"
    "dee@example.com,D\0ee,\n"
    "lee@example.com,Lee,31/02/2021\n"
    "=cmd@example.com,Formula,\n"
    "eve@example.com,=1+1,\n"
    "MIA@example.com,Mia again,\n"
    "noor@example.com,Noor,\n"
    '"fay@example.com,Fay,\n'
)


def test_every_bad_row_is_left_out_with_its_line_and_the_others_are_read(
    empty: Path, bring: Import
) -> None:
    told = bring({"a.csv": MALFORMED}, exit_code=1)
    assert listed(empty) == [
        "email,name",
        "mia@example.com,Mia",
        "eve@example.com,'=1+1",
        "noor@example.com,Noor",
    ]
    assert told["files"][0] == {
        "file": told["files"][0]["file"],
        "tool": "CSV",
        "rows": 12,
        "added": 3,
        "known": 0,
        "suppressed": 1,
        "newly_suppressed": 1,
        "twice": 1,
        "left_out": 7,
        "reasons": [
            {"reason": "the row has no email address", "rows": 1, "lines": [3]},
            {"reason": "this is no email address: there is no @ in it", "rows": 1, "lines": [4]},
            {"reason": "a quote stands in the middle of a cell", "rows": 1, "lines": [5]},
            {"reason": "2 cells where the header names 3 columns", "rows": 1, "lines": [6]},
            {"reason": "'name' holds a control character (U+0000)", "rows": 1, "lines": [7]},
            {
                "reason": "the address begins like a spreadsheet's formula: add it by hand",
                "rows": 1,
                "lines": [9],
            },
            {
                "reason": "a quote that opens on this line is never closed",
                "rows": 1,
                "lines": [13],
            },
        ],
        "unreadable_dates": {"rows": 1, "lines": [8]},
    }
    assert suppressed(empty) == ["lee@example.com,suppress,unsubscribed in a.csv,import,NOW"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_umlauts_are_read_in_the_encodings_of_spreadsheets(
    empty: Path, bring: Import, encoding: str
) -> None:
    bring({"a.csv": "Name;E-Mail\nJürgen Weiß;j@example.net\n".encode(encoding)})
    assert listed(empty) == ["email,name", "j@example.net,Jürgen Weiß"]


def test_a_cell_that_may_say_that_somebody_left_keeps_them_off_the_list(
    empty: Path, bring: Import
) -> None:
    told = bring({"a.csv": "email,notes\nlee@example.com,unsubscribed by phone\n"}, exit_code=1)
    assert told["files"][0]["reasons"] == [
        {
            "reason": "a column that is not understood ('notes') may say that they left",
            "rows": 1,
            "lines": [2],
        }
    ]
    assert not (empty / "subscribers.csv").exists()


def test_a_row_that_cannot_be_read_keeps_whom_it_names_off_the_list_and_suppresses_nobody(
    empty: Path, bring: Import
) -> None:
    rows = "email,name,unsubscribed\nlee@example.com,Lee,,unsubscribed\nlee@example.com,Lee,\n"
    told = bring({"a.csv": rows}, exit_code=1)
    assert [each["lines"] for each in told["files"][0]["reasons"]] == [[2], [3]]
    assert (suppressed(empty), told["total"]["left_out"]) == ([], 2)


def test_a_file_without_addresses_stops_the_whole_import_before_anything_is_written(
    empty: Path, run: Run
) -> None:
    (empty.parent / "posts.csv").write_text("post_id,title\n1,May\n", "utf-8")
    (empty.parent / "list.csv").write_text("email\nmia@example.com\n", "utf-8")
    files = [str(empty.parent / name) for name in ("list.csv", "posts.csv", "missing.csv")]
    result = run("subscribers", "import", *files)
    assert result.exit_code == 1
    assert "posts.csv:1: error: no column is named 'email'" in result.stderr
    assert "missing.csv: error: there is no such file" in result.stderr
    assert not (empty / "subscribers.csv").exists()


def test_the_table_adds_up_and_names_what_was_left_out(empty: Path, run: Run) -> None:
    file = empty.parent / "a.csv"
    file.write_bytes(MALFORMED.encode())
    result = run("subscribers", "import", str(file))
    assert "file" in result.stdout
    assert f"{file}: 1 left out: a quote stands in the middle of a cell (line 5)" in result.stderr
    assert "1 left there, and suppressed from now on" in result.stderr
    assert result.stderr.rstrip().endswith("Next: newsletter subscribers check")


def test_the_list_as_it_was_is_kept_beside_it_for_its_owner_only(
    workspace: Path, bring: Import
) -> None:
    told = bring({"a.csv": "email\nmia@example.com\n"})
    [backup] = backups_of(workspace / "subscribers.csv")
    assert backup.name == told["backup"]
    assert backup.read_text("utf-8") == SUBSCRIBERS
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_each_change_of_the_list_keeps_a_copy_of_what_was_there_before(
    workspace: Path, bring: Import
) -> None:
    for name in ("mia", "noor"):
        bring({"a.csv": f"email\n{name}@example.com\n"})
    first, second = backups_of(workspace / "subscribers.csv")
    assert first.read_text("utf-8") == SUBSCRIBERS
    assert second.read_text("utf-8") == f"{SUBSCRIBERS}mia@example.com,,,\n"


def test_work_grows_with_the_number_of_people_who_left(tmp_path: Path) -> None:
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.state.sqlite import SqliteLedger

    def suppress(text: str) -> None:
        folder = tmp_path / str(len(text))
        folder.mkdir(exist_ok=True)
        people = [Address(f"reader{number}", "example.org") for number in range(len(text))]
        ledger = SqliteLedger(folder / "state.db")
        for _ in range(2):
            book = SuppressionBook(ledger.people, folder)
            book.suppress(people, reason="x", source="test", now=datetime.now(UTC))
        ledger.close()

    assert_grows_evenly(suppress, "x", 500)


def test_a_list_that_another_program_changes_meanwhile_is_not_overwritten(workspace: Path) -> None:
    file = workspace / "subscribers.csv"
    roll = Roll(file, workspace, {})
    mine = f"{SUBSCRIBERS}zoe@example.org,Zoe,Zoe,active\n"
    file.write_text(mine, "utf-8")
    with Spool() as rows:
        rows.add(roll.cells({"email": "mia@example.com"}))
        with pytest.raises(NewsletterError, match="changed by another program"):
            roll.write(rows, datetime(2026, 11, 2, tzinfo=UTC))
    assert file.read_text("utf-8") == mine
    assert [each.name for each in workspace.iterdir() if "unfinished" in each.name] == []


def test_two_imports_at_once_are_one_too_many(workspace: Path, run: Run) -> None:
    lock = workspace / ".newsletter/import.lock"
    with sending_lock(lock, since=datetime(2026, 11, 2, tzinfo=UTC)):
        result = run("subscribers", "import", str(workspace / "subscribers.csv"))
    assert result.exit_code == 1
    assert "a list is being imported already by process" in result.stderr


def test_a_column_of_the_list_that_says_who_left_stays_empty(
    workspace: Path, bring: Import
) -> None:
    (workspace / "subscribers.csv").write_text("email,status,clinic,unsubscribed_at\n", "utf-8")
    attributes = '"{""status"": ""gold"", ""Clinic"": ""Quay""}"'
    bring(
        {
            "a.csv": "uuid,email,name,attributes,status,created_at,updated_at\n"
            f"u1,mia@example.com,,{attributes},enabled,2022-05-06T07:08:09Z,\n"
        }
    )
    assert listed(workspace)[1:] == ["mia@example.com,,Quay,"]


PIECES = (
    *(b'"', b",", b"\n", b"\r\n", b"\r", b"\0", b";", b"\t", b"<", b">", b"'", b"=1", b" "),
    *(b"email", b"Email Address", b"status", b"OPTIN_TIME", b"CONFIRM_TIME", b"UNSUB_TIME"),
    *(b"ada@example.org", b"lee@example.com", b"unsubscribed", b"2021-02-03 04:05:06", b"x@"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"PK\x03\x04", b"{", b"9" * 30, "漢".encode()),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_its_rows_add_up_or_it_is_refused_in_words(
    workspace: Path, run: Run, content: bytes
) -> None:
    file = workspace / "any.csv"
    for data in (content, b"email,name,unsubscribed_at\n" + content):
        file.write_bytes(data)
        result = run("subscribers", "import", str(file), "--dry-run", "--json")
        assert isinstance(result.exception, SystemExit | None), result.exception
        if result.stdout:
            counts = json.loads(result.stdout)["total"]
            parts = ("added", "known", "suppressed", "twice", "left_out")
            assert counts["rows"] == sum(counts[part] for part in parts)
        else:
            assert "error: " in result.stderr
