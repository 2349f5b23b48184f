"""One article summary: `summaries/SLUG.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.content.doi import Doi
from newsletter.content.month import Month
from newsletter.content.passage import Passage

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary as its file has it.

    `slug` is the file's stem, `file` its path relative to the workspace. `incomplete` says why
    it must not be sent yet ("cut off at the end of the page"), or is None. `lines` maps a front
    matter key to its line in the file.
    """

    slug: str
    file: Path
    title: str
    published: Month
    body: Passage
    implications: Passage | None
    citation: str | None = None
    doi: Doi | None = None
    topics: tuple[str, ...] = ()
    research_type: str | None = None
    blurb: str | None = None
    author: str | None = None
    incomplete: str | None = None
    lines: dict[str, int]

    @property
    def short(self) -> str:
        """How the "This month" sentence names it: the blurb, or the title."""
        return self.blurb or self.title

    @property
    def words(self) -> int:
        """Words of summary and Practice Implications together, without HTML comments."""
        texts = [self.body.text, self.implications.text if self.implications else ""]
        return sum(len(_COMMENT.sub(" ", text).split()) for text in texts)
