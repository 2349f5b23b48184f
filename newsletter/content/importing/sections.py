"""What stands under a month: its blocks, without what else stands on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.content.importing import marks
from newsletter.content.importing.blocks import Block
from newsletter.content.importing.titles import PROSE

_LONGEST_OPENING = 4
"""Blocks between the first line of the blog's head and the one by which it is surely known."""


def without_head(section: Sequence[Block]) -> Sequence[Block]:
    """Return what stands under a month without the head of a page that follows in the file."""
    head = next((n for n, block in enumerate(section) if marks.is_head(block.text)), None)
    if head is None:
        return section
    first = max(0, head - _LONGEST_OPENING)
    opening = (n for n in range(first, head) if marks.is_opening(section[n].text))
    return section[: next(opening, head)]


def without_foot(span: list[Block]) -> list[Block]:
    """Return what stands behind the last heading of a month without the foot of its page."""
    foot = next((n for n, block in enumerate(span) if marks.is_foot(block.text)), len(span))
    return span if any(len(block.text) > PROSE for block in span[foot:]) else span[:foot]


def split_implications(blocks: Sequence[Block]) -> list[Block]:
    """Make "Practice Implications: text" two blocks."""
    split: list[Block] = []
    for block in blocks:
        rest = marks.after_implications(block.text)
        if rest is None:
            split.append(block)
        else:
            split.append(replace(block, text="Practice Implications"))
            split.append(replace(block, text=rest, mark=""))
    return split
