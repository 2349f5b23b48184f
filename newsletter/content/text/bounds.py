"""How much text one passage may hold.

The Markdown parser's time grows with the square of the opening brackets in one block, and a list
of lines of three characters takes it a hundred times as long as prose of the same size. Passages
are judged where a file is read, so no rule, template or importer gets one beyond these bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.basics.errors import Problem
from newsletter.content.passage import Passage

LARGEST = 200_000
"""Octets of one passage; a newsletter of three has about 10,000."""
_MOST_BRACKETS = 5_000
_MOST_LOOKS = 20_000_000
"""Opening brackets times characters, over all blocks: the parser may scan a block for each."""
_MOST_LINES = 5_000
_MOST_MARKS = 10_000
"""Asterisks, backticks and the like, each of which may become an element."""
_MARKS = "*_`|<&\\~"
_MOST_LINKS = 2_000
# A blank row ends a block, and so does an item of a list or a heading.
_BLOCK = re.compile(r"\n(?=[ \t]*\n| {0,3}(?:[-*+][ \t]|#{1,6}[ \t]))")


def unbounded(passage: Passage) -> Problem | None:
    """Return the problem of a passage beyond the bounds, with its line, or None."""
    return next(_too_much(passage.text, passage), None)


def _too_much(text: str, passage: Passage) -> Iterator[Problem]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        yield _problem(passage, 0, f"the text has {size:,} bytes; at most {LARGEST:,} can be sent")
        return
    if (lines := text.count("\n") + 1) > _MOST_LINES:
        yield _problem(
            passage, 0, f"the text has {lines:,} lines; at most {_MOST_LINES:,} are read"
        )
    if text.count("[") > _MOST_BRACKETS:
        what = f"the text has more than {_MOST_BRACKETS:,} opening square brackets"
        yield _problem(passage, 0, what)
    if sum(map(text.count, _MARKS)) > _MOST_MARKS:
        what = f"the text has more than {_MOST_MARKS:,} asterisks, backticks, pipes and the like"
        yield _problem(passage, 0, what)
    if text.count("://") > _MOST_LINKS:
        yield _problem(passage, 0, f"the text has more than {_MOST_LINKS:,} web addresses")
    looks, line = 0, 0
    for block in _BLOCK.split(text) if "[" in text else ():
        inner = block.lstrip("\n")
        looks += inner.count("[") * len(inner)
        if looks > _MOST_LOOKS:
            what = f"a block of {len(inner):,} characters has too many opening square brackets"
            line += len(block) - len(inner)
            yield _problem(passage, line, what, "divide it with empty lines, or write \\[")
            return
        line += block.count("\n") + 1


def _problem(passage: Passage, offset: int, message: str, hint: str | None = None) -> Problem:
    return Problem(
        message=message, file=passage.file, line=passage.line + offset, hint=hint or _SHORTER
    )


_SHORTER = "shorten it, or make two summaries of it"
