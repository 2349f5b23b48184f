"""An old, other or damaged ledger, however it got there: nobody gets a message twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli.main import cli
from tests.conftest import ISSUES, SETTINGS, SUMMARIES, TOPICS
from tests.delivery.surroundings import (
    DAMAGE,
    HARMFUL,
    LOG,
    RESTORES,
    Harm,
    delete,
    ledger_renamed,
    snapshot,
    take_back,
)
from tests.delivery.test_kill import ended, start, wait_for
from tests.sink import Sink, running

READERS = 300
CONNECTIONS = 5
LOST = re.compile(r"it had lost (\d+) messages? that may have left")


@dataclass(slots=True)
class Place:
    """A workspace, the server that it sends through, and copies of it at some moments."""

    root: Path
    sink: Sink

    @property
    def folder(self) -> Path:
        return self.root / ".newsletter"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def at(self, moment: str) -> Path:
        return self.root.with_name(moment)

    def keep(self, moment: str) -> None:
        """Copy state folder, witness and `mailings.csv`, to go back to them later."""
        there = self.at(moment)
        shutil.copytree(self.folder, there / "state")
        shutil.copytree(self.home, there / "home")
        shutil.copyfile(self.root / "mailings.csv", there / "mailings.csv")

    def go_back(self, moment: str) -> None:
        """Be as at that moment, as if nothing had been copied."""
        there = self.at(moment)
        take_back(self.folder, there / "state")
        shutil.rmtree(self.home)
        shutil.copytree(there / "home", self.home)
        shutil.copyfile(there / "mailings.csv", self.root / "mailings.csv")
        self.sink.attempted[:] = (there / "taken").read_text("ascii").split()

    def remember_taken(self, moment: str) -> None:
        (self.at(moment) / "taken").write_text("\n".join(self.sink.attempted), "ascii")

    def send(self, *options: str) -> Result:
        return CliRunner().invoke(
            cli, ["-C", str(self.root), "send", "2026-11", "--yes", "--json", *options]
        )

    def twice(self) -> list[str]:
        return [who for who, times in Counter(self.sink.attempted).items() if times > 1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Yield a mailing that was killed, with what lay there when a third had been sent."""
    root = tmp_path_factory.mktemp("witness") / "notes"
    sink = Sink(delay=0.004)
    with running(sink), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(root / "home"))
        lay_out(root, sink)
        found = Place(root, sink)
        process = start(root, "send", "2026-11", "--yes")
        wait_for(sink, 80)
        process.send_signal(signal.SIGSTOP)
        found.keep("early")
        process.send_signal(signal.SIGCONT)
        wait_for(sink, 180)
        process.kill()
        ended(process)
        found.keep("killed")
        found.remember_taken("killed")
        yield found


def lay_out(root: Path, sink: Sink) -> None:
    way_out = f'"{sink.url}"\nconnections = {CONNECTIONS}'
    files = {
        "newsletter.toml": SETTINGS.replace('"maildir:outbox"', way_out),
        "topics.toml": TOPICS,
        "subscribers.csv": "email\n"
        + "".join(f"reader{n:04}@example.org\n" for n in range(READERS)),
        **{f"summaries/{slug}.md": text for slug, text in SUMMARIES.items()},
        **{f"issues/{slug}.md": text for slug, text in ISSUES.items()},
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def counted(result: Result) -> dict[str, int]:
    counts: dict[str, int] = json.loads(result.stdout)["counts"]
    return {state: count for state, count in counts.items() if count}


def holds(place: Place, result: Result) -> None:
    """Hold a mailing that came to its end: nobody twice, nobody lost."""
    assert "Traceback" not in result.output
    counts = counted(result)
    assert place.twice() == []
    assert sum(counts.values()) == READERS
    assert set(counts) <= {"accepted", "uncertain"}
    assert len(place.sink.attempted) >= counts["accepted"]


@pytest.mark.parametrize("name", DAMAGE)
def test_whom_a_damaged_log_forgot_is_uncertain_and_nobody_gets_it_twice(
    place: Place, name: str
) -> None:
    place.go_back("killed")
    DAMAGE[name](place.folder, place.at("early") / "state")
    result = place.send()
    holds(place, result)
    found = LOST.search(result.stderr)
    lost = int(found[1]) if found else 0
    assert lost or name not in HARMFUL, result.stderr
    assert lost <= counted(result).get("uncertain", 0) <= lost + CONNECTIONS
    assert not lost or "newsletter resolve 2026-11 lists them" in result.stderr
    assert not lost or result.exit_code == 1


@pytest.mark.parametrize("harm", RESTORES.values(), ids=RESTORES)
def test_an_earlier_ledger_put_back_after_a_kill_sends_nobody_a_second_message(
    place: Place, harm: Harm
) -> None:
    place.go_back("killed")
    harm(place.folder, place.at("early") / "state")
    before = len(place.sink.attempted)
    result = place.send()
    if "--this-ledger-is-right" in result.stderr:
        assert (result.exit_code, len(place.sink.attempted)) == (1, before)
        result = place.send("--this-ledger-is-right")
    holds(place, result)
    assert LOST.search(result.stderr), result.stderr
    shutil.rmtree(place.root / "away", ignore_errors=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Yield a mailing that was finished, with what lay there after its first hundred."""
    root = tmp_path_factory.mktemp("finished") / "notes"
    sink = Sink()
    with running(sink), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(root / "home"))
        lay_out(root, sink)
        found = Place(root, sink)
        assert found.send("--limit", "100").exit_code == 75
        found.keep("early")
        found.remember_taken("early")
        assert found.send().exit_code == 0
        found.keep("end")
        found.remember_taken("end")
        yield found


@pytest.mark.parametrize("harm", RESTORES.values(), ids=RESTORES)
def test_an_earlier_ledger_put_back_after_the_end_is_refused(finished: Place, harm: Harm) -> None:
    finished.go_back("end")
    harm(finished.folder, finished.at("early") / "state")
    result = finished.send()
    assert result.exit_code == 1
    assert "the ledger is older than its last mailing: restored?" in result.stderr
    assert "say --this-ledger-is-right; else copy the newest one here" in result.stderr
    assert len(finished.sink.attempted) == READERS
    result = finished.send("--this-ledger-is-right")
    holds(finished, result)
    assert counted(result) == {"accepted": 100, "uncertain": 200}
    assert finished.send().exit_code == 1  # the word is given once
    assert len(finished.sink.attempted) == READERS
    shutil.rmtree(finished.root / "away", ignore_errors=True)


def test_a_workspace_put_back_as_it_was_before_an_issue_does_not_send_that_issue_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink()) as sink:
        lay_out(root, sink)
        place = Place(root, sink)
        leaving = ["-C", str(root), "subscribers", "suppress", "who@example.net"]
        assert CliRunner().invoke(cli, leaving).exit_code == 0
        before = tmp_path / "before"
        shutil.copytree(place.folder, before)
        assert place.send().exit_code == 0
        shutil.rmtree(place.folder)
        shutil.copytree(before, place.folder)
        (root / "mailings.csv").unlink()
        refused = place.send()
        assert "the ledger is older than its last mailing: restored?" in refused.stderr
        for options in ([], ["--dry-run"]):
            refused = place.send("--this-ledger-is-right", *options)
            assert refused.exit_code == 1
            assert "2026-11 was begun already, but this ledger does not" in refused.stderr
        assert len(sink.attempted) == READERS


def test_without_a_home_mailings_csv_tells_an_earlier_folder(
    finished: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished.go_back("end")
    monkeypatch.setenv("XDG_STATE_HOME", str(finished.root / "newsletter.toml"))
    take_back(finished.folder, finished.at("early") / "state")  # as `cp -a` does
    record = finished.root / "mailings.csv"
    mailing = record.read_text("utf-8").splitlines()[1].split(",")[1]
    written = {
        "mailings.csv was written by a later run of it": record.read_text("utf-8"),
        # As earlier versions wrote it, and as somebody may have edited it.
        "mailings.csv has 300 accepted of 2026-11, the ledger 100": (
            f"issue,mailing,finished_at,accepted\n2026-11,{mailing},,300\n"
        ),
        "mailings.csv says that 2026-11 was finished": (
            f"issue,mailing,finished_at,accepted\n2026-11,{mailing},2026-11-28,many\n"
        ),
        "mailings.csv has another mailing of 2026-11, 0b5e": "issue,mailing\n2026-11,0b5e\n",
    }
    for words, text in written.items():
        record.write_text(text, "utf-8")
        result = finished.send()
        assert result.exit_code == 1
        assert f"restored? ({words}" in result.stderr
    assert len(finished.sink.attempted) == READERS


def test_where_no_witness_can_be_kept_it_is_said_and_sent_and_a_damaged_log_still_seen(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.go_back("killed")
    monkeypatch.setenv("XDG_STATE_HOME", str(place.root / "newsletter.toml"))
    DAMAGE["deleted"](place.folder, place.at("early"))
    result = place.send()
    holds(place, result)
    assert LOST.search(result.stderr)
    assert result.stderr.count("No witness of the ledger can be kept in ") == 1


def test_a_machine_without_the_witness_is_told_what_to_copy(
    finished: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished.go_back("early")
    elsewhere = finished.root / "elsewhere"
    monkeypatch.setenv("XDG_STATE_HOME", str(elsewhere))
    result = finished.send("--limit", "10")
    assert result.exit_code == 1
    assert f"its witness is missing: nothing in {elsewhere}/newsletter/" in result.stderr
    assert f"copy the newest one here first, and {finished.home}/newsletter/" in result.stderr
    assert finished.send("--limit", "10", "--this-ledger-is-right").exit_code == 75
    assert finished.send("--limit", "10").exit_code == 75
    assert len(finished.sink.attempted) == 120
    assert finished.twice() == []
    shutil.rmtree(elsewhere)


# While it is being sent


def overwrite(folder: Path, earlier: Path) -> None:
    """Copy the earlier files over those that are in use, but for the index that all share."""
    for file in earlier.iterdir():
        if file.name != LOG[1]:
            shutil.copyfile(file, folder / file.name)


@pytest.mark.parametrize(
    ("harm", "words", "goes_on"),
    [
        (ledger_renamed, "was replaced by another file while in use", True),
        (snapshot, "was replaced by another file while in use", True),
        (delete("state.db"), "state.db was deleted while in use", False),
        (delete("state.db-wal"), "state.db-wal was deleted while in use", True),
        (overwrite, "", True),
    ],
    ids=["renamed over", "snapshot", "deleted", "log deleted", "overwritten"],
)
def test_a_ledger_that_is_replaced_under_a_run_ends_it_and_nobody_gets_it_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Harm, words: str, *, goes_on: bool
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink(delay=0.01)) as sink:
        lay_out(root, sink)
        place = Place(root, sink)
        process = start(root, "send", "2026-11", "--yes")
        wait_for(sink, 60)
        process.send_signal(signal.SIGSTOP)
        place.keep("early")
        process.send_signal(signal.SIGCONT)
        wait_for(sink, 120)
        process.send_signal(signal.SIGSTOP)  # so that it has not ended before the harm
        harm(place.folder, place.at("early") / "state")
        process.send_signal(signal.SIGCONT)
        code, _, err = ended(process)
        assert code == 1, err
        assert words in err
        assert "Traceback" not in err
        sink.delay = 0
        result = place.send()
        if "--this-ledger-is-right" in result.stderr:
            result = place.send("--this-ledger-is-right")
        is_damaged = "malformed" in result.stderr or "are missing in it" in result.stderr
        if goes_on and not is_damaged:
            holds(place, result)
        else:
            assert result.exit_code == 1
            assert place.twice() == []
            assert len(sink.attempted) < READERS + 1


def test_who_is_added_to_suppressions_csv_by_hand_meanwhile_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink(delay=0.02)) as sink:
        lay_out(root, sink)
        process = start(root, "send", "2026-11", "--yes")
        wait_for(sink, 30)
        who = [f"reader{number:04}@example.org" for number in range(200, READERS)]
        written = root / "written"
        written.write_text("email\n" + "\n".join(who) + "\n", "utf-8")
        an_hour_ago = time.time() - 3600
        os.utime(written, (an_hour_ago, an_hour_ago))
        written.replace(root / "suppressions.csv")
        code, _, err = ended(process)
    assert code == 0, err
    assert "200 accepted" in err
    assert "100 excluded" in err
    assert set(sink.attempted).isdisjoint(who)


def test_a_line_in_suppressions_csv_that_cannot_be_read_stops_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink(delay=0.02)) as sink:
        lay_out(root, sink)
        process = start(root, "send", "2026-11", "--yes")
        wait_for(sink, 30)
        (root / "suppressions.csv").write_text("email\nreader0299 at example\n", "utf-8")
        code, _, err = ended(process)
    assert code == 1, err
    assert "Stopped: suppressions.csv:2: " in err
    assert "somebody may have left there: mend it" in err
    assert len(sink.attempted) < READERS


def test_resolve_lists_while_a_run_holds_the_lock_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink(delay=0.02)) as sink:
        lay_out(root, sink)
        process = start(root, "send", "2026-11", "--yes")
        wait_for(sink, 30)
        for options in ([], ["--list"]):
            told = CliRunner().invoke(cli, ["-C", str(root), "resolve", "2026-11", *options])
            assert told.exit_code == 0, told.stderr
            assert f"It is being sent by process {process.pid} on " in told.stderr
            assert "Nobody is uncertain in 2026-11." in told.stderr
        process.kill()
        ended(process)
        listed = CliRunner().invoke(cli, ["-C", str(root), "resolve", "2026-11"])
        again = CliRunner().invoke(cli, ["-C", str(root), "resolve", "2026-11", "--list"])
    assert listed.stdout.count("the sender stopped after the message may have left") > 0
    assert listed.stdout == again.stdout


@pytest.mark.parametrize("stage", ["before an epoch", "after an epoch"])
def test_the_first_send_ever_goes_on_after_a_kill_at_its_first_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    import sys

    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink()) as sink:
        lay_out(root, sink)
        trap = [sys.executable, "-m", "tools.torture.stage", stage, "1"]
        done = subprocess.run(
            [*trap, "-C", root, "send", "2026-11", "--yes"], check=False, capture_output=True
        )
        assert done.returncode == -signal.SIGKILL
        result = Place(root, sink).send()
    assert result.exit_code == 0, result.stderr
    assert len(sink.attempted) == READERS


def test_what_killed_processes_left_behind_is_tidied_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "notes"
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home"))
    with running(Sink()) as sink:
        lay_out(root, sink)
        place = Place(root, sink)
        assert place.send("--limit", "1").exit_code == 75
        usual = {file.name for file in place.folder.iterdir()}
        left = [
            *(".state.db.epoch.ab12cd_3", "state.db.ab12cd_3", ".key.4194399"),
            "..key.4194399.ab12cd_3",
        ]
        for name in left:
            (place.folder / name).touch()
        (root / ".mailings.csv.ab12cd_3").touch()
        assert place.send("--limit", "1").exit_code == 75
    assert {file.name for file in place.folder.iterdir()} == usual
    assert not (root / ".mailings.csv.ab12cd_3").exists()
