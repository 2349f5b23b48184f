"""The command as the shell starts it: streams closed, folders gone, locales of old."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shell(workspace: Path) -> Shell:
    """Return a function that runs a line of sh in the workspace; $N is the command."""

    def invoke(line: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],
            cwd=workspace,
            env={**os.environ, "N": f"{shlex.quote(sys.executable)} -m newsletter", **env},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return invoke


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$N compose 2026-12 <&-", 2),
        ("$N subscribers restore ada@example.org <&-", 0),
        ("$N summaries >&-", 0),
        ("$N check 2026-11 <&- >&- 2>&-", 0),
    ],
)
def test_a_stream_that_is_closed_is_no_crash(shell: Shell, line: str, code: int) -> None:
    done = shell(line)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_file_gets_utf_8_whatever_the_locale_says(
    shell: Shell, workspace: Path, encoding: str
) -> None:
    file = workspace / "summaries/2026-11-two-letters.md"
    file.write_text(file.read_text().replace("Letters between", "Ångström, между"))
    done = shell("$N summaries --json", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert json.loads(done.stdout)[0]["title"] == "Ångström, между sessions: a pilot"


def test_a_folder_that_is_gone_is_told(shell: Shell) -> None:
    done = shell("mkdir gone && cd gone && rmdir ../gone && $N summaries")
    assert (done.returncode, done.stderr) == (
        1,
        "error: the folder that you are in does not exist any more\n  Hint: cd to the workspace\n",
    )


def test_a_file_where_the_state_should_be_is_told(shell: Shell, workspace: Path) -> None:
    (workspace / ".newsletter").write_text("x")
    done = shell("$N subscribers check")
    assert done.returncode == 1
    assert done.stderr == (
        f"{workspace}/.newsletter: error: a file stands where a folder is needed\n"
        "  Hint: move it away, then run this again\n"
    )


def test_a_row_of_a_table_is_one_line_in_a_pipe(shell: Shell, workspace: Path) -> None:
    file = workspace / "summaries/2026-11-two-letters.md"
    title = "Letters " * 30
    file.write_text(file.read_text().replace("Letters between sessions", title.strip()))
    done = shell("$N summaries", COLUMNS="")
    assert [line for line in done.stdout.splitlines() if title.strip() in line]


def test_a_table_in_a_pipe_is_never_wrapped(shell: Shell) -> None:
    rows = shell("$N summaries", COLUMNS="40").stdout.splitlines()
    assert [row.split()[0] for row in rows if row.startswith(" 20")] == [
        "2026-11-two-letters",
        "2026-10-quiet-rooms",
        "2026-09-harbour-study",
    ]


def test_a_workspace_that_is_not_there_is_told(shell: Shell) -> None:
    done = shell("$N -C nowhere summaries")
    assert (done.returncode, done.stderr) == (1, "nowhere: error: there is no such folder\n")


def test_a_disk_that_takes_nothing_leaves_nothing_half_made(shell: Shell, workspace: Path) -> None:
    before = {file: file.read_bytes() for file in workspace.rglob("*") if file.is_file()}
    for command in ("subscribers check", "compose 2026-12 harbour", "new Lamps", "build 2026-11"):
        done = shell(f"ulimit -f 0; $N {command}", PYTHONDONTWRITEBYTECODE="1")
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    kept = {file: file.read_bytes() for file in workspace.rglob("*.*") if file.is_file()}
    assert {file: data for file, data in kept.items() if ".newsletter" not in file.parts} == before
    assert shell("$N subscribers check").returncode == 0


@pytest.mark.parametrize(
    ("name", "command", "code"),
    [
        ("issues/2026-12.md", "compose 2026-12 harbour", 1),
        ("out", "build 2026-11 -o out", 1),
        (".gitignore", "init", 1),
        ("away", "-C away summaries", 1),
    ],
)
def test_links_that_lead_in_a_circle_are_told(
    shell: Shell, workspace: Path, name: str, command: str, code: int
) -> None:
    (workspace / name).symlink_to(Path(name).name)
    done = shell(f"$N {command}")
    assert done.returncode == code
    circle = "error: Too many levels of symbolic links\n"
    # From Python 3.13 on a folder's circle is met when the folder is to be made.
    taken = (
        "error: a file stands where a folder is needed\n  Hint: move it away, then run this again\n"
    )
    endings = (f"{name}: {circle}", f"out/2026-11.html: {circle}", f"out: {taken}")
    assert done.stderr.endswith(endings)


def test_a_file_that_cannot_be_written_is_named_as_the_editor_knows_it(
    shell: Shell, workspace: Path
) -> None:
    done = shell("ulimit -f 0; $N new Lamps")
    assert f"{workspace}/summaries/" in done.stderr
    assert "-lamps.md: error: File too large\n" in done.stderr
