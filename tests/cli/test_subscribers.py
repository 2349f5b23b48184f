"""`newsletter subscribers`, as the editor runs it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.basics.address import Address
from newsletter.basics.tokens import Key, Purpose, Signer
from newsletter.message.content import Content
from newsletter.settings.values import Mailbox
from newsletter.state.values import Mailing, MailingState
from newsletter.workspace import open_workspace

Run = Callable[..., Result]
NEWS = Address("news", "example.org")
CONTENT = Content(
    issue="2026-11",
    summaries=(("2026-11-two-letters", None), ("2026-10-quiet-rooms", "10.5555/iq.2025.7")),
    subject=("November",),
    html=("<p>Two short studies.</p>",),
    text=("Two short studies.",),
    sender=Mailbox(name="Practice Notes", address=NEWS),
    reply_to=None,
    list_title="Practice Notes",
    list_id="practice-notes.example.org",
    unsubscribe_mailto=NEWS,
    unsubscribe_url=None,
    bounces_address=None,
    contact=NEWS,
    archive_url=None,
)
MAILING = Mailing(
    id=0,
    uuid="5f0c",
    issue="2026-11",
    state=MailingState.FROZEN,
    digest=CONTENT.digest,
    sources="",
    frozen_at=datetime(2026, 11, 2, 8, tzinfo=UTC),
    started_at=None,
    finished_at=None,
)


def listed(workspace: Path, content: str) -> None:
    (workspace / "subscribers.csv").write_text(content, encoding="utf-8")


def excluded(run: Run) -> dict[str, str | None]:
    members = json.loads(run("subscribers", "list", "--json").stdout)
    return {member["email"]: member["excluded"] for member in members}


def day_off(reason: str | None) -> str | None:
    return reason.rsplit(", ", 1)[0] if reason else reason


def test_check_counts_a_good_list_and_ends_well(run: Run) -> None:
    result = run("subscribers", "check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "counts": {
            "rows": 3,
            "mailable": 2,
            "excluded": {"unsubscribed in the list": 1},
            "left_out": 0,
            "twice": 0,
            "blank": 0,
        },
        "columns": [
            {"name": "email", "read_as": "email"},
            {"name": "name", "read_as": "name"},
            {"name": "first_name", "read_as": "first_name"},
            {"name": "status", "read_as": "status"},
        ],
        "problems": [],
        "repairs": [],
        "repair_counts": {},
    }
    assert result.stderr == ""


def test_check_tells_every_bad_row_with_its_line_and_ends_with_1(run: Run, workspace: Path) -> None:
    listed(workspace, "email,name\nada@example.org,Ada\nnobody,N\nbo@example.org\n")
    result = run("subscribers", "check")
    assert result.exit_code == 1
    assert (
        "subscribers.csv:3: warning: this is no email address: there is no @ in it ('nobody')"
        in result.stderr
    )
    assert "nobody" not in run("subscribers", "list").stderr
    assert "subscribers.csv:4: warning: 1 cell where the header names 2 columns" in result.stderr
    assert "Next: newsletter subscribers check" in result.stderr
    assert "rows left out" in result.stdout


def test_check_shows_twenty_problems_and_says_how_to_see_the_others(
    run: Run, workspace: Path
) -> None:
    listed(workspace, "email\nada@example.org\n" + "nobody\n" * 25)
    result = run("subscribers", "check")
    assert result.stderr.count("no email address") == 20
    assert "... and 5 more; newsletter subscribers check --all shows them" in result.stderr
    assert run("subscribers", "check", "--all").stderr.count("no email address") == 25


@pytest.mark.parametrize("content", [None, "", "name\nAda\n", "email\n"])
def test_check_refuses_a_list_that_is_none(run: Run, workspace: Path, content: str | None) -> None:
    if content is None:
        (workspace / "subscribers.csv").unlink()
    else:
        listed(workspace, content)
    result = run("subscribers", "check", "--json")
    assert result.exit_code == 1
    assert [each["level"] for each in json.loads(result.stdout)["problems"]] == ["error"]
    assert run("subscribers", "check").exit_code == 1


def test_list_shows_everybody_or_only_who_is_not_mailed(run: Run) -> None:
    everybody = run("subscribers", "list")
    assert [line.split()[0] for line in everybody.stdout.splitlines()] == [
        "ada@example.org",
        "grace@example.net",
        "left@example.com",
    ]
    left = run("subscribers", "list", "--excluded").stdout.splitlines()
    assert [line.split() for line in left] == [
        ["left@example.com", "Lee", "Left", "unsubscribed", "in", "the", "list"]
    ]


def test_an_empty_listing_is_still_json(run: Run, workspace: Path) -> None:
    listed(workspace, "email\nada@example.org\n")
    assert json.loads(run("subscribers", "list", "--excluded", "--json").stdout) == []


def test_suppress_takes_several_also_from_stdin_and_is_seen_by_the_list(
    run: Run, workspace: Path
) -> None:
    result = run(
        "subscribers", "suppress", "Grace <GRACE@example.net>", "-", stdin="ada@example.org\n\n"
    )
    assert result.exit_code == 0
    assert {address: day_off(why) for address, why in excluded(run).items()} == {
        "ada@example.org": "suppressed: unsubscribed",
        "grace@example.net": "suppressed: unsubscribed",
        "left@example.com": "unsubscribed in the list",
    }
    assert stat.S_IMODE((workspace / "suppressions.csv").stat().st_mode) == 0o600


def test_suppress_again_and_of_a_stranger_is_said_and_no_error(run: Run) -> None:
    first = run("subscribers", "suppress", "who@example.org", "--reason", "asked by phone")
    assert first.stderr == (
        "who@example.org is suppressed in Practice Notes: asked by phone\n"
        "  not on the list (subscribers.csv)\n"
        "Next: newsletter subscribers list --excluded\n"
    )
    again = run("subscribers", "suppress", "who@example.org")
    assert again.exit_code == 0
    assert (
        "who@example.org is suppressed already in Practice Notes: asked by phone, " in again.stderr
    )


def test_an_address_that_is_not_on_the_list_is_told_with_the_nearest_one(run: Run) -> None:
    suppressed = run("subscribers", "suppress", "garce@example.net")
    assert suppressed.exit_code == 0
    assert "not on the list (subscribers.csv); did you mean 'grace@example.net'?" in (
        suppressed.stderr
    )
    shown = run("subscribers", "show", "adda@example.org").stderr
    assert shown == (
        "adda@example.org is not on the list; did you mean 'ada@example.org'?\n"
        "Next: newsletter subscribers list\n"
    )


def test_who_left_is_never_offered_to_be_restored(run: Run) -> None:
    run("subscribers", "suppress", "ada@example.org")
    for address in ("ada@example.org", "left@example.com"):
        result = run("subscribers", "show", address)
        assert result.stderr == "Next: newsletter subscribers list --excluded\n"


def test_a_list_is_named_and_counted(run: Run) -> None:
    assert run("subscribers", "list").stderr == (
        "Practice Notes: subscribers.csv, as it would be mailed now\n"
        "2 mailed, 1 not\n"
        "Next: newsletter subscribers show ADDRESS\n"
    )


def test_one_bad_who_does_not_stop_the_others(run: Run) -> None:
    result = run("subscribers", "suppress", "nobody", "a" * 24, "ada@example.org")
    assert result.exit_code == 1
    assert "'nobody' is neither an address nor an unsubscribe token" in result.stderr
    assert "the token of a test or a preview: it stands for nobody" in result.stderr
    assert day_off(excluded(run)["ada@example.org"]) == "suppressed: unsubscribed"


def test_stdin_that_names_nobody_is_wrong_usage(run: Run) -> None:
    assert run("subscribers", "suppress", "-", stdin="\n").exit_code == 2


def test_a_suppression_is_kept_though_the_list_cannot_be_read(run: Run, workspace: Path) -> None:
    (workspace / "subscribers.csv").unlink()
    result = run("subscribers", "suppress", "ada@example.org")
    assert result.exit_code == 0
    assert "ada@example.org is suppressed in Practice Notes: unsubscribed\n" in result.stderr
    assert "subscribers.csv: warning: there is no such file" in result.stderr
    assert "ada@example.org,suppress" in (workspace / "suppressions.csv").read_text("utf-8")


def test_a_token_from_a_mail_suppresses_its_reader_and_shows_what_she_got(
    run: Run, workspace: Path
) -> None:
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        members = opened.audience(ledger, MAILING.frozen_at.date())
        ledger.records.gather(((each, "token") for each in members), CONTENT.fields)
        mailing = ledger.records.freeze(MAILING, CONTENT)
        (ada,) = [each for each in ledger.records.of(mailing) if each.email == "ada@example.org"]
    token = Signer(opened.keys()[0], MAILING.uuid).token(Purpose.UNSUBSCRIBE, ada.id)
    result = run("subscribers", "suppress", f"Re: unsubscribe-{token}")
    assert result.exit_code == 0
    assert "ada@example.org is suppressed in Practice Notes: unsubscribed\n" in result.stderr
    bounce = Signer(opened.keys()[0], MAILING.uuid).token(Purpose.BOUNCE, ada.id)
    for written in (bounce, f"bounces+{bounce}@example.org", f"<Bounces+{bounce}@example.org>"):
        again = run("subscribers", "suppress", written).stderr
        assert "ada@example.org is suppressed already in Practice Notes" in again
    other = Signer(Key.fresh(), MAILING.uuid).token(Purpose.UNSUBSCRIBE, ada.id)
    assert "no mailing of this workspace" in run("subscribers", "suppress", other).stderr
    shown = json.loads(run("subscribers", "show", token, "--json").stdout)
    assert [(each["issue"], each["state"]) for each in shown["deliveries"]] == [
        ("2026-11", "pending")
    ]
    assert shown["suppressed"]["reason"] == "unsubscribed"


def test_restore_needs_a_reason_and_is_kept_with_it(run: Run) -> None:
    run("subscribers", "suppress", "ada@example.org")
    refused = run("subscribers", "restore", "ada@example.org")
    assert refused.exit_code == 2
    assert "--reason" in refused.stderr
    restored = run("subscribers", "restore", "ada@example.org", "--reason", "wrote on 2 May")
    assert restored.exit_code == 0
    assert excluded(run)["ada@example.org"] is None
    events = json.loads(run("subscribers", "show", "ada@example.org", "--json").stdout)["events"]
    assert [(event["action"], event["reason"]) for event in events] == [
        ("unsubscribe", "unsubscribed"),
        ("restore", "wrote on 2 May"),
    ]


def test_restore_of_who_is_not_suppressed_changes_nothing_and_says_what_the_list_says(
    run: Run,
) -> None:
    result = run("subscribers", "restore", "left@example.com", "--reason", "wrote")
    assert result.exit_code == 0
    assert "left@example.com is not suppressed" in result.stderr
    assert "The list still excludes it: unsubscribed in the list (line 4)." in result.stderr


def test_show_tells_all_that_is_known_of_a_reader(run: Run, workspace: Path) -> None:
    listed(
        workspace,
        "email,name,consent,consent_source,consent_date,clinic\n"
        "ada@example.org,Ada,express,sign-up sheet,2026-03-01,Harbour\n",
    )
    lines = run("subscribers", "show", "ADA@example.org").stdout.splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "ADA@example.org",
        "on the list line 2",
        "name Ada",
        "consent express, sign-up sheet, on 2026-03-01",
        "clinic Harbour",
        "mailed yes",
        "issues none yet",
    ]


def test_suppressions_in_a_file_edited_by_hand_hold_and_its_bad_lines_are_errors(
    run: Run, workspace: Path
) -> None:
    (workspace / "suppressions.csv").write_text("E-Mail;why\nada@example.org;left\nlee;?\n")
    assert excluded(run)["ada@example.org"] == "suppressed: suppressed by hand, no date"
    result = run("subscribers", "check")
    assert result.exit_code == 1
    assert "suppressions.csv:3: error: this is no email address" in result.stderr


def test_a_reason_is_one_line_and_not_empty(run: Run) -> None:
    result = run("subscribers", "suppress", "ada@example.org", "--reason", "wrote\nto us ")
    assert "ada@example.org is suppressed in Practice Notes: wrote to us\n" in result.stderr
    assert run("subscribers", "suppress", "ada@example.org", "--reason", " ").exit_code == 2


def test_show_claims_nothing_about_a_list_that_cannot_be_read(run: Run, workspace: Path) -> None:
    (workspace / "subscribers.csv").unlink()
    result = run("subscribers", "show", "ada@example.org")
    assert result.exit_code == 1
    assert result.stdout == (
        "ada@example.org\n  on the list   unknown: it cannot be read\n  issues        none yet\n"
    )
    assert "subscribers.csv: error: there is no such file" in result.stderr


def test_thousands_of_problems_are_counted_right(run: Run, workspace: Path) -> None:
    rows = "\n".join(f"reader{number}" for number in range(1500))
    listed(workspace, f"email\nada@example.org\n{rows}\n")
    told = run("subscribers", "check").stderr
    assert "... and 1,480 more; newsletter subscribers check --all shows them" in told
    assert "The list has 1,500 problems; " in run("subscribers", "list").stderr


COLUMNS = """\
email,Prénom,Opt-out,Left,Notes
ada@example.org,Ada,,,
bo@example.org,Bo,x,,
cy@example.org,Cy,,2025-03-01,
,,,,
"""


def test_check_lists_how_each_column_is_read_and_how_to_answer(run: Run, workspace: Path) -> None:
    listed(workspace, COLUMNS)
    result = run("subscribers", "check")
    assert result.exit_code == 1
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert rows[rows.index("column read as") + 2 :][:5] == [
        "email email",
        "Prénom a field for templates",
        "Opt-out unsubscribed",
        "Left not understood",
        "Notes a field for templates",
    ]
    assert "empty rows 1" in rows
    assert result.stderr.startswith(
        "subscribers.csv:4: error: the column 'Left' looks as if it says who has left"
        " ('2025-03-01'), and is not understood\n"
        "  Hint: say in newsletter.toml how to read it, in one of two ways:\n"
        "    [subscribers.columns]\n"
        '    "Left" = "unsubscribed"\n'
        '    "Left" = "ignore"\n'
    )
    as_json = json.loads(run("subscribers", "check", "--json").stdout)
    assert as_json["columns"][3] == {"name": "Left", "read_as": "not understood"}
    assert as_json["counts"]["blank"] == 1


@pytest.mark.parametrize(("answer", "mailable"), [("unsubscribed", 1), ("ignore", 2), ("field", 2)])
def test_a_column_is_read_as_the_settings_answer(
    run: Run, workspace: Path, answer: str, mailable: int
) -> None:
    listed(workspace, COLUMNS)
    with (workspace / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[subscribers.columns]\n"left" = "{answer}"\n')
    result = run("subscribers", "check", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["counts"]["mailable"] == mailable
    assert found["columns"][3] == {"name": "Left", "read_as": answer}
    assert run("subscribers", "list").exit_code == 0


BROKEN = "E-mail;Name\n Bo <bo@example.org>;\nmailto:cy@example.org;Cy\nnobody;N\n"
MENDED = "E-mail,Name\nbo@example.org,Bo\ncy@example.org,Cy\nnobody,N\n"


def test_check_writes_a_repaired_copy_that_is_private_and_says_what_it_did(
    run: Run, workspace: Path
) -> None:
    listed(workspace, BROKEN)
    copy = workspace / "clean.csv"
    result = run("subscribers", "check", "--json", "--write", str(copy))
    told = json.loads(result.stdout)
    assert (told["repairs"], told["repair_counts"]) == (
        [
            {"line": None, "kind": "separator", "message": "commas part the cells"},
            {"line": 2, "kind": "name", "message": "a name around the address"},
            {"line": 3, "kind": "mailto", "message": "'mailto:' before the address"},
        ],
        {"mailto": 1, "name": 1, "separator": 1},
    )
    assert copy.read_text("utf-8") == MENDED
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert (workspace / "subscribers.csv").read_text("utf-8") == BROKEN
    assert [each.name for each in workspace.iterdir() if "clean.csv" in each.name] == ["clean.csv"]


def test_check_tells_the_repairs_by_line_and_by_kind(run: Run, workspace: Path) -> None:
    listed(workspace, "email,name\n" + "".join(f"mailto:r{n}@example.org,\n" for n in range(30)))
    result = run("subscribers", "check", "--write", str(workspace / "clean.csv"))
    assert result.stderr.count("line ") >= 20
    assert "line 21: 'mailto:' before the address\n... and 10 more lines" in result.stderr
    assert "'mailto:' before the address 30" in " ".join(result.stdout.split())
    assert "clean.csv, 30 rows" in result.stderr


def test_check_writes_over_no_file_and_never_over_the_list(run: Run, workspace: Path) -> None:
    listed(workspace, BROKEN)
    (workspace / "link.csv").symlink_to("subscribers.csv")
    (workspace / "notes.csv").write_text("mine")
    for name, why in (
        ("subscribers.csv", "this is the list itself, and no command writes to it"),
        ("link.csv", "this is the list itself, and no command writes to it"),
        ("notes.csv", "there is a file of this name already"),
    ):
        result = run("subscribers", "check", "--write", str(workspace / name))
        assert (result.exit_code, why in result.stderr) == (1, True)
    assert (workspace / "subscribers.csv").read_text("utf-8") == BROKEN
    assert (workspace / "notes.csv").read_text() == "mine"


def test_no_copy_is_left_of_a_list_that_cannot_be_used(run: Run, workspace: Path) -> None:
    before = sorted(workspace.iterdir())
    for content in ("name\nAda\n", 'email;x\nada@x.org;"a\nbo@x.org, unsubscribed"\n'):
        listed(workspace, content)
        result = run("subscribers", "check", "--json", "--write", str(workspace / "clean.csv"))
        assert result.exit_code == 1
        assert "error" in {each["level"] for each in json.loads(result.stdout)["problems"]}
    assert sorted({*workspace.iterdir()} - {workspace / ".newsletter"}) == sorted(
        {*before} - {workspace / ".newsletter"}
    )
