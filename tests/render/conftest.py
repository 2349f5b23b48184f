"""An issue compiled from the files of the small workspace, some of them replaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.basics.shipped import TEMPLATES
from newsletter.render.compile import compile_issue
from newsletter.render.compiled import CompiledIssue
from newsletter.render.slots.slots import Slot, Slotted, fill
from newsletter.workspace import open_workspace

Compile = Callable[..., CompiledIssue]
Complaint = Callable[..., str]


def read(parts: Slotted) -> str:
    """Return a text as a reader without fields gets it."""
    return fill(parts, _value)


def _value(slot: Slot) -> str:
    return "https://news.example.org/u/TOKEN" if slot.name == "unsubscribe" else slot.fallback


@pytest.fixture
def compile_with(workspace: Path) -> Compile:
    """Return a function that writes files (path=text) and compiles the draft."""

    def run(files: dict[str, str] | None = None, *, nonce: str = "n0nce") -> CompiledIssue:
        for name, text in (files or {}).items():
            file = workspace / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        opened = open_workspace(workspace)
        issue = opened.issue("2026-11")
        return compile_issue(
            issue,
            opened.library().of(issue),
            opened.settings,
            template_folders=(workspace / "templates", TEMPLATES),
            nonce=nonce,
        )

    return run


@pytest.fixture
def complaint(compile_with: Compile) -> Complaint:
    """Return a function that compiles files that are wrong and gives what is said about them."""

    def run(files: dict[str, str]) -> str:
        with pytest.raises(NewsletterError) as caught:
            compile_with(files)
        return str(caught.value)

    return run


def issue_with(introduction: str, front_matter: str = "") -> dict[str, str]:
    """Return the draft's file with another introduction, which begins on line 4 at the earliest."""
    text = f"---\nsummaries: [2026-11-two-letters]\n{front_matter}---\n{introduction}\n"
    return {"issues/2026-11.md": text}
