from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import SETTINGS


def said(run: Callable[..., Result]) -> list[tuple[str, str, int]]:
    found = json.loads(run("check", "2026-11", "--json").stdout)
    return [
        (each["level"], each["file"], each["line"])
        for each in found
        if each["rule"] == "template-words"
    ]


@pytest.mark.parametrize("template", ["default", "letter"])
def test_a_language_without_words_is_told_until_they_are_there(
    template: str, run: Callable[..., Result], workspace: Path
) -> None:
    words = workspace / "templates/default/words/sv.toml"
    own = f'[newsletter]\ntemplate = "{template}"\nlanguage = "sv-FI"\n'
    (workspace / "newsletter.toml").write_text(SETTINGS.replace("[newsletter]\n", own), "utf-8")

    assert said(run) == [("warning", "newsletter.toml", 3)]
    words.parent.mkdir(parents=True)
    words.write_text('announcements = "Annat"\n', "utf-8")
    assert said(run) == []


def test_a_language_with_words_is_no_matter(run: Callable[..., Result], workspace: Path) -> None:
    own = '[newsletter]\nlanguage = "pt-BR"\n'
    (workspace / "newsletter.toml").write_text(SETTINGS.replace("[newsletter]\n", own), "utf-8")

    assert said(run) == []
