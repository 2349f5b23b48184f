"""The compiled draft as files to be reviewed.

To renew them after a change that is meant: RENEW_SNAPSHOTS=1 pytest tests/render/test_snapshots.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.render.conftest import Compile, read

SNAPSHOTS = Path(__file__).parent / "snapshots"
DRAFT = """\
---
summaries: [2026-11-two-letters, 2026-10-quiet-rooms, 2026-09-harbour-study]
number: 12
announcements:
  - title: Spring meeting
    text: Registration is *open*.
    url: https://example.org/meeting
---
Dear {{ reader.first_name | fallback("colleague") }}, three short studies this month.
"""
HEBREW = """\
---
title: שתיקה שעוזרת
published: 2026-11
---
ורגה הקשיבה לשישים פגישות (p < .05).

## Practice Implications

- אמרו לשם מה השתיקה.
"""


@pytest.mark.parametrize("name", ["draft", "letter", "right-to-left"])
def test_the_email_is_as_it_was_reviewed(name: str, compile_with: Compile) -> None:
    draft = DRAFT.replace("number", "template: letter\nnumber") if name == "letter" else DRAFT
    files = {"issues/2026-11.md": draft}
    if name == "right-to-left":
        from tests.conftest import SETTINGS

        files |= {
            "newsletter.toml": SETTINGS.replace(
                "[newsletter]\n", '[newsletter]\nlanguage = "he"\n'
            ),
            "summaries/2026-11-two-letters.md": HEBREW,
        }

    compiled = compile_with(files)

    for ending, text in (
        # A line for every tag, to read a difference by.
        ("html", read(compiled.html).replace("><", ">\n<")),
        ("txt", read(compiled.text)),
    ):
        file = SNAPSHOTS / f"{name}.{ending}"
        if os.environ.get("RENEW_SNAPSHOTS"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{file.name} differs; see this module"
