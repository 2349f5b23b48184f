"""`newsletter preview` as a process: it starts, says where, warns, and ends quietly."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.terminal import terminal
from tests.web.preview.parts import edit

Lines = list[str]


@contextmanager
def preview(workspace: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Lines]]:
    """Run the command; yield the process and its words up to the line with the address."""
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "preview", "--no-open"]
    with subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines: Lines = []
        for line in process.stderr:
            lines.append(line)
            if "http://" in line:
                break
        try:
            yield process, lines
        finally:
            if process.poll() is None:
                process.kill()


def address_in(lines: Lines) -> str:
    match = re.search(r"http://\S+", lines[-1])
    assert match, lines
    return match[0]


def test_it_starts_in_a_moment_and_answers_with_its_token(workspace: Path) -> None:
    start = time.monotonic()
    with preview(workspace, "--port", "0") as (_, lines):
        assert time.monotonic() - start < 5  # the goal is one second, on a machine of its own
        address = address_in(lines)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(address) as response:
            assert response.url == f"{address.partition('/?')[0]}/issues/2026-11"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.build_opener().open(address.partition("?")[0])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_quietly_also_while_a_page_listens(
    workspace: Path, number: signal.Signals, code: int
) -> None:
    with preview(workspace, "--port", "0") as (process, lines):
        address = address_in(lines)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.open(address).close()
        with opener.open(f"{address.partition('/?')[0]}/events") as events:
            assert events.readline() == b": listening\n"
            process.send_signal(number)
            assert process.wait(5) == code
        assert process.stderr is not None
        said = process.stderr.read()
        assert "Traceback" not in said
        assert ("Next: newsletter check 2026-11" in said) == (number is signal.SIGINT)


def test_a_taken_port_is_told_and_the_next_one_used(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with preview(workspace, "--port", str(taken)) as (_, lines):
            assert lines[0].startswith(f"Port {taken} is taken; using ")
            assert f":{taken}/" not in address_in(lines)


def test_another_host_than_this_machine_is_warned_about(workspace: Path) -> None:
    with preview(workspace, "--port", "0", "--host", "0.0.0.0") as (_, lines):  # noqa: S104
        words = lines[0]
    assert words.startswith("Warning: 0.0.0.0 can be reached by other machines")
    for what in (
        "change issues, summaries",
        "names and addresses",
        "send tests of an issue to any",
    ):
        assert what in words


def test_the_warning_names_the_server_that_tests_go_over(workspace: Path) -> None:
    edit(workspace / "newsletter.toml", "maildir:outbox", "smtp://mail.example.org:587")
    with preview(workspace, "--port", "0", "--host", "0.0.0.0") as (_, lines):  # noqa: S104
        assert "to any address over mail.example.org" in lines[0]


def test_on_a_terminal_it_asks_for_the_password_of_tests_and_goes_on_without(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    way = '"smtp://mail.example.org:587"\nuser = "news@example.org"'
    edit(workspace / "newsletter.toml", '"maildir:outbox"', way)
    with terminal(workspace, "preview", "--no-open", "--port", "0") as screen:
        screen.wait_for(
            "Password for news@example.org at mail.example.org, for tests from the page"
        )
        screen.type("\n")
        screen.wait_for("It follows every save.")


def test_an_issue_that_is_not_there_names_the_nearest(run: Callable[..., Result]) -> None:
    result = run("preview", "2026-12", "--no-open")
    assert result.exit_code == 1
    assert "did you mean '2026-11'?" in result.stderr


def test_a_broken_issue_is_previewed_all_the_same(workspace: Path) -> None:
    (workspace / "issues/2026-11.md").write_text("---\nsumaries: []\n---\n", encoding="utf-8")
    with preview(workspace, "2026-11", "--port", "0") as (_, lines):
        assert lines[-2].strip() == "Preview of 2026-11:"
        assert lines[-1].startswith("http://127.0.0.1:")
