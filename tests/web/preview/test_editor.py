"""A place opens in the editor that the settings or the environment name, if it has a window."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.basics.errors import NewsletterError
from newsletter.web.preview.place.editor import command_for, editor_of, link_to, run_editor
from tests.web.preview.parts import ACTING, HOST, KEYS, app_of, opened

FILE = Path("/notes/summaries/a b.md")
SUMMARY = "summaries/2026-11-two-letters.md"


@pytest.mark.parametrize(
    ("environment", "editor"),
    [
        ({}, None),
        ({"EDITOR": "vim"}, None),
        ({"EDITOR": "nano -w"}, None),
        ({"EDITOR": ""}, None),
        ({"EDITOR": "code --wait"}, "code --goto {file}:{line}"),
        ({"VISUAL": "'code", "EDITOR": "gedit"}, "gedit {file} +{line}"),
        ({"VISUAL": "/opt/My Editor/subl", "EDITOR": "vi"}, None),
        ({"VISUAL": "'/opt/My Editor/subl'"}, "'/opt/My Editor/subl' {file}:{line}"),
        ({"VISUAL": "vi", "EDITOR": "gedit"}, "gedit {file} +{line}"),
    ],
)
def test_only_an_editor_with_a_window_is_taken_from_the_environment(
    environment: dict[str, str], editor: str | None
) -> None:
    assert editor_of(None, environment) == editor


def test_the_setting_comes_first() -> None:
    assert editor_of("zed {file}", {"EDITOR": "code"}) == "zed {file}"


def test_an_address_is_a_link_and_its_path_is_quoted() -> None:
    assert link_to("vscode://file/{file}:{line}", FILE, 7) == (
        "vscode://file//notes/summaries/a%20b.md:7"
    )
    assert link_to("code --goto {file}:{line}", FILE, 7) is None


def test_a_program_gets_the_place_as_one_argument() -> None:
    assert command_for("code --goto {file}:{line}", FILE, 7) == ["code", "--goto", f"{FILE}:7"]
    assert command_for("ed", FILE, 7) == ["ed", str(FILE)]


@pytest.mark.parametrize("editor", ['"', "code 'x", " "])
def test_what_is_no_command_is_told(editor: str) -> None:
    with pytest.raises(NewsletterError, match="is no command"):
        command_for(editor, FILE, 7)


@pytest.mark.parametrize("command", [["/no/such/editor"], [sys.executable, "-c", "exit(3)"]])
def test_a_program_that_fails_is_told(command: list[str]) -> None:
    with pytest.raises(NewsletterError):
        run_editor(command)


def with_editor(workspace: Path, editor: str) -> None:
    with (workspace / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[preview]\neditor = '{editor}'\n")


def test_a_link_is_told_to_the_page(workspace: Path) -> None:
    with_editor(workspace, "vscode://file{file}:{line}")
    told = opened(workspace).get("/api/place", params={"file": SUMMARY, "line": "4"}).json()
    assert told["editor"] == f"link:vscode://file{workspace}/{SUMMARY}:4"


def test_a_program_is_run_with_file_and_line(workspace: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "editor.py"
    script.write_text(f"import sys; open({str(told)!r}, 'w').write(sys.argv[1])")
    with_editor(workspace, f"{sys.executable} {script} {{file}}:{{line}}")
    client = opened(workspace)
    assert client.get("/api/place", params={"file": SUMMARY}).json()["editor"] == "program"
    body = {"file": SUMMARY, "line": 4}
    assert client.post("/api/edit", json=body, headers=ACTING).status_code == 200
    for _ in range(100):
        if told.exists() and told.read_text():
            break
        time.sleep(0.05)
    assert told.read_text() == f"{workspace / SUMMARY}:4"


@pytest.mark.parametrize("body", [{"file": ".newsletter/key"}, {"file": "/etc/passwd"}, {}])
def test_no_other_file_is_opened(workspace: Path, body: dict[str, object]) -> None:
    with_editor(workspace, f"{sys.executable} {{file}}")
    assert opened(workspace).post("/api/edit", json=body, headers=ACTING).status_code == 422


def test_a_page_on_another_machine_starts_no_program(workspace: Path) -> None:
    with_editor(workspace, f"{sys.executable} {{file}}")
    client = TestClient(app_of(workspace, is_local=False), base_url=f"http://{HOST}")
    client.get(f"/?token={KEYS.token}")
    assert client.get("/api/place", params={"file": SUMMARY}).json()["editor"] is None
    response = client.post("/api/edit", json={"file": SUMMARY, "line": 1}, headers=ACTING)
    assert response.status_code == 404


def test_without_an_editor_nothing_is_opened(workspace: Path) -> None:
    response = opened(workspace).post("/api/edit", json={"file": SUMMARY}, headers=ACTING)
    assert response.status_code == 404
