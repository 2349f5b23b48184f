"""Words on a terminal are wrapped at their spaces; in a pipe a line is a line."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from newsletter.cli.terminal import output

Look = Callable[..., list[str]]


@pytest.fixture
def look(workspace: Path) -> Look:
    """Return a function that runs a command on a terminal and returns its lines."""

    def invoke(*arguments: str, columns: int) -> list[str]:
        ours, theirs = pty.openpty()
        done = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "-C", str(workspace), *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": str(columns)},
        )
        os.close(theirs)
        seen = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how a terminal of Linux ends
                break
            if not chunk:
                break
            seen += chunk
        done.wait(20)
        os.close(ours)
        return click.unstyle(seen.decode()).replace("\r\n", "\n").splitlines()

    return invoke


@pytest.mark.parametrize("columns", [40, 80])
def test_a_message_on_a_terminal_is_broken_at_its_spaces(
    look: Look, workspace: Path, columns: int
) -> None:
    (workspace / "subscribers.csv").write_text("email,name\nada@example.org,A\n,B\nc@,D,E,F\n")
    lines = look("subscribers", "check", columns=columns)
    assert [line for line in lines if len(line) > columns] == []
    words = " ".join(line.strip() for line in lines)
    assert "warning: 4 cells where the header names 2 columns; the row was left out" in words
    assert 'Hint: a cell with a comma in it needs quotes: "Lovelace, Ada"' in words


def test_a_command_to_be_copied_is_never_broken(look: Look) -> None:
    lines = look("subscribers", "suppress", "ada@example.org", columns=40)
    assert lines[-2:] == ["Next:", "newsletter subscribers list --excluded"]


def test_who_is_not_mailed_is_marked_on_a_terminal(look: Look) -> None:
    lines = look("subscribers", "list", columns=80)
    assert lines[1:5] == [
        "  ada@example.org                    Ada Lovelace",
        "  grace@example.net                  Grace Hopper",
        "- left@example.com                   Lee Left",
        "    not mailed: unsubscribed in the list",
    ]


def test_the_library_on_a_terminal_shows_what_compose_takes(look: Look, workspace: Path) -> None:
    file = workspace / "summaries/2026-10-quiet-rooms.md"
    topics = "topics: [Therapist Factors, Attachment, Client Factors]"
    file.write_text(file.read_text().replace("topics: [Therapist Factors]", topics))
    assert look("summaries", columns=80)[2:4] == [
        "2026-10-quiet-rooms  20 words, used in 2026-11",
        "  Silence that helps and silence that hurts  [Therapist Factors +2]",
    ]


@pytest.mark.parametrize("character", ["\ud800", "\x1b", "\x07"])
def test_what_no_terminal_may_get_is_replaced_in_words_and_in_tables(
    capsys: pytest.CaptureFixture[str], character: str
) -> None:
    output.table(["title"], [[f"a{character}b"]])
    output.result(f"a{character}b")
    assert [line.strip() for line in capsys.readouterr().out.splitlines()].count("a\ufffdb") == 2


def test_the_counts_of_an_import_fit_80_columns_whatever_the_names_of_the_files(
    look: Look, tmp_path: Path
) -> None:
    names = [f"{kind}_email_audience_export_7f3c1d9e.csv" for kind in ("subscribed", "other")]
    for name in names:
        row = f"{name[:3]}@example.com,,,\n"
        (tmp_path / name).write_text(f"Email Address,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED\n{row}")
    files = [str(tmp_path / name) for name in names]
    lines = [line.rstrip() for line in look("subscribers", "import", *files, columns=80)]
    assert [line for line in lines if line.startswith((" file", " total"))] == [
        " file     from        rows   added   known   suppressed   twice   left out",
        " file 1   Mailchimp      1       1       0            0       0          0",
        " file 2   Mailchimp      1       1       0            0       0          0",
        " total                   2       2       0            0       0          0",
    ]
    named = "".join(lines).partition(" file ")[0]
    assert [named.count(f"file {number}:") for number in (1, 2)] == [1, 1]
    assert [named.count(name) for name in names] == [1, 1]
