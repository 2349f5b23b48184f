from __future__ import annotations

import hashlib
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_build_writes_three_files_and_says_their_sizes(run: Run, workspace: Path) -> None:
    result = run("build", "2026-11")
    folder = workspace / ".newsletter" / "build"

    assert result.exit_code == 0
    assert result.stdout == "".join(
        f".newsletter/build/2026-11.{ending}  {(folder / f'2026-11.{ending}').stat().st_size:,} bytes\n"
        for ending in ("html", "txt", "eml")
    )
    assert "Next: newsletter preview 2026-11" in result.stderr


def test_the_same_input_gives_the_same_bytes(run: Run, workspace: Path) -> None:
    run("build", "2026-11")
    first = digests(workspace / ".newsletter" / "build")
    run("build")

    assert digests(workspace / ".newsletter" / "build") == first


def test_the_files_are_what_the_message_holds(run: Run, workspace: Path) -> None:
    run("build", "2026-11")
    folder = workspace / ".newsletter" / "build"
    data = (folder / "2026-11.eml").read_bytes()
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
    text, html = (str(part.get_content()).replace("\r\n", "\n") for part in message.iter_parts())

    assert (folder / "2026-11.txt").read_text(encoding="utf-8") == text
    assert (folder / "2026-11.html").read_text(encoding="utf-8") == html
    assert "Dear Ada, two short studies" in text


def test_a_reader_of_the_list_can_be_named(run: Run, workspace: Path, tmp_path: Path) -> None:
    result = run("build", "2026-11", "--as", "GRACE@example.net", "-o", str(tmp_path / "out"))

    assert result.exit_code == 0
    assert "Dear Grace," in (tmp_path / "out" / "2026-11.txt").read_text(encoding="utf-8")
    assert (
        b"To: Grace Hopper <grace@example.net>" in (tmp_path / "out" / "2026-11.eml").read_bytes()
    )
    assert not (workspace / ".newsletter" / "build").exists()


def test_a_reader_who_is_not_on_the_list_is_answered_with_the_nearest(run: Run) -> None:
    result = run("build", "2026-11", "--as", "grace@example.com")

    assert result.exit_code == 1
    assert "grace@example.com is not on the list" in result.stderr
    assert "did you mean 'grace@example.net'?" in result.stderr


def test_what_is_no_address_is_wrong_usage(run: Run) -> None:
    assert run("build", "2026-11", "--as", "grace").exit_code == 2


def test_an_issue_that_does_not_compile_leaves_the_last_build(run: Run, workspace: Path) -> None:
    run("build", "2026-11")
    first = digests(workspace / ".newsletter" / "build")
    issue = workspace / "issues" / "2026-11.md"
    issue.write_text(issue.read_text(encoding="utf-8") + "\n{{ x }}\n", encoding="utf-8")

    result = run("build", "2026-11")

    assert result.exit_code == 1
    assert "issues/2026-11.md:7: error: in the introduction" in result.stderr
    assert digests(workspace / ".newsletter" / "build") == first


def test_without_a_draft_a_month_must_be_named(run: Run, workspace: Path) -> None:
    (workspace / "issues" / "2026-11.md").unlink()

    result = run("build")

    assert result.exit_code == 2
    assert "there is no draft" in result.stderr
