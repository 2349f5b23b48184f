"""Titles: their form, and their place among paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from newsletter.content.importing import references
from newsletter.content.importing.blocks import Block, ends_sentence, is_bullet, is_in_capitals

LONGEST = 300
"""Characters of a title."""
PROSE = 120
"""A longer block, in characters, is a paragraph if it ends as a sentence does."""
_FEWEST_WORDS = 3
"""Words of a title that only its form distinguishes from paragraphs."""
_TWO_SENTENCES = re.compile(r"(?:[a-z]{3,}\.|\w[!?])[”\u2019\"')]?\s+[^\W\d_a-z]")


def normalised(text: str) -> str:
    """Return a title for comparing: without case, quotes and punctuation, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", re.sub("['\u2019\u2018`]", "", folded))) or folded.strip()


def one_line(text: str) -> str:
    """Return a title or citation with single plain spaces."""
    return " ".join(text.split())


def is_title_like(block: Block) -> bool:
    """Whether a block has a title's form: short, no sentence, no reference, no item of a list."""
    text = block.text
    if len(text) > LONGEST or is_bullet(text) or text.split(maxsplit=1)[0].islower():
        return False
    if references.is_citation(text):
        return False
    if block.mark:
        return True
    if re.search(r"(?<!\.)[.;:,]['\"”\u2019)]*$", text):
        return False
    has_sentences = bool(_TWO_SENTENCES.search(text))
    if ends_sentence(text) and "." in text and not is_in_capitals(text):
        return not has_sentences
    return not (has_sentences and len(text) > PROSE)


def same_title(one: Block, other: Block) -> bool:
    """Whether two blocks are the same title."""
    return normalised(one.text) == normalised(other.text)


def first_of_pair(span: Sequence[Block], at: int) -> int:
    """Return the index of a title's first copy, given that of its last."""
    while at > 1 and same_title(span[at - 1], span[at]):
        at -= 1
    return at


def could_be_cited(block: Block) -> bool:
    """Whether a block before a citation may be a title; it may end with a full stop."""
    text = block.text
    if len(text) > LONGEST or references.is_citation(text):
        return False
    is_sentences = ". " in " ".join(text.split()) and not is_in_capitals(text)
    return is_title_like(block) or not (is_sentences or is_bullet(text))


def cited_title_at(span: Sequence[Block]) -> int:
    """Return the index of the first title with a citation after it, or the length."""
    for n in range(1, len(span) - 1):
        if references.is_citation(span[n + 1].text) and could_be_cited(span[n]):
            return first_of_pair(span, n)
    return len(span)


def twice_at(span: Sequence[Block]) -> int:
    """Return the index of the first repeated title, or the length."""
    for n in range(1, len(span) - 1):
        if could_be_cited(span[n]) and same_title(span[n], span[n + 1]):
            return n
    return len(span)


def next_title(blocks: Sequence[Block], known: AbstractSet[str]) -> int:
    """Return the index of the next summary's title with no "Practice Implications" before it.

    `known` are the marks of the page's titles. Without a title it is the length.
    """
    for n in range(1, len(blocks) - 1):
        is_cited = references.is_citation(blocks[n + 1].text) and is_title_like(blocks[n])
        if is_cited or _stands_out(blocks, n, known):
            return first_of_pair(blocks, n)
    return len(blocks)


def _stands_out(blocks: Sequence[Block], at: int, known: AbstractSet[str]) -> bool:
    block, before, after = blocks[at], blocks[at - 1], blocks[at + 1]
    is_between = ends_sentence(before.text) and len(after.text) > PROSE
    if not is_between or not is_title_like(block) or is_title_like(after):
        return False
    if known and "" not in known:
        if block.mark not in known:
            return False
        if block.mark.startswith("h"):
            return True
    return len(block.text.split()) >= _FEWEST_WORDS and is_in_capitals(block.text)


def best_title_at(span: Sequence[Block]) -> int:
    """Return the index of the title between two "Practice Implications".

    It is the first of the blocks with the best score: a later one is a heading of the summary.
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
