"""The list is read once: who was counted, shown and agreed to is who gets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.terminal import terminal

Run = Callable[..., Result]


def sent(workspace: Path) -> int:
    return len(list((workspace / "outbox" / "new").glob("*")))


def with_another_reader(workspace: Path, row: str) -> None:
    file = workspace / "subscribers.csv"
    text = file.read_text("utf-8")
    width = text.splitlines()[0].count(",")
    file.write_text(text + row + "," * (width - row.count(",")) + "\n", "utf-8")


def test_the_ledger_can_be_written_while_the_question_stands(workspace: Path, run: Run) -> None:
    with terminal(workspace, "send", "2026-11") as screen:
        screen.wait_for("Send it to 2 readers now?")
        assert run("subscribers", "suppress", "grace@example.net").exit_code == 0
        screen.type("n\n")
        assert screen.ended() == 1
    assert "Nothing was sent." in screen.screen


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_was_read_is_gone_after_a_no_and_after_a_crash(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_killed: bool
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setenv("SQLITE_TMPDIR", str(aside))
    with_another_reader(workspace, "\n".join(f"r{i}@example.org" for i in range(30_000)))
    with terminal(workspace, "send", "2026-11") as screen:
        screen.wait_for(" readers now?")
        if is_killed:
            screen.process.kill()
        else:
            screen.type("n\n")
        screen.ended()
    assert list(aside.iterdir()) == []
    assert b"r17@example.org" not in (workspace / ".newsletter" / "state.db").read_bytes()
    assert not (workspace / "mailings.csv").exists()
