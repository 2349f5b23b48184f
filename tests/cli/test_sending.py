from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.settings.timing import Timing
from tests.sink import Sink, running

Run = Callable[..., Result]


def through(workspace: Path, sink: Sink) -> None:
    settings = workspace / "newsletter.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r'transport = ".*"', f'transport = "{sink.url}"', text), "utf-8")


def sent(workspace: Path) -> list[str]:
    return [file.read_text("utf-8") for file in (workspace / "outbox" / "new").glob("*")]


def recorded(workspace: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((workspace / "mailings.csv").read_text("utf-8"))))


def test_a_dry_run_says_what_would_happen_and_does_nothing(workspace: Path, run: Run) -> None:
    result = run("send", "2026-11", "--dry-run")
    assert result.exit_code == 0
    told = result.stderr.splitlines()
    begin = told.index("Issue     2026-11")
    assert told[begin : begin + 7] == [
        "Issue     2026-11",
        "Subject   Practice Notes, November 2026",
        "From      Practice Notes <news@example.org>",
        f"Through   maildir:{workspace}/outbox",
        "To        2 readers",
        "Excluded  1 unsubscribed in the list",
        "Takes     as long as the server needs (no rate holds it back)",
    ]
    assert not (workspace / "outbox").exists()
    assert not (workspace / "mailings.csv").exists()


def test_without_a_terminal_it_asks_for_yes_and_sends_nothing(workspace: Path, run: Run) -> None:
    result = run("send", "2026-11")
    assert result.exit_code == 2
    assert "answer it with --yes" in result.stderr
    assert not (workspace / "mailings.csv").exists()


def test_a_mailing_goes_out_once_and_again_says_there_is_nothing_to_do(
    workspace: Path, run: Run
) -> None:
    first = run("send", "2026-11", "--yes")
    assert (first.exit_code, first.stdout) == (0, "")
    assert "2026-11: 2 accepted, 1 excluded." in first.stderr
    again = run("send", "2026-11", "--yes")
    assert again.exit_code == 0
    assert "Nothing to send: 2026-11 went out on " in again.stderr
    assert len(sent(workspace)) == 2


def test_status_answers_for_the_issue_and_for_each_reader(workspace: Path, run: Run) -> None:
    assert json.loads(run("status", "2026-11", "--json").stdout)["state"] == "draft"
    through(workspace, Sink(port=9))
    with running(Sink(rcpt=lambda who: "550 5.1.1 no" if "grace" in who else "250 Ok")) as sink:
        through(workspace, sink)
        result = run("send", "2026-11", "--yes", "--json")
    assert result.exit_code == 1
    told = json.loads(run("status", "2026-11", "--json").stdout)
    assert told == json.loads(result.stdout)
    assert (told["issue"], told["state"]) == ("2026-11", "finished")
    assert told["counts"] == {
        "pending": 0, "attempting": 0, "accepted": 1, "deferred": 0, "refused": 1,
        "uncertain": 0, "excluded": 1,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(run("status", "2026-11", "--csv").stdout)))
    kept = [
        (r["email"], r["state"], r["code"], r["enhanced"], r["text"], r["attempts"]) for r in rows
    ]
    assert kept == [
        ("ada@example.org", "accepted", "250", "2.0.0", "Ok: queued as 1", "1"),
        ("grace@example.net", "refused", "550", "5.1.1", "no", "1"),
        ("left@example.com", "excluded", "", "", "unsubscribed in the list", "0"),
    ]
    assert len({row["message_id"] for row in rows}) == 3
    assert "grace@example.net" in run("status", "2026-11").stdout
    assert "1 accepted, 1 refused, 1 excluded" in run("status").stdout


def test_an_address_that_does_not_exist_is_suppressed_in_both_records(
    workspace: Path, run: Run
) -> None:
    with running(Sink(rcpt=lambda who: "550 5.1.1 no" if "grace" in who else "250 Ok")) as sink:
        through(workspace, sink)
        assert (
            "1 address does not exist; it is suppressed now"
            in run("send", "2026-11", "--yes").stderr
        )
    assert "grace@example.net" in (workspace / "suppressions.csv").read_text("utf-8")
    assert "address refused: 5.1.1 no" in run("subscribers", "show", "grace@example.net").stdout


def test_who_leaves_with_the_token_of_her_mail_gets_no_other_issue(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    (mail,) = [each for each in sent(workspace) if "To: Ada" in each]
    (subject,) = re.findall(r"<mailto:unsubscribe@example.org\?subject=(.*)>", mail)
    assert run("subscribers", "suppress", subject).exit_code == 0
    text = (workspace / "issues/2026-11.md").read_text("utf-8")
    (workspace / "issues/2026-11-correction.md").write_text(
        text.replace("preheader", "ignore: {already-sent: a correction}\npreheader"), "utf-8"
    )
    assert run("send", "2026-11-correction", "--yes").exit_code == 0
    assert [each for each in sent(workspace) if "To: Ada" in each] == [mail]
    assert len(sent(workspace)) == 3


def test_a_suppression_that_only_the_file_has_counts_on_resume(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    (workspace / "suppressions.csv").write_text("email\ngrace@example.net\n", "utf-8")
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert "1 accepted" in run("status").stdout
    assert all("grace" not in each for each in sent(workspace))


def test_a_mailing_under_way_does_not_follow_later_edits_and_says_so(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    file = workspace / "issues/2026-11.md"
    file.write_text(file.read_text("utf-8").replace("two short", "three long"), "utf-8")
    (workspace / "subscribers.csv").write_text("email\nnew@example.org\n", "utf-8")
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 0
    assert "Files of this issue have changed since" in result.stderr
    assert len(sent(workspace)) == 2
    assert all("two short" in each for each in sent(workspace))
    assert all("new@example.org" not in each for each in sent(workspace))


def test_a_mailing_of_which_nothing_left_is_taken_as_the_files_say_now(
    workspace: Path, run: Run
) -> None:
    with running(Sink(mail=lambda _: "550 5.1.8 not you")) as sink:
        through(workspace, sink)
        stopped = run("send", "2026-11", "--yes")
    assert stopped.exit_code == 1
    assert "Stopped: the server takes no mail from us: 550 5.1.8 not you" in stopped.stderr
    (before,) = recorded(workspace)
    file = workspace / "issues/2026-11.md"
    file.write_text(file.read_text("utf-8").replace("two short", "three long"), "utf-8")
    with running(Sink()) as sink:
        through(workspace, sink)
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert len(sink.journal) == 2
    assert all(b"three long" in message for _, message in sink.journal)
    (after,) = recorded(workspace)
    assert (before["issue"], after["issue"]) == ("2026-11", "2026-11")
    assert before["mailing"] != after["mailing"]


def test_what_may_have_been_taken_is_never_withdrawn(workspace: Path, run: Run) -> None:
    with running(Sink(dot=lambda *_: "drop")) as sink:
        through(workspace, sink)
        assert run("send", "2026-11", "--yes").exit_code == 1
        assert run("resolve", "2026-11", "--resend", "--yes").exit_code == 0
        sink.dot = lambda *_: "250 2.0.0 Ok"
        assert run("send", "2026-11", "--yes").exit_code == 0
    ids = re.findall(rb"Message-ID: <(.*)>", b"".join(message for _, message in sink.journal))
    rows = csv.DictReader(io.StringIO(run("status", "2026-11", "--csv").stdout))
    accepted = sorted(row["message_id"] for row in rows if row["state"] == "accepted")
    assert sorted(f"<{each.decode()}>" for each in ids) == accepted
    assert len(recorded(workspace)) == 1


def test_deferred_ones_wait_until_they_are_due(workspace: Path, run: Run) -> None:
    with running(Sink(rcpt=lambda who: "450 4.2.1 later" if "ada" in who else "250 Ok")) as sink:
        through(workspace, sink)
        first = run("send", "2026-11", "--yes")
        again = run("send", "2026-11", "--yes", "--json")
    assert (first.exit_code, again.exit_code) == (75, 75)
    assert "The deferred ones can be tried again from " in first.stderr
    assert "Nothing to send yet: 1 reader deferred until " in again.stderr
    assert json.loads(again.stdout)["counts"]["deferred"] == 1
    assert sink.recipients == ["grace@example.net"]


def test_who_was_deferred_by_a_clock_that_was_years_ahead_is_sent_to_now(
    workspace: Path, run: Run
) -> None:
    with running(Sink(rcpt=lambda who: "450 4.2.1 later" if "ada" in who else "250 Ok")) as sink:
        through(workspace, sink)
        assert run("send", "2026-11", "--yes").exit_code == 75
        with contextlib.closing(sqlite3.connect(workspace / ".newsletter/state.db")) as database:
            five_years = 5 * 365 * 86400
            database.execute(
                "UPDATE deliveries SET due = due + ?, first_deferred_at = first_deferred_at + ?"
                " WHERE state = 'deferred'",
                (five_years, five_years),
            )
            database.commit()
        sink.rcpt = lambda _: "250 Ok"
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert sink.recipients == ["grace@example.net", "ada@example.org"]


def test_who_left_meanwhile_is_not_counted_when_it_goes_on(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    for who in ("ada@example.org", "grace@example.net"):
        assert run("subscribers", "suppress", who).exit_code == 0
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 0
    assert "To        0 readers (1 done before)" in result.stderr
    assert "Excluded  1 suppressed, 1 unsubscribed in the list" in result.stderr
    assert len(sent(workspace)) == 1


def test_what_was_sent_is_known_when_its_issue_is_deleted(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    (workspace / "issues/2026-11.md").rename(workspace / "issues/2026-12.md")
    findings = json.loads(run("check", "2026-12", "--json").stdout)
    assert [each["message"] for each in findings if each["rule"] == "already-sent"] == [
        "'2026-11-two-letters' went out in issue 2026-11",
        "'2026-10-quiet-rooms' went out in issue 2026-11",
    ]
    assert run("send", "2026-12", "--yes").exit_code == 3


def test_a_refused_send_leaves_no_new_ledger_in_the_way(workspace: Path, run: Run) -> None:
    (workspace / "mailings.csv").write_text("issue,mailing\n2026-11,0b5e\n", "utf-8")
    assert run("send", "2026-11", "--yes").exit_code == 1
    assert not (workspace / ".newsletter").exists()


def test_a_copied_ledger_is_doubted_by_a_dry_run_too(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    database = workspace / ".newsletter/state.db"
    copy = database.with_name("copy")
    copy.write_bytes(database.read_bytes())
    copy.replace(database)
    for arguments in (["--dry-run"], ["--yes"]):
        result = run("send", "2026-11", *arguments)
        assert result.exit_code == 1
        assert "say --this-ledger-is-right" in result.stderr
    assert run("send", "2026-11", "--yes", "--this-ledger-is-right").exit_code == 0


def test_a_server_that_is_not_there_is_named_at_once(workspace: Path, run: Run) -> None:
    through(workspace, Sink(port=9))
    result = run("send", "2026-11", "--yes", timing=Timing(trouble_limit=0.1))
    assert result.exit_code == 75
    assert "no connection to 127.0.0.1:9: " in result.stderr
    assert "trying again for a minute" in result.stderr
    assert "Paused: no connection to 127.0.0.1:9: connection refused\n" in result.stderr


def test_a_resume_needs_neither_mjml_nor_premailer(workspace: Path, run: Run) -> None:
    import subprocess
    import sys

    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    code = (
        "import sys\n"
        "for name in ('mjml', 'premailer', 'cssutils', 'jinja2'): sys.modules[name] = None\n"
        "from newsletter.__main__ import main\nmain()"
    )
    arguments = ["-C", str(workspace), "send", "2026-11", "--yes"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False
    )
    assert (done.returncode, len(sent(workspace))) == (0, 2), done.stderr


def test_what_was_sent_is_what_build_writes_for_the_same_reader(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert run("build", "2026-11", "--as", "grace@example.net").exit_code == 0
    built = (workspace / ".newsletter/build/2026-11.eml").read_bytes().replace(b"\r\n", b"\n")
    assert built.decode("ascii") in sent(workspace)


def test_errors_of_the_check_stop_it_before_anything_is_frozen(workspace: Path, run: Run) -> None:
    file = workspace / "summaries/2026-10-quiet-rooms.md"
    file.write_text(file.read_text("utf-8").split("## Practice")[0], "utf-8")
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 3
    assert "Practice Implications" in result.stderr
    assert not (workspace / "mailings.csv").exists()


def test_an_issue_that_only_the_visible_record_knows_is_refused(workspace: Path, run: Run) -> None:
    (workspace / "mailings.csv").write_text("issue,mailing,accepted\n2026-11,0b5e,812\n", "utf-8")
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 1
    assert "2026-11 was sent already (812 accepted)" in result.stderr
    assert not (workspace / "outbox").exists()


def test_an_issue_that_was_only_begun_elsewhere_is_not_called_sent(
    workspace: Path, run: Run
) -> None:
    row = "issue,mailing,finished_at,accepted\n2026-11,0b5e,,5\n"
    (workspace / "mailings.csv").write_text(row, "utf-8")
    assert "2026-11 was begun already (5 accepted), but" in run("send", "2026-11").stderr


def test_a_lost_ledger_cannot_send_a_second_time(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    for file in (workspace / ".newsletter").glob("state.db*"):
        file.unlink()
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 1
    assert "was sent already" in result.stderr
    assert len(sent(workspace)) == 2


@pytest.mark.parametrize("rows", ["", "nonsense\n@\n", "a@example.org,,,unsubscribed\n"])
def test_a_list_without_a_usable_reader_sends_nothing(workspace: Path, run: Run, rows: str) -> None:
    (workspace / "subscribers.csv").write_text(f"email,name,first_name,status\n{rows}", "utf-8")
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 3
    assert "nobody would get this issue: the list has no reader who can be mailed" in result.stderr
    assert not (workspace / "mailings.csv").exists()


def test_a_list_of_bad_rows_only_is_refused_with_the_rows(workspace: Path, run: Run) -> None:
    rows = "nonsense,N,,\nada@example.org,A\n\n@,,,\n"
    (workspace / "subscribers.csv").write_text(f"email,name,first_name,status\n{rows}", "utf-8")
    told = run("send", "2026-11", "--yes").stderr
    assert "subscribers.csv:2: error: this is no email address" in told
    assert "subscribers.csv:3: error: 2 cells where the header names 4 columns" in told
    assert "subscribers.csv:5: error: this is no email address" in told


def test_a_list_whose_column_may_say_who_left_is_not_mailed_before_it_is_answered(
    workspace: Path, run: Run
) -> None:
    listed = "email,Left\nada@example.org,\nlee@example.org,yes\n"
    (workspace / "subscribers.csv").write_text(listed, "utf-8")
    refused = run("send", "2026-11", "--yes")
    assert refused.exit_code == 3
    assert "subscribers.csv:3: error: the column 'Left' looks as if" in refused.stderr
    assert '"Left" = "ignore"' in refused.stderr
    assert sent(workspace) == []
    with (workspace / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[subscribers.columns]\n"Left" = "unsubscribed"\n')
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert len(sent(workspace)) == 1


def test_the_uncertain_are_shown_and_only_sent_again_when_told(workspace: Path, run: Run) -> None:
    drops = iter(["drop"])
    with running(Sink(dot=lambda _, n: next(drops, f"250 2.0.0 {n}"))) as sink:
        through(workspace, sink)
        assert run("send", "2026-11", "--yes").exit_code == 1
        shown = run("resolve", "2026-11")
        assert shown.exit_code == 0
        assert "the server closed the connection" in shown.stdout
        looked = run("send", "2026-11", "--dry-run").stderr
        assert "Nothing to send: 2026-11 went out" in looked
        assert looked.endswith("Next: newsletter resolve 2026-11\n")
        assert run("send", "2026-11", "--yes").exit_code == 1
        assert run("resolve", "2026-11", "--resend", "--yes").exit_code == 0
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert sorted(sink.recipients) == ["ada@example.org", "grace@example.net"]


def test_the_uncertain_can_be_counted_as_accepted(workspace: Path, run: Run) -> None:
    drops = iter(["drop"])
    with running(Sink(dot=lambda _, n: next(drops, f"250 2.0.0 {n}"))) as sink:
        through(workspace, sink)
        run("send", "2026-11", "--yes")
    assert run("resolve", "2026-11", "--mark-accepted", "--yes").exit_code == 0
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert run("resolve", "2026-11").stderr == "Nobody is uncertain in 2026-11.\n"


def test_a_test_is_marked_and_its_link_never_acts(workspace: Path, run: Run) -> None:
    result = run(
        "test", "--to", "me@example.org", "--to", "you@example.org", "--as", "ada@example.org"
    )
    assert result.exit_code == 0
    assert "[TEST] 2026-11 to me@example.org: accepted" in result.stderr
    mails = sorted(sent(workspace))
    assert len(mails) == 2
    assert "To: me@example.org" in mails[0] + mails[1]
    assert all("Subject: [TEST] Practice Notes, November 2026" in mail for mail in mails)
    (token,) = set(re.findall(r"subject=(unsubscribe-\w+)>", mails[0]))
    refused = run("subscribers", "suppress", token)
    assert refused.exit_code == 1
    assert "test" in refused.stderr
    assert json.loads(run("status", "2026-11", "--json").stdout)["state"] == "draft"


def test_a_test_that_is_refused_shows_the_servers_words(workspace: Path, run: Run) -> None:
    with running(Sink(rcpt=lambda _: "550 5.7.1 not here")) as sink:
        through(workspace, sink)
        result = run("test", "2026-11", "--to", "me@example.org")
    assert result.exit_code == 1
    assert "not sent. 550 5.7.1 not here" in result.stderr
    assert run("test", "--to", "nonsense").exit_code == 2


def test_a_rehearsal_reads_every_message_back_and_counts_nothing(workspace: Path, run: Run) -> None:
    result = run("rehearse")
    assert result.exit_code == 0, result.stderr
    assert "Sent       2 accepted, 1 excluded" in result.stderr
    assert "Read back  2 messages" in result.stderr
    assert len(list((workspace / ".newsletter/rehearsal/2026-11/mail/new").iterdir())) == 2
    assert json.loads(run("status", "2026-11", "--json").stdout)["state"] == "draft"
    assert run("rehearse").exit_code == 0


def test_what_cannot_be_asked_for_is_wrong_usage(workspace: Path, run: Run) -> None:
    unnamed = run("send")
    assert unnamed.exit_code == 2
    assert "newsletter send 2026-11" in unnamed.stderr
    assert run("status", "--csv").exit_code == 2
    assert run("resolve", "2026-11", "--resend", "--mark-accepted").exit_code == 2
    assert run("send", "2026-12", "--yes").exit_code == 1
    assert "there is no issue '2026-12'" in run("send", "2026-12", "--yes").stderr
    assert not (workspace / "outbox").exists()


def test_a_password_that_nobody_can_give_is_asked_for_by_name(workspace: Path, run: Run) -> None:
    settings = workspace / "newsletter.toml"
    text = settings.read_text("utf-8")
    way_out = '"smtps://smtp.example.org"\nuser = "news@example.org"'
    settings.write_text(text.replace('"maildir:outbox"', way_out), "utf-8")
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 2
    assert "set NEWSLETTER_SMTP_PASSWORD in the environment" in result.stderr
    assert not (workspace / "mailings.csv").exists()


def test_a_password_that_nobody_has_is_named_by_its_user_and_its_server(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    settings = workspace / "newsletter.toml"
    way = '"smtp://smtp.example.org:587"\nuser = "news@example.org"'
    settings.write_text(settings.read_text().replace('"maildir:outbox"', way))
    result = run("test", "2026-11", "--to", "ada@example.org")
    assert result.exit_code == 2
    assert "there is no password for news@example.org at smtp.example.org" in result.stderr
