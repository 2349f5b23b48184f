"""The state folder is its owner's alone, whichever command makes it and whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.tasks.test_addresses import remember
from tests.content.importers.pages import MONTHS, as_text

Run = Callable[..., Result]

WHOLE = as_text(MONTHS)
CUT = WHOLE[: WHOLE.index("Lamps, Revisited") - 40]
"""A page that ends in the middle of a summary; the import remembers that one."""
COMMANDS = (
    ("build", "2026-11"),
    ("build", "2026-11", "-o", ".newsletter/mine"),
    ("rehearse", "2026-11"),
    ("send", "2026-11", "--yes"),
    ("check", "2026-11"),
    ("import", "page.txt"),
    ("subscribers", "suppress", "ada@example.org"),
)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(workspace: Path) -> list[tuple[str, str]]:
    """Return what lies in the state folder, and it itself, that others may do anything with."""
    folder = workspace / ".newsletter"
    modes = {True: 0o700, False: 0o600}
    return [
        (str(each.relative_to(workspace)), oct(mode))
        for each in (folder, *folder.rglob("*"))
        if (mode := stat.S_IMODE(each.stat().st_mode)) != modes[each.is_dir()]
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_first_command_makes_it_private(
    run: Run, workspace: Path, umask: int, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    (workspace / "page.txt").write_text(CUT)
    result = run(*command)
    assert (result.exit_code, umask) in {(code, umask) for code in (0, 1, 3)}, result.output
    assert (workspace / ".newsletter").is_dir()
    assert open_to_others(workspace) == []


def test_the_addresses_of_tests_are_private(workspace: Path, umask: int) -> None:
    remember(workspace / ".newsletter", "ada@example.org")
    assert (umask, open_to_others(workspace)) == (umask, [])


@pytest.mark.parametrize("outbox", [".newsletter/outbox", ".newsletter/deep/outbox"])
def test_an_outbox_in_it_makes_it_private(
    run: Run, workspace: Path, umask: int, outbox: str
) -> None:
    settings = workspace / "newsletter.toml"
    settings.write_text(settings.read_text().replace("maildir:outbox", f"maildir:{outbox}"))
    assert run("test", "2026-11", "--to", "ada@example.org").exit_code == 0
    assert (umask, open_to_others(workspace)) == (umask, [])


@pytest.mark.parametrize(
    "command", [("build", "2026-11"), ("status", "2026-11"), ("send", "2026-11", "--yes")]
)
def test_one_that_is_open_is_closed(run: Run, workspace: Path, command: tuple[str, ...]) -> None:
    run("subscribers", "suppress", "left@example.com")
    folder = workspace / ".newsletter"
    folder.chmod(0o777)
    run(*command)
    assert oct(stat.S_IMODE(folder.stat().st_mode)) == oct(0o700)


def test_a_folder_of_ones_own_keeps_its_mode(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o755)
    assert run("build", "2026-11", "-o", str(folder)).exit_code == 0
    assert oct(stat.S_IMODE(folder.stat().st_mode)) == oct(0o755)
    assert {oct(stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()} == {oct(0o644)}


def test_what_a_killed_build_left_goes_with_the_next(run: Run, workspace: Path) -> None:
    folder = workspace / ".newsletter/build"
    folder.mkdir(parents=True)
    left = [".2026-11.html.abcd_123", ".2026-10.eml.00000000", ".2026-11-extra.txt.zzzzzzzz"]
    others = [".2026-11.html.swp", ".hidden", "2026-10.html"]
    for name in (*left, *others):
        (folder / name).write_text("half")
    assert run("build", "2026-11").exit_code == 0
    made = [f"2026-11.{ending}" for ending in ("html", "txt", "eml")]
    assert sorted(each.name for each in folder.iterdir()) == sorted((*others, *made))
