"""What is no plain file is refused with a sentence, and never waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def pipe(file: Path) -> None:
    os.mkfifo(file)


def device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def folder(file: Path) -> None:
    file.mkdir()


KINDS = {pipe: "this is a pipe", device: "this is a device", folder: "this is a folder"}


@pytest.fixture(params=KINDS, ids=[kind.__name__ for kind in KINDS])
def put(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    def inner(file: Path) -> str:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        request.param(file)
        said: str = KINDS[request.param]
        return said

    return inner


@pytest.mark.parametrize(
    "name",
    [
        *("issues/2026-11.md", "summaries/2026-10-quiet-rooms.md", "topics.toml", "mailings.csv"),
        *("templates/parts/footer.mjml", "templates/default/parts/inline.css"),
        *("templates/default/design.toml", "templates/default/words/en.toml", "newsletter.toml"),
    ],
)
def test_what_is_no_plain_file_is_refused(
    run: Run, workspace: Path, put: Callable[[Path], str], name: str
) -> None:
    said = put(workspace / name)
    result = run("check", "2026-11")
    assert result.exit_code in {1, 3}
    assert name in result.output
    assert said in result.output


def test_a_page_that_is_no_plain_file_is_refused(
    run: Run, workspace: Path, put: Callable[[Path], str]
) -> None:
    said = put(workspace / "page.html")
    result = run("import", str(workspace / "page.html"))
    assert result.exit_code == 1
    assert f"page.html: error: {said}" in result.output


def test_a_socket_is_refused(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    (workspace / "topics.toml").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("topics.toml")
        result = run("check", "2026-11")
    assert "topics.toml" in result.output
    assert "this is a socket, not a file" in result.output


def test_a_link_to_a_plain_file_is_followed(run: Run, workspace: Path) -> None:
    real = workspace / "topics.toml"
    real.rename(workspace / "real.toml")
    real.symlink_to("real.toml")
    assert run("check", "2026-11").exit_code == 0


def test_half_a_megabyte_of_backticks_is_refused_where_it_stands(run: Run, workspace: Path) -> None:
    file = workspace / "summaries/2026-10-quiet-rooms.md"
    head = file.read_text().split("---\n")[1]
    file.write_text(f"---\n{head}---\n{'`' * 500_000}\n")
    for command, code in (("check", 3), ("build", 1), ("summaries", 1)):
        result = run(command)
        assert result.exit_code == code
        assert "2026-10-quiet-rooms.md:8" in result.output
        assert "the text has 500,000 bytes; at most 200,000 can be sent" in result.output
