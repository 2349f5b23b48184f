"""`newsletter subscribers erase`: nothing of a person is left, and they are never mailed."""

from __future__ import annotations

import base64
import csv
import json
import os
import quopri
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from newsletter.audience.register.alias import alias_of
from newsletter.basics.address import Address, parse_address
from newsletter.basics.tokens import Purpose, Signer
from newsletter.state.guards.lock import sending_lock
from newsletter.tasks.send.only_sender import lock_file
from newsletter.workspace import open_workspace
from tests.people.months import BACKUP, IN_ASCII, MAUD, NAME, REST, Run, month


def erase(run: Run, who: str = MAUD) -> str:
    result = run("subscribers", "erase", who, "--yes")
    assert result.exit_code == 0, result.output
    return result.output


def alias(workspace: Path, text: str = MAUD) -> Address:
    return alias_of(parse_address(text).key, open_workspace(workspace).keys()[0])


def files(*folders: Path) -> dict[Path, bytes]:
    return {
        each: each.read_bytes()
        for folder in folders
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def forms(text: str) -> Iterator[bytes]:
    """Yield a text as a file may have it; base64 in its three alignments, without their ends."""
    for each in (text, text.lower(), text.upper()):
        for octets in (each.encode(), each.encode("utf-16-le"), each.encode("utf-16-be")):
            yield octets
            for shift in range(3):
                yield base64.b64encode(b"\0" * shift + octets)[4:-4]
        yield quote(each).encode()
        yield quote(each, safe="@").encode()
        yield quopri.encodestring(each.encode()).strip()
        yield json.dumps(each).strip('"').encode()


def naming(workspace: Path) -> list[str]:
    """Return the files of the workspace and of the user's state folder that name Maud."""
    texts = (MAUD, IN_ASCII, "maud.o-hara", NAME, "Hára", "Maud", "Quay 3")
    wanted = {form for text in texts for form in forms(text) if len(form) >= 4}
    state = Path(os.environ["XDG_STATE_HOME"])
    return [
        f"{file.name}: {form!r}"
        for file, octets in files(workspace, state).items()
        for form in wanted
        if form in octets or form in octets.replace(b"=\n", b"").replace(b"\n", b"")
    ]


def test_before_it_says_what_is_where(workspace: Path, run: Run) -> None:
    month(workspace, run)
    result = run("subscribers", "erase", MAUD)
    assert result.exit_code == 2
    assert "answer it with --yes" in result.output
    rows = (re.split(r" {2,}", line.strip(), maxsplit=1) for line in result.stdout.splitlines())
    told = dict(row for row in rows if len(row) == 2)
    message = next(each.name for each in (workspace / "outbox" / "new").iterdir())
    copy = "a copy of their mail or row"
    assert told == {
        "where": "what is kept",
        "subscribers.csv": "lines 3, 6",
        BACKUP: "lines 3, 6 of a backup",
        "suppressions.csv": "lines 2, 3",
        "register": "4 events",
        "ledger": "1 delivery (2026-11), 1 answer of a server",
        ".newsletter/test-addresses.json": "tests went to the address",
        ".newsletter/rehearsal/2026-11": copy,
        ".newsletter/build/2026-11.eml": copy,
        ".newsletter/build/2026-11.html": copy,
        ".newsletter/build/2026-11.txt": copy,
        f"outbox/new/{message}": copy,
    }


@pytest.mark.parametrize("answer", ["550 5.7.1 <{}> ({}) moved", "451 4.2.0 <{}> ({}): later"])
def test_after_it_no_file_names_them(workspace: Path, run: Run, answer: str) -> None:
    month(workspace, run, answer=answer)
    assert naming(workspace) != []
    erase(run)
    assert naming(workspace) == []


def test_a_message_whose_headers_are_not_ascii_is_found_and_deleted(
    workspace: Path, run: Run
) -> None:
    """RFC 6532: the local part, then the whole field, is in UTF-8."""
    who = "ünal@bücher.example"
    text = f"email,name\n{who},Müller Ünal\nada@example.org,Ada\n"
    (workspace / "subscribers.csv").write_text(text, "utf-8")
    assert run("send", "2026-11", "--yes").exit_code == 0
    erase(run, who)
    left = b"".join(files(workspace / "outbox").values())
    assert left.count(b"To: Ada") == 1
    assert "ünal@".encode() not in left


def test_the_rest_of_the_list_and_of_its_backups_is_as_it_was(workspace: Path, run: Run) -> None:
    month(workspace, run)
    erase(run)
    left = {file.name: data for file, data in files(workspace).items() if "subscr" in file.name}
    assert left == {"subscribers.csv": REST.encode(), BACKUP: REST.encode()}


def test_the_others_stay_in_suppressions_and_the_alias_is_added(workspace: Path, run: Run) -> None:
    month(workspace, run)
    erase(run)
    with (workspace / "suppressions.csv").open(newline="") as text:
        rows = [(row["email"], row["action"], row["reason"]) for row in csv.DictReader(text)]
    assert rows == [
        ("lee@example.com", "suppress", "moved away"),
        (str(alias(workspace)), "suppress", "erased"),
    ]


def test_what_others_said_of_them_is_told_in_files_and_renamed_in_the_ledger(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    told = "friend of ADA@example.org"
    assert run("subscribers", "suppress", "lee@example.com", "--reason", told).exit_code == 0
    said = erase(run, "ada@example.org")
    assert "suppressions.csv still names the address, in a row of somebody else" in said
    with open_workspace(workspace).ledger() as ledger:
        [event] = ledger.people.history(Address("lee", "example.com"))
    assert event.reason == f"friend of {alias(workspace, 'ada@example.org')}"


@pytest.mark.parametrize("written", ["ünal@bücher.example", "ÜNAL@BÜCHER.example"])
def test_an_address_that_others_quote_in_its_own_letters_is_renamed_too(
    workspace: Path, run: Run, written: str
) -> None:
    row = "email\nünal@bücher.example\nlee@example.com\n"
    (workspace / "subscribers.csv").write_text(row, "utf-8")
    told = f"friend of {written}"
    assert run("subscribers", "suppress", "lee@example.com", "--reason", told).exit_code == 0
    erase(run, "ünal@bücher.example")
    with open_workspace(workspace).ledger() as ledger:
        [event] = ledger.people.history(Address("lee", "example.com"))
    assert event.reason == f"friend of {alias(workspace, 'ünal@bücher.example')}"


def test_the_counts_of_a_mailing_stay_and_the_alias_is_in_its_status(
    workspace: Path, run: Run
) -> None:
    month(workspace, run)
    before = json.loads(run("status", "2026-11", "--json").stdout)["counts"]
    erase(run)
    assert json.loads(run("status", "2026-11", "--json").stdout)["counts"] == before
    rows = csv.DictReader(run("status", "2026-11", "--csv").stdout.splitlines())
    told = {row["email"]: (row["state"], row["code"], row["text"]) for row in rows}
    assert told[str(alias(workspace))] == ("refused", "550", "")


def test_who_waits_in_a_mailing_is_excluded_and_the_others_get_it(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    first = {each.read_text() for each in (workspace / "outbox" / "new").iterdir()}
    waiting = "grace@example.net" if any("To: Ada" in each for each in first) else "ada@example.org"
    erase(run, waiting)
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert {each.read_text() for each in (workspace / "outbox" / "new").iterdir()} == first
    status = run("status", "2026-11", "--csv").stdout
    assert f'{alias(workspace, waiting)},excluded,,,"suppressed: erased, ' in status


def test_a_row_that_comes_back_is_not_mailed_until_they_are_restored(
    workspace: Path, run: Run
) -> None:
    erase(run, "ada@example.org")
    with (workspace / "subscribers.csv").open("a") as text:
        text.write("ADA@Example.org,Ada,Ada,active\n")
    listed = json.loads(run("subscribers", "list", "--json").stdout)
    told = {each["email"]: each["excluded"] for each in listed}["ADA@example.org"]
    assert told.startswith("suppressed: erased, ")
    shown = run("subscribers", "show", "ada@example.org")
    assert shown.stderr == "Next: newsletter subscribers erase ada@example.org\n"
    again = run("subscribers", "suppress", "ada@example.org")
    assert "ada@example.org is suppressed already in Practice Notes: erased, " in again.output
    why = ("--reason", "signed the form on 3 December")
    assert run("subscribers", "restore", "ada@example.org", *why).exit_code == 0
    listed = json.loads(run("subscribers", "list", "--json").stdout)
    assert {each["email"]: each["excluded"] for each in listed}["ADA@example.org"] is None
    erase(run, "ada@example.org")
    assert "ada@" not in (workspace / "subscribers.csv").read_text("utf-8").lower()


def test_the_token_in_their_mail_leads_to_the_alias(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        [mailing] = ledger.records.mailings()
        reader = ledger.records.delivery(mailing, Address("ada", "example.org"))
        assert reader is not None
    token = Signer(opened.keys()[0], mailing.uuid).token(Purpose.UNSUBSCRIBE, reader.id)
    erase(run, token)
    left = run("subscribers", "suppress", f"unsubscribe-{token}")
    assert left.exit_code == 0
    assert f"{alias(workspace, 'ada@example.org')} is suppressed already" in left.output


def test_run_again_it_says_when_it_was_and_changes_nothing(workspace: Path, run: Run) -> None:
    month(workspace, run)
    erase(run)
    before = files(workspace)
    assert "was erased on" in erase(run)
    assert files(workspace) == before


def test_of_somebody_unknown_there_is_nothing_to_erase(workspace: Path, run: Run) -> None:
    assert "Nothing is kept of eve@example.org." in erase(run, "eve@example.org")
    assert not (workspace / "suppressions.csv").exists()


def test_no_test_goes_to_them(workspace: Path, run: Run) -> None:
    erase(run, "ada@example.org")
    refused = run("test", "2026-11", "--to", "you@example.org", "--to", "Ada@example.org")
    assert refused.exit_code == 1
    assert re.fullmatch(
        r"error: Ada@example\.org was erased on [\d-]+: no test goes there\n"
        r'  Hint: first newsletter subscribers restore Ada@example\.org --reason "\.\.\."\n',
        refused.stderr,
    )
    assert list(files(workspace / "outbox")) == []


def test_a_row_that_is_not_theirs_but_names_them_is_told_also_where_nothing_is_kept(
    workspace: Path, run: Run
) -> None:
    rows = 'email\n"ada@example.org, bob@example.org"\n'
    (workspace / "subscribers.csv").write_text(rows, "utf-8")
    assert erase(run, "ada@example.org") == (
        "Nothing is kept of ada@example.org.\n"
        "subscribers.csv still names the address, in a row of somebody else: edit it by hand.\n"
    )


def test_files_of_the_editors_own_are_named_and_left(workspace: Path, run: Run) -> None:
    notes = workspace / "minutes" / "may.txt"
    notes.parent.mkdir()
    notes.write_text("Present: Ada Lovelace", "utf-8")
    (workspace / "letter.txt").write_bytes(base64.encodebytes(b"to ada@example.org, gladly"))
    (workspace / "old.csv").write_bytes("email\nADA@example.org\n".encode("utf-16"))
    said = erase(run, "ada@example.org")
    told = said.partition("Edit or delete them by hand:\n")[2].splitlines()
    assert [each.strip() for each in told[:3]] == ["letter.txt", "old.csv", "minutes/may.txt"]
    assert notes.exists()


def test_somebody_of_the_same_name_keeps_it(workspace: Path, run: Run) -> None:
    rows = "email,name\nada@example.org,Ada King\nada.king@example.com,Ada King\n"
    (workspace / "subscribers.csv").write_text(rows)
    assert run("send", "2026-11", "--yes").exit_code == 0
    erase(run, "ada@example.org")
    left = "email,name\nada.king@example.com,Ada King\n"
    assert (workspace / "subscribers.csv").read_text() == left
    [mail] = [each.read_text() for each in (workspace / "outbox" / "new").iterdir()]
    assert "To: Ada King <ada.king@example.com>" in mail
    with open_workspace(workspace).ledger() as ledger:
        assert ledger.people.names(Address("ada.king", "example.com")) == ["Ada King"]


@pytest.mark.parametrize(
    ("before", "rest"),
    [
        ("ADA@example.org\n", []),
        ("ada@example.org\nbo@example.org\n", ["bo@example.org"]),
        ("E-Mail;why\nbo@example.org;x\nada@example.org;left\n", ["bo@example.org"]),
        ("email\nbo@example.org\nada@example.org", ["bo@example.org"]),
    ],
)
def test_a_record_in_any_form_loses_their_lines_alone(
    workspace: Path, run: Run, before: str, rest: list[str]
) -> None:
    (workspace / "suppressions.csv").write_text(before)
    erase(run, "ada@example.org")
    with (workspace / "suppressions.csv").open(newline="") as text:
        found = [row["email"] for row in csv.DictReader(text)]
    assert found == [*rest, str(alias(workspace, "ada@example.org"))]
    assert run("subscribers", "check").exit_code == 0


def test_while_a_mailing_is_sent_nobody_is_erased(workspace: Path, run: Run) -> None:
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        before = ledger.identity()
    with sending_lock(lock_file(opened), since=datetime(2026, 11, 2, tzinfo=UTC)):
        result = run("subscribers", "erase", "ada@example.org", "--yes")
    assert result.exit_code == 1
    assert "a mailing is being sent by process" in result.output
    with opened.ledger() as ledger:
        assert ledger.identity() == before
    assert "ada@example.org" in (workspace / "subscribers.csv").read_text("utf-8")
