"""A file of one's own templates under a wrong name is reported; any other name is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import SETTINGS

PART = "<mj-section></mj-section>\n"


def said(run: Callable[..., Result]) -> list[tuple[str, str, str, int]]:
    found = json.loads(run("check", "2026-11", "--json").stdout)
    return [
        (each["level"], each["message"], each["file"], each["line"])
        for each in found
        if each["rule"] == "template-file"
    ]


def put(workspace: Path, name: str, text: str = PART) -> None:
    file = workspace / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("template", "file", "name"),
    [
        ("default", "templates/parts/foter.mjml", "parts/foter.mjml"),
        ("default", "templates/default/parts/sumary.mjml", "parts/sumary.mjml"),
        ("default", "templates/footer.mjml", "footer.mjml"),
        ("default", "templates/isue.txt", "isue.txt"),
        ("letter", "templates/letter/parts/footers.mjml", "parts/footers.mjml"),
        ("letter", "templates/parts/inlin.css", "parts/inlin.css"),
    ],
)
def test_a_misspelt_name_is_told(
    template: str, file: str, name: str, run: Callable[..., Result], workspace: Path
) -> None:
    own = f'[newsletter]\ntemplate = "{template}"\n'
    (workspace / "newsletter.toml").write_text(SETTINGS.replace("[newsletter]\n", own), "utf-8")
    put(workspace, file)

    told = f"the template has no file '{name}': this one changes nothing"
    assert said(run) == [("warning", told, file, 1)]


def test_the_name_that_was_meant_is_the_hint(run: Callable[..., Result], workspace: Path) -> None:
    put(workspace, "templates/parts/foter.mjml")

    assert "did you mean 'parts/footer.mjml'?" in run("check", "2026-11").stdout


def test_copies_notes_words_and_what_is_included_are_left_alone(
    run: Callable[..., Result], workspace: Path
) -> None:
    for name in (
        "templates/README.md",
        "templates/.DS_Store",
        "templates/parts/footer (copy).mjml",
        "templates/parts/footer-2025.mjml",
        "templates/parts/.footer.mjml",
        "templates/parts/footer.mjml~",
        "templates/parts/sponsor.mjml",
        "templates/parts/footer-note.mjml",
        "templates/parts/sumary.mjml",
        "templates/mine/parts/foter.mjml",
    ):
        put(workspace, name)
    put(workspace, "templates/words/sv.toml", 'announcements = "Annat"\n')
    put(
        workspace,
        "templates/parts/announcements.mjml",
        '{% include "parts/sumary.mjml" %}\n',
    )

    assert said(run) == []
