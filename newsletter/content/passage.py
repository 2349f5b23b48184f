"""A piece of an author's text, with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an author's Markdown and the file and line (from 1) where it begins."""

    text: str
    file: Path
    line: int
