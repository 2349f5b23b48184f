from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_new_issue_lists_the_summaries_in_the_order_named(run: Run, workspace: Path) -> None:
    result = run("compose", "2026-12", "harbour", "letters")
    assert result.exit_code == 0
    assert (workspace / "issues/2026-12.md").read_text() == (
        "---\nsummaries: [2026-09-harbour-study, 2026-11-two-letters]\n---\n"
    )
    assert result.stdout == (
        "1. 2026-09-harbour-study  What clients remember of their first session\n"
        "2. 2026-11-two-letters  Letters between sessions: a pilot\n"
    )
    assert "warning: '2026-11-two-letters' is in issue 2026-11 already" in result.stderr
    assert result.stderr.endswith("Next: newsletter check 2026-12\n")


def test_a_summary_may_be_named_by_its_file(run: Run, workspace: Path) -> None:
    assert run("compose", "2026-12", "summaries/2026-09-harbour-study.md").exit_code == 0
    assert "[2026-09-harbour-study]" in (workspace / "issues/2026-12.md").read_text()


def test_an_issue_that_is_there_keeps_everything_but_its_list(run: Run, workspace: Path) -> None:
    file = workspace / "issues/2026-11.md"
    before = file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(before)
    assert run("compose", "2026-11", "harbour").exit_code == 0
    assert file.read_bytes() == before.replace(
        b"[2026-11-two-letters, 2026-10-quiet-rooms]", b"[2026-09-harbour-study]"
    )


def test_an_issue_that_has_no_summaries_yet_gets_them(run: Run, workspace: Path) -> None:
    file = workspace / "issues/2026-12.md"
    file.write_text("---\nsummaries: []\nnumber: x\n---\nHello.\n")
    result = run("compose", "2026-12", "harbour", "quiet")
    assert result.exit_code == 0
    assert file.read_text() == (
        "---\nsummaries: [2026-09-harbour-study, 2026-10-quiet-rooms]\nnumber: x\n---\nHello.\n"
    )
    assert "issues/2026-12.md:3: error: number must be a whole number" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("2026-12",), 2, "the picker needs a terminal"),
        (("2026-12", "harbor"), 1, "did you mean '2026-09-harbour-study'?"),
        (("2026-12", "2026"), 1, "'2026' is part of 3 summaries' names"),
        (("2026-12", "quiet", "2026-10"), 1, "which is chosen already"),
        (("2026-13", "quiet"), 1, "'2026-13' is no name of an issue"),
        (("../2026-12", "quiet"), 1, "is no name of an issue"),
        ((), 2, "which issue?\n  Hint: drafts: 2026-11; or a new one: newsletter compose 2026-12"),
    ],
)
def test_what_cannot_be_composed_writes_nothing(
    run: Run, workspace: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run("compose", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert [file.name for file in (workspace / "issues").iterdir()] == ["2026-11.md"]


def test_an_issue_that_cannot_be_read_is_left_alone(run: Run, workspace: Path) -> None:
    file = workspace / "issues/2026-12.md"
    file.write_text("---\nsummaries: [a\nsubject: A: b\n---\n")
    result = run("compose", "2026-12", "quiet")
    assert result.exit_code == 1
    assert "issues/2026-12.md:2: error: the bracket [ is never closed" in result.stderr
    assert file.read_text() == "---\nsummaries: [a\nsubject: A: b\n---\n"


def test_an_issue_whose_mailing_went_out_is_not_edited(run: Run, workspace: Path) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    before = (workspace / "issues/2026-11.md").read_bytes()
    result = run("compose", "2026-11", "harbour")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "issue 2026-11 went out; it is not edited any more" in result.stderr
    assert "newsletter compose 2026-11-correction" in result.stderr
    assert (workspace / "issues/2026-11.md").read_bytes() == before


_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The program on a terminal of its own, typed at and looked at."""

    def __init__(self, workspace: Path, *arguments: str) -> None:
        ours, theirs = pty.openpty()
        self.terminal = ours
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "-C", str(workspace), *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "30"},
        )
        os.close(theirs)

    def wait_for(self, text: str) -> None:
        """Read until a text is seen; what was seen before it is forgotten."""
        deadline = time.monotonic() + 20
        while text not in self.seen and time.monotonic() < deadline:
            if select.select([self.terminal], [], [], 0.1)[0]:
                chunk = os.read(self.terminal, 65536)
                self.seen = _ESCAPE.sub("", self.seen + chunk.decode(errors="replace"))
                if b"\x1b[6n" in chunk:  # where is the cursor? (a terminal answers)
                    os.write(self.terminal, b"\x1b[1;1R")
        assert text in self.seen
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        return self.process.wait(20)


@pytest.fixture
def terminal(workspace: Path) -> Iterator[Terminal]:
    opened = Terminal(workspace, "compose", "2026-12")
    yield opened
    opened.process.kill()
    opened.process.wait()
    os.close(opened.terminal)


def test_the_picker_searches_and_keeps_the_order_of_choosing(
    workspace: Path, terminal: Terminal
) -> None:
    terminal.wait_for("Done: choose none")
    terminal.type("silence\r")
    terminal.wait_for("with these 1")
    terminal.type("client\r")
    terminal.wait_for("with these 2")
    terminal.type("\r")
    terminal.wait_for("Next: newsletter check 2026-12")
    assert terminal.end() == 0
    assert (workspace / "issues/2026-12.md").read_text() == (
        "---\nsummaries: [2026-10-quiet-rooms, 2026-09-harbour-study]\n---\n"
    )


def test_leaving_the_picker_writes_nothing(workspace: Path, terminal: Terminal) -> None:
    terminal.wait_for("Done: choose none")
    terminal.type("\x03")
    terminal.wait_for("Interrupted.")
    assert terminal.end() == 130
    assert not (workspace / "issues/2026-12.md").exists()


def test_down_and_enter_choose_the_next_one(workspace: Path, terminal: Terminal) -> None:
    terminal.wait_for("Done: choose none")
    terminal.type("\x1b[B\r")
    terminal.wait_for("with these 1")
    terminal.type("\x1b[B\r")
    terminal.wait_for("with these 2")
    terminal.type("\r")
    terminal.wait_for("Next: newsletter check 2026-12")
    assert (workspace / "issues/2026-12.md").read_text() == (
        "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\n---\n"
    )


def test_a_search_without_a_hit_chooses_nothing_and_escape_leaves(
    workspace: Path, terminal: Terminal
) -> None:
    terminal.wait_for("Done: choose none")
    terminal.type("zebra")
    terminal.wait_for("No summary has that")
    terminal.type("\r")
    terminal.wait_for("Done: choose none")
    terminal.type("\x1b")
    terminal.wait_for("Nothing chosen, nothing written.")
    assert terminal.end() == 0
    assert not (workspace / "issues/2026-12.md").exists()
