from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result

from newsletter.cli.main import cli
from newsletter.cli.terminal.zone import local_zone, zone_name
from newsletter.settings.timing import Timing
from tests.cli.terminal import terminal
from tests.sink import Sink, running

Run = Callable[..., Result]
TORONTO = ZoneInfo("America/Toronto")


def through(workspace: Path, sink: Sink) -> None:
    settings = workspace / "newsletter.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r'transport = ".*"', f'transport = "{sink.url}"', text), "utf-8")


def soon(seconds: float, zone: ZoneInfo = TORONTO) -> str:
    return f"{datetime.now(zone) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def sent(workspace: Path) -> int:
    return len(list((workspace / "outbox" / "new").glob("*")))


def test_it_goes_off_at_its_time_with_those_who_are_there_then(workspace: Path, run: Run) -> None:
    with terminal(workspace, "send", "2026-11", "--at", soon(7)) as screen:
        screen.wait_for("Send it to 2 readers on ")
        assert "EST (UTC-05:00), America/Toronto, in " in screen.screen.replace("EDT", "EST")
        screen.type("y\n")
        screen.wait_for("2026-11 goes off in ")
        assert run("subscribers", "suppress", "grace@example.net").exit_code == 0
        assert sent(workspace) == 0
        assert screen.ended() == 0
    assert "2026-11: 1 accepted, 2 excluded." in screen.screen
    assert sent(workspace) == 1


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_while_it_waits_leaves_nothing_behind(
    workspace: Path, number: int, code: int
) -> None:
    with terminal(workspace, "send", "2026-11", "--at", soon(600), "--yes") as screen:
        screen.wait_for("2026-11 goes off in 9 min")
        screen.process.send_signal(number)
        assert screen.ended() == code
    assert "Nothing was sent." in screen.screen
    assert "Traceback" not in screen.screen
    assert not (workspace / "mailings.csv").exists()


def test_what_would_fail_when_nobody_looks_fails_before_the_wait(workspace: Path, run: Run) -> None:
    through(workspace, Sink(port=9))
    result = run("send", "2026-11", "--at", soon(600, ZoneInfo("UTC")), "--yes")
    assert result.exit_code == 1
    assert "the mailing could not go off now: no connection to 127.0.0.1:9: " in result.stderr
    sink = Sink(extensions=("SIZE 3000",))
    with running(sink):
        through(workspace, sink)
        result = run("send", "2026-11", "--at", soon(600, ZoneInfo("UTC")), "--yes")
    assert result.exit_code == 1
    assert "the server takes messages of up to 3,000 bytes" in result.stderr
    assert not (workspace / "mailings.csv").exists()


@pytest.mark.usefixtures("workspace")
def test_a_zone_is_named_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/UTC")
    result = run("send", "2026-11", "--dry-run", "--at", soon(600, ZoneInfo("UTC")))
    assert " UTC, in " in result.stderr
    assert "Etc/UTC" not in result.stderr


def test_a_time_that_is_past_or_no_time_is_wrong_usage(workspace: Path, run: Run) -> None:
    past = f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%d %H:%M}"
    for text, words in ((past, " is past: it is "), ("noon", "'noon' is no time to send at")):
        result = run("send", "2026-11", "--yes", "--at", f"{text}{'Z' if text == past else ''}")
        assert result.exit_code == 2
        assert words in result.stderr
    assert run("send", "2026-11", "--at", soon(600)).exit_code == 2
    assert sent(workspace) == 0


def test_any_key_stops_it_before_the_first_message(workspace: Path) -> None:
    with terminal(workspace, "send", "2026-11") as screen:
        screen.wait_for("Send it to 2 readers now?")
        screen.type("y\n")
        screen.wait_for("Sending begins in 10 s. Any key stops it.")
        screen.type("x")
        assert screen.ended() == 1
    assert screen.screen.endswith("Nothing was sent.\n")
    assert not (workspace / "mailings.csv").exists()


def test_ctrl_c_stops_it_before_the_first_message(workspace: Path) -> None:
    with terminal(workspace, "send", "2026-11") as screen:
        screen.wait_for("Send it to 2 readers now?")
        screen.type("y\n")
        screen.wait_for("Any key stops it.")
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended() == 130
    assert screen.screen.endswith("Nothing was sent.\n")
    assert sent(workspace) == 0


def test_without_a_key_it_goes_out_and_what_is_under_way_is_not_held_up_again(
    workspace: Path,
) -> None:
    with terminal(workspace, "send", "2026-11", "--limit", "1", undo_seconds=1) as screen:
        screen.wait_for("Send it to 1 reader now?")
        screen.type("y\n")
        assert screen.ended() == 75
    assert "Sending begins in 1 s." in screen.screen
    with terminal(workspace, "send", "2026-11") as screen:
        screen.wait_for("Send it to 1 reader now?")
        screen.type("y\n")
        assert screen.ended() == 0
    assert "Sending begins" not in screen.screen
    assert sent(workspace) == 2


def test_yes_on_a_terminal_neither_asks_nor_waits(workspace: Path) -> None:
    with terminal(workspace, "send", "2026-11", "--yes") as screen:
        assert screen.ended() == 0
    assert "Sending begins" not in screen.screen
    assert sent(workspace) == 2


def test_a_window_that_is_closed_ends_a_mailing_in_an_orderly_way(
    workspace: Path, run: Run
) -> None:
    rows = "".join(f"reader{number:03}@example.org,Reader\n" for number in range(200))
    (workspace / "subscribers.csv").write_text(f"email,first_name\n{rows}", "utf-8")
    sink = Sink(delay=0.05)
    with running(sink):
        through(workspace, sink)
        with terminal(workspace, "send", "2026-11", "--yes") as screen:
            screen.wait_for("Sending ")
            while len(sink.journal) < 10:
                time.sleep(0.01)
            screen.close()
            assert screen.ended() == 129
    counts = json.loads(run("status", "2026-11", "--json").stdout)["counts"]
    assert (counts["attempting"], counts["uncertain"]) == (0, 0)
    assert counts["accepted"] == len(sink.journal) < 200


def test_a_sender_that_stays_tries_the_deferred_again_when_they_are_due(
    workspace: Path, run: Run
) -> None:
    said = iter(["450 4.2.1 later", "450 4.2.1 later"])
    rcpt = lambda who: next(said, "250 Ok") if "ada" in who else "250 Ok"  # noqa: E731
    with running(Sink(rcpt=rcpt)) as sink:
        through(workspace, sink)
        result = run("send", "2026-11", "--yes", "--wait", "--json", timing=Timing(first_retry=0.5))
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("1 deferred, the next due in ") == 2
    assert json.loads(result.stdout)["counts"]["accepted"] == 2
    assert sorted(sink.recipients) == ["ada@example.org", "grace@example.net"]


def test_a_sender_that_stays_can_be_left(workspace: Path) -> None:
    with running(Sink(rcpt=lambda w: "450 4.2.1 later" if "ada" in w else "250 Ok")) as sink:
        through(workspace, sink)
        with terminal(workspace, "send", "2026-11", "--yes", "--wait") as screen:
            screen.wait_for("1 deferred, the next due in ")
            screen.process.send_signal(signal.SIGINT)
            assert screen.ended() == 130
    assert "2026-11: 1 accepted, 1 deferred, 1 excluded." in screen.screen


def test_a_stay_begins_with_waiting_where_nobody_is_due_yet(workspace: Path, run: Run) -> None:
    timing = Timing(first_retry=2.0)
    said = iter(["450 4.2.1 later"])
    with running(Sink(rcpt=lambda w: next(said, "250 Ok") if "ada" in w else "250 Ok")) as sink:
        through(workspace, sink)
        assert run("send", "2026-11", "--yes", timing=timing).exit_code == 75
        assert run("send", "2026-11", "--yes", "--wait", timing=timing).exit_code == 0
    assert sorted(sink.recipients) == ["ada@example.org", "grace@example.net"]


def without_implications(workspace: Path) -> None:
    file = workspace / "summaries/2026-10-quiet-rooms.md"
    file.write_text(file.read_text("utf-8").split("## Practice")[0], "utf-8")


def test_an_error_of_the_check_is_let_through_with_a_reason_that_the_ledger_keeps(
    workspace: Path, run: Run
) -> None:
    without_implications(workspace)
    assert run("send", "2026-11", "--yes").exit_code == 3
    rule = json.loads(run("check", "2026-11", "--json").stdout)[0]["rule"]
    result = run("send", "2026-11", "--yes", "--override", rule, "--reason", "a comment, no study")
    assert result.exit_code == 0, result.stderr
    assert f"({rule}: a comment, no study)" in result.stderr
    shown = run("status", "2026-11").stderr
    assert f"Overridden  {rule}: " in shown
    assert "a comment, no study" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--override", "implications"], "1 checks are overridden, and 0 reasons given"),
        (["--reason", "because"], "--reason says why of what?"),
        (["--override", "no-such-rule", "--reason", "x"], "there is no check named 'no-such-rule'"),
        (["--override", "render", "--reason", "x"], "'render' cannot be overridden"),
        (["--override", "size", "--reason", " "], "without a reason"),
    ],
)
def test_an_override_that_cannot_be_is_wrong_usage(
    workspace: Path, run: Run, arguments: list[str], words: str
) -> None:
    result = run("send", "2026-11", "--yes", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert sent(workspace) == 0


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("America/Toronto", "America/Toronto"),
        (":America/Toronto", "America/Toronto"),
        (":/usr/share/zoneinfo/America/Toronto", "America/Toronto"),
    ],
)
def test_the_machines_time_zone_comes_with_its_rules(
    monkeypatch: pytest.MonkeyPatch, value: str, name: str
) -> None:
    monkeypatch.setenv("TZ", value)
    summer, winter = (datetime(2026, month, 1, tzinfo=local_zone()) for month in (7, 12))
    assert (summer.tzname(), winter.tzname(), zone_name()) == ("EDT", "EST", name)


def test_a_time_zone_that_nobody_knows_is_the_offset_of_today(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Nowhere/Nothing")
    assert datetime(2026, 7, 1, tzinfo=local_zone()).utcoffset() is not None


def test_the_options_are_on_the_help_page() -> None:
    from click.testing import CliRunner

    shown = CliRunner().invoke(cli, ["send", "--help"]).stdout
    assert all(option in shown for option in ("--at", "--wait", "--override", "--reason"))
