"""Plain text as Markdown that shows exactly this text, with few backslashes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_KINDS = ("\\", "`", "<", "*", "_", "[", "]", "~", "|", "!")
"""Characters that may be mark-up; each is escaped everywhere in a paragraph or nowhere."""
_LONGEST = 10_000
"""In a paragraph of more characters all of _KINDS are escaped."""
_MOST_LOOKS = 500_000
"""The same for opening brackets times characters: the parser may scan the rest for each."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_START = re.compile(
    r"#{1,6}(?=[ \t]|$)|[-+*](?=[ \t]|$)|[-=~`+*_|:](?=.)|[>\[<]"
    r"|\d{1,9}(?P<stop>[.)])(?=[ \t]|$)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def to_markdown(text: str) -> str:
    """Return one paragraph of plain text as Markdown."""
    if len(text) > _LONGEST or text.count("[") * len(text) > _MOST_LOOKS:
        return _escaped(text, [kind for kind in (*_KINDS, "&") if kind in text])
    if _shows(text, text):
        return text
    started = _START.sub(_at_start, text, count=1) if _START.match(text) else text
    if _shows(started, text):
        return started
    kinds = [kind for kind in (*_KINDS, "&") if kind in text]
    for kind in list(kinds):
        fewer = [each for each in kinds if each != kind]
        if _shows(_escaped(text, fewer), text):
            kinds = fewer
    return _escaped(text, kinds)


def to_plain(markdown: str) -> str:
    """Undo `to_markdown`."""
    return _ESCAPED.sub(r"\1", markdown)


def _at_start(match: re.Match[str]) -> str:
    if match["stop"]:
        return f"{match[0][:-1]}\\{match['stop']}"
    return f"\\{match[0]}"


def _escaped(text: str, kinds: list[str]) -> str:
    inner = [kind for kind in kinds if kind != "&"]
    if inner:
        text = re.sub(f"([{re.escape(''.join(inner))}])", r"\\\1", text)
    if "&" in kinds:
        text = _ENTITY.sub(r"\\&", text)
    if _START.match(text):
        text = _START.sub(_at_start, text, count=1)
    return text


def _shows(markdown: str, text: str) -> bool:
    """Whether Markdown renders as one paragraph of exactly this text, without mark-up."""
    tokens = _parser().parse(markdown)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return False
    children = tokens[1].children or []
    return all(each.type == "text" for each in children) and text == "".join(
        each.content for each in children
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])
