"""The blocks under a month, without the head and foot of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.content.importing import landmarks
from newsletter.content.importing.blocks import Block
from newsletter.content.importing.titles import PROSE

_LONGEST_OPENING = 4
"""Blocks between the first line of the blog's head and the line that identifies it."""


def without_head(section: Sequence[Block]) -> Sequence[Block]:
    """Return a month's blocks up to the head of another page in the same file."""
    head = next((n for n, block in enumerate(section) if landmarks.is_head(block.text)), None)
    if head is None:
        return section
    first = max(0, head - _LONGEST_OPENING)
    opening = (n for n in range(first, head) if landmarks.is_opening(section[n].text))
    return section[: next(opening, head)]


def without_foot(span: list[Block]) -> list[Block]:
    """Return the blocks after a month's last heading, without the foot of the page."""
    foot = next((n for n, block in enumerate(span) if landmarks.is_foot(block.text)), len(span))
    return span if any(len(block.text) > PROSE for block in span[foot:]) else span[:foot]


def split_implications(blocks: Sequence[Block]) -> list[Block]:
    """Make "Practice Implications: text" two blocks."""
    split: list[Block] = []
    for block in blocks:
        rest = landmarks.after_implications(block.text)
        if rest is None:
            split.append(block)
        else:
            split.append(replace(block, text="Practice Implications"))
            split.append(replace(block, text=rest, mark=""))
    return split
