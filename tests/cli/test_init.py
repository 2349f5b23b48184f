from __future__ import annotations

import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from newsletter.cli.main import cli


def init(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", *arguments])


def files(root: Path) -> set[str]:
    return {str(each.relative_to(root)) for each in root.rglob("*")}


def test_a_new_folder_becomes_a_workspace_and_says_what_to_decide(tmp_path: Path) -> None:
    root = tmp_path / "new" / "notes"
    result = init(str(root))
    assert result.exit_code == 0
    assert files(root) == {
        ".gitignore",
        "issues",
        "newsletter.toml",
        "subscribers.example.csv",
        "summaries",
        "topics.toml",
    }
    for key in ("title", "from", "organisation", "postal_address", "list_id", "mailto"):
        assert f"{key} is empty; for example: {key} = " in result.stderr
    assert result.stderr.endswith(
        f'Next: fill in newsletter.toml, then newsletter -C {root} new "TITLE", '
        f"or newsletter -C {root} import PAGE\n"
    )
    assert (root / ".gitignore").read_text().splitlines()[1:] == [
        "subscribers.csv",
        "*.before-*",
        "suppressions.csv",
        ".newsletter/",
        "outbox/",
    ]


def test_again_it_changes_nothing(tmp_path: Path) -> None:
    init(str(tmp_path))
    before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    result = init(str(tmp_path))
    assert result.exit_code == 0
    assert "made" not in result.stdout
    assert {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()} == before


def test_what_is_there_is_kept_and_gitignore_only_gains(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("mine")
    (tmp_path / ".gitignore").write_bytes(b"*.log\r\n/subscribers.csv")
    (tmp_path / "summaries").mkdir()
    (tmp_path / "summaries" / "a.md").write_text("mine")
    result = init(str(tmp_path))
    assert result.exit_code == 0
    assert [row.split() for row in result.stdout.splitlines()] == [
        ["made", "issues/"],
        ["made", "topics.toml"],
        ["made", "subscribers.example.csv"],
        ["made", ".gitignore"],
        ["kept", "summaries/"],
        ["kept", "newsletter.toml"],
    ]
    assert (tmp_path / "newsletter.toml").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_bytes() == (
        b"*.log\r\n/subscribers.csv\r\n"
        b"# Readers' addresses and the ledger stay on this machine.\r\n"
        b"*.before-*\r\nsuppressions.csv\r\n.newsletter/\r\noutbox/\r\n"
    )


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("mine")
    result = init(str(file))
    assert (result.exit_code, result.stderr) == (
        1,
        f"{file}: error: this is a file, not a folder\n",
    )
    assert file.read_text() == "mine"


def test_git_ignores_what_is_private(tmp_path: Path) -> None:
    init(str(tmp_path))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    private = ["subscribers.csv", "suppressions.csv", ".newsletter/state.db"]
    (tmp_path / ".newsletter").mkdir()
    for name in private:
        (tmp_path / name).write_text("x")
    done = subprocess.run(
        ["git", "check-ignore", *private, "topics.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == private


def test_settings_that_cannot_be_read_are_kept_and_told(tmp_path: Path) -> None:
    root = tmp_path / "two words"
    (root / "newsletter.toml").mkdir(parents=True)
    result = init(str(root))
    assert result.exit_code == 0
    assert "newsletter.toml:\n  this is a folder, not a file\n" in result.stderr
    assert result.stderr.endswith(
        f"Next: fill in newsletter.toml, then newsletter -C '{root}' new \"TITLE\", "
        f"or newsletter -C '{root}' import PAGE\n"
    )
