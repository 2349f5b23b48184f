"""Titles: their form, and where one stands among paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from newsletter.content.importers import citation as references
from newsletter.content.importers.blocks import Block, ends_sentence, is_bullet

LONGEST = 300
"""Characters of a title."""
PROSE = 120
"""A block of more characters is a paragraph, if it ends as a sentence does."""


def normalised(text: str) -> str:
    """Return a title as titles are compared: no case, quotes, dashes or spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", re.sub("['\u2019\u2018`]", "", folded))) or folded.strip()


def one_line(text: str) -> str:
    """Return a title or citation with single plain spaces."""
    return " ".join(text.split())


def is_title_like(block: Block) -> bool:
    """Whether a block has a title's form: short, no sentence, no reference, no item of a list."""
    text = block.text
    if len(text) > LONGEST or is_bullet(text) or text[0].islower():
        return False
    if references.is_citation(text):
        return False
    if block.mark:
        return True
    ends_like_prose = bool(re.search(r"(?<!\.)[.;:,]['\"”\u2019)]*$", text))
    sentences = len(re.findall(r"[a-z]{3,}[.!?][”\u2019\"')]?\s+[^\W\d_a-z]", text))
    return not ends_like_prose and not (sentences and len(text) > PROSE)


def same_title(one: Block, other: Block) -> bool:
    """Whether two blocks are one title that stands twice."""
    return normalised(one.text) == normalised(other.text)


def first_of_pair(span: Sequence[Block], at: int) -> int:
    """Return where the first copy of a title stands, given where the last one does."""
    while at > 1 and same_title(span[at - 1], span[at]):
        at -= 1
    return at


def could_be_cited(block: Block) -> bool:
    """Whether a block before a citation may be a title, also one that ends with a full stop."""
    if references.is_citation(block.text):
        return False
    return len(block.text) <= LONGEST and (
        is_title_like(block) or (block.text.count(". ") == 0 and not is_bullet(block.text))
    )


def next_cited_title(blocks: Sequence[Block]) -> int:
    """Return where the next summary begins though no "Practice Implications" came before it."""
    for n in range(2, len(blocks)):
        if references.is_citation(blocks[n].text) and is_title_like(blocks[n - 1]):
            return first_of_pair(blocks, n - 1)
    return len(blocks)


def best_title_at(span: Sequence[Block]) -> int:
    """Return where, between two "Practice Implications", the title stands.

    It comes after a paragraph and before one. The first of those that look best is taken: a
    later one is a heading within the summary.
    """
    inner = range(1, len(span) - 1)
    marked = any(span[n].mark.startswith("h") for n in inner)
    best = max(inner, key=lambda n: (_title_score(span, n, by_mark=marked), -n), default=None)
    if best is None:
        return min(len(span), 1)
    return best


def _title_score(span: Sequence[Block], at: int, *, by_mark: bool) -> float:
    block, after = span[at], span[at + 1]
    score = 0.0
    if is_title_like(block):
        score += 8
    if by_mark and block.mark.startswith("h"):
        score += 8
    if not is_title_like(after) and (len(after.text) > PROSE or ends_sentence(after.text)):
        score += 3
    if ends_sentence(span[at - 1].text):
        score += 2
    return score - min(len(block.text), LONGEST) / LONGEST
