"""A letter: a message that is no issue, written by the editor in a file of the workspace.

Its front matter has a `subject`; its text is Markdown, in which the reader's values may stand as in
an issue's introduction.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.basics.errors import NewsletterError
from newsletter.basics.files import read_text, shown
from newsletter.content.frontmatter.frontmatter import Fields, passage
from newsletter.content.frontmatter.split import split
from newsletter.content.passage import Passage

_KEYS = ("subject",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as its file has it; `lines` maps each key of the front matter to its line."""

    file: Path
    subject: str
    text: Passage
    lines: dict[str, int]


def read_letter(file: Path, root: Path) -> Letter:
    """Read a letter. Raises NewsletterError with everything that is wrong in it."""
    name = shown(file, root)
    parts = split(read_text(file, name), name)
    fields = Fields.of(parts, name)
    fields.only(_KEYS)
    subject = fields.required("subject", "May we go on writing to you?")
    text = fields.bounded("the text", passage(parts.body, name, parts.body_line))
    if not text.text:
        fields.problem("subject", "the letter has no text", "write it below the second ---")
    if fields.failed or subject is None:
        raise NewsletterError(*sorted(fields.problems, key=lambda each: each.line or 0))
    return Letter(file=name, subject=subject, text=text, lines=fields.lines)
