"""A summary to be written: the file that `newsletter new` makes."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.content.doi import Doi
from newsletter.content.frontmatter.quote import in_quotes, item, one_line, value
from newsletter.content.month import Month
from newsletter.content.summary.file import HEADING

GUIDES = (
    "<!-- TK (to come): the summary, one or more paragraphs, in place of this line. -->",
    "<!-- TK (to come): what it means for practice, in place of this line. -->",
)
"""Comments in place of missing text; `newsletter check` finds the TK."""


def draft(title: str, month: Month, doi: Doi | None, topics: Sequence[str]) -> str:
    """Return the text of a summary's file with its title and headings, ready to be written."""
    return f"""\
---
title: {in_quotes(one_line(title))}
published: {month}
citation:
doi:{f" {value(doi)}" if doi else ""}
topics: [{", ".join(item(topic) for topic in topics)}]
research_type:
blurb:
---
{GUIDES[0]}

## {HEADING}

{GUIDES[1]}
"""
