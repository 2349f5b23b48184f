"""The links that an author wrote, each with its words and its exact line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.content.passage import Passage
from newsletter.content.text.bounds import unbounded
from newsletter.content.text.links import find_urls

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Without one of these a text has no link that needs a parser.
_LIKELY = re.compile(
    r"\]\s*[(\[]|<(?:https?|mailto):|^ {0,3}\[[^\]\n]+\]:|!\[", re.IGNORECASE | re.MULTILINE
)
_IMAGE = "image"
_MOST_ROWS = 100
"""Of a link's words, and of the links before it whose words have more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link: where it leads and what it says. Of an image, its source and its description."""

    url: str
    words: str
    file: Path
    line: int
    is_image: bool = False
    is_bare: bool = False
    """Whether the author wrote the address alone, and readers see it so."""


@lru_cache(maxsize=256)  # six rules parse the same texts
def anchors(passage: Passage) -> tuple[Anchor, ...]:
    """Return the links and images of a Markdown text, in order; none of one that is refused."""
    if unbounded(passage):
        return ()
    if _LIKELY.search(passage.text):
        return tuple(_parsed(passage))
    return tuple(_bare(passage.text, passage, passage.line))


def _bare(text: str, passage: Passage, line: int) -> Iterator[Anchor]:
    if "://" not in text:
        return
    counted = 0
    for start, end in find_urls(text):
        url = text[start:end]
        line, counted = line + text.count("\n", counted, start), start
        yield Anchor(url=url, words=url, file=passage.file, line=line, is_bare=True)


def _parsed(passage: Passage) -> Iterator[Anchor]:
    source = passage.text.split("\n")
    for token in _parser().parse(passage.text):
        if token.type == "inline" and token.children:
            first, last = token.map or (0, len(source))
            yield from _inline(token.children, source[first:last], passage, passage.line + first)


def _inline(
    tokens: Sequence[Token], source: Sequence[str], passage: Passage, line: int
) -> Iterator[Anchor]:
    row = 0
    opened: str | None = None
    words: list[str] = []
    is_auto = False
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            row += 1
            words.append(" ")
        elif token.type == "link_open":
            opened, words, is_auto = str(token.attrs.get("href", "")), [], token.info == "auto"
        elif token.type == "link_close" and opened is not None:
            here = line + _row_of(source, row, opened)
            yield Anchor(
                url=opened,
                words="".join(words).strip(),
                file=passage.file,
                line=here,
                is_bare=is_auto,
            )
            opened = None
        elif token.type == _IMAGE:
            url = str(token.attrs.get("src", ""))
            here = line + _row_of(source, row, url)
            words.append(token.content)
            yield Anchor(url=url, words=token.content, file=passage.file, line=here, is_image=True)
        else:
            words.append(token.content)
            if token.type == "text" and opened is None:
                yield from _bare(token.content, passage, line + row)


def _row_of(source: Sequence[str], row: int, url: str) -> int:
    """Return the row of a block where an address stands: breaks within link text are counted."""
    if not source:
        return 0
    here = min(row, len(source) - 1)
    last = max(here - _MOST_ROWS, -1)
    above = (number for number in range(here, last, -1) if url and url in source[number])
    return next(above, here)


def _is_any(url: str) -> bool:  # noqa: ARG001 - links that lead nowhere are found, too
    return True


def _as_written(url: str) -> str:
    return url


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    parser.enable("table")
    parser.disable("code")
    parser.validateLink = _is_any  # type: ignore[method-assign]
    parser.normalizeLink = _as_written  # type: ignore[method-assign]
    return parser
