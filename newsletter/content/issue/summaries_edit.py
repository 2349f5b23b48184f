"""The list of summaries in an issue's file: replaced, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.files import decode
from newsletter.content.frontmatter.frontmatter import Fields, split
from newsletter.content.frontmatter.text import item

_WIDTH = 100
HEAD = re.compile(r"\ufeff?(?:[ \t]*(?:\r\n|\n|\r))*---[ \t]*(?P<end>\r\n|\n|\r)")
_FENCE = re.compile(r"(?:(?<=\n)|(?<=\r))---[ \t]*(?=[\r\n]|\Z)")
_ROW_END = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


def new_issue(slugs: tuple[str, ...]) -> str:
    """Return the text of a new issue's file."""
    return f"---\n{_key_and_list(slugs, chr(10))}---\n"


def set_summaries(data: bytes, slugs: tuple[str, ...], name: Path) -> bytes:
    """Return an issue's file with another list of summaries; every other byte stays.

    A list in brackets stays one, a list with hyphens too. Slugs that were there keep their
    quotes and, in a list with hyphens, the comment behind them. `name` is how problems name the
    file. Raises NewsletterError where its front matter cannot be read.
    """
    decode(data, name)
    text = data.decode("utf-8")
    listed_in(text, name)
    head = HEAD.match(text)
    if head is None:
        raise AssertionError("a file that could be split has a first ---")
    edited = _edited(text, head.end(), head["end"], slugs)
    if listed_in(edited, name) != slugs:
        raise fail(
            "the list of summaries is written in a way that cannot be edited",
            file=name,
            hint=f"write it by hand: summaries: [{', '.join(slugs)}]",
        )
    return edited.encode("utf-8")


def listed_in(text: str, name: Path) -> tuple[str, ...]:
    """Return the slugs that an issue's text lists; raise NewsletterError where YAML fails."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    fields = Fields.of(split(plain, name), name)
    slugs = fields.texts("summaries")
    if fields.problems:
        raise NewsletterError(*fields.problems)
    return slugs


@dataclass(slots=True)
class _Found:
    """Where the value of `summaries` stands: offsets into the text, and what it is."""

    start: int
    end: int
    key: int
    is_block: bool = False
    items: tuple[tuple[str, int, int], ...] = ()
    """Each slug with its offsets."""


def _edited(text: str, begin: int, eol: str, slugs: tuple[str, ...]) -> str:
    found = _find(text, begin)
    if found is None:
        return text[:begin] + _key_and_list(slugs, eol) + text[begin:]
    if found.is_block:
        return _block(text, found, eol, slugs)
    written = {slug: text[start:end] for slug, start, end in found.items}
    listed = ", ".join(written.get(slug) or item(slug) for slug in slugs)
    blank = "" if text[found.start - 1].isspace() else " "
    inner = text[found.start : found.end]
    # A comment between brackets gets a row above: only a list of several rows can hold one.
    comments = "".join(f"{comment}{eol}" for comment in _COMMENT.findall(inner))
    before = text[: found.key] + comments + text[found.key : found.start]
    return f"{before}{blank}[{listed}]{text[found.end :]}"


def _block(text: str, found: _Found, eol: str, slugs: tuple[str, ...]) -> str:
    """Return the text with the rows of a list with hyphens replaced; rows of comment stay."""
    _, first, _ = found.items[0]
    row_start = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first)) + 1
    lead = text[row_start:first]
    rows: dict[str, str] = {}
    above: list[str] = []
    at = _end_of_row(text, found.key)
    begin = at
    for slug, start, end in found.items:
        own = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        above.append(text[at:own])
        at = _end_of_row(text, end)
        rows[slug] = text[own:at] if text[own:at].endswith(("\n", "\r")) else text[own:at] + eol
    above += [""] * len(slugs)
    new = [above[n] + rows.get(slug, f"{lead}{item(slug)}{eol}") for n, slug in enumerate(slugs)]
    return text[:begin] + "".join(new) + "".join(above[len(slugs) :]) + text[at:]


def _end_of_row(text: str, at: int) -> int:
    match = _ROW_END.match(text, at)
    return match.end() if match else len(text)


def front_end(text: str, begin: int) -> int:
    """Return where the `---` stands that closes the front matter begun before an offset."""
    fence = _FENCE.search(text, begin)
    return fence.start() if fence else len(text)


def _find(text: str, begin: int) -> _Found | None:
    """Return where `summaries` stands among the outermost keys; None where it does not."""
    from ruamel.yaml import YAML

    yaml = text[begin : front_end(text, begin)]
    events = list(YAML(typ="safe", pure=True).parse(yaml)) if yaml.strip() else []
    depth = 0
    is_key = True
    for number, event in enumerate(events):
        kind = type(event).__name__
        if depth == 1 and kind == "ScalarEvent" and is_key and event.value == "summaries":
            return _value(text, events, number, begin)
        depth += kind.endswith("StartEvent") and kind.startswith(("Mapping", "Sequence"))
        closes = kind in {"MappingEndEvent", "SequenceEndEvent"}
        depth -= closes
        if depth == 1 and (kind == "ScalarEvent" or closes):
            is_key = not is_key
    return None


def _value(text: str, events: list[Any], key: int, begin: int) -> _Found:
    first = events[key + 1]
    found = _Found(
        start=begin + first.start_mark.index,
        end=begin + first.end_mark.index,
        key=begin + events[key].start_mark.index,
    )
    if type(first).__name__ != "SequenceStartEvent":
        if first.value == "":
            found.start = found.end = text.index(":", begin + events[key].end_mark.index) + 1
        return found
    items = []
    for event in events[key + 2 :]:
        if type(event).__name__ == "SequenceEndEvent":
            found.end = begin + event.end_mark.index
            break
        items.append((event.value, begin + event.start_mark.index, begin + event.end_mark.index))
    found.items = tuple(items)
    found.is_block = not first.flow_style
    return found


def _key_and_list(slugs: tuple[str, ...], eol: str) -> str:
    row = f"summaries: [{', '.join(item(slug) for slug in slugs)}]"
    if len(row) <= _WIDTH:
        return row + eol
    return f"summaries:{eol}" + "".join(f"  - {item(slug)}{eol}" for slug in slugs)
