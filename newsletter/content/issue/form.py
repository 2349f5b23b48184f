"""The fields of an issue that a form shows, read even where a value is wrong.

`issue.file` returns an issue or raises its problems; a form needs both, the values and the field
of each problem. Only where YAML fails there is no form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.files import decode, normal
from newsletter.content.frontmatter.frontmatter import Fields, joined
from newsletter.content.frontmatter.split import Parts, split
from newsletter.content.frontmatter.tree import Listing, Node, Scalar, Table
from newsletter.content.issue.file import problems_of

FIELDS = ("summaries", "subject", "preheader", "number", "announcements", "introduction")
LINES = ("subject", "preheader", "number")
"""The fields that are one line of text."""
NEWS = ("title", "text", "url")

_BLANK_ROW = re.compile(r"^[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An announcement as it is filled in; `text` may have several lines."""

    title: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    r"""The fields of an issue; a missing one is empty. Line ends are `\n`, texts are NFC."""

    summaries: tuple[str, ...] = ()
    subject: str = ""
    preheader: str = ""
    number: str = ""
    announcements: tuple[News, ...] = ()
    introduction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRead:
    """A form as a file has it.

    `problems` are (field, problem), the field as `subject`, `summaries.1`, `announcements.0.url`,
    or "" for any other key. `lines` maps each field in the file to its line. `locked` are the
    fields that a form cannot show as they are written.
    """

    form: Form
    lines: dict[str, int]
    problems: tuple[tuple[str, Problem], ...]
    locked: frozenset[str]


def read_form(data: bytes, name: Path) -> FormRead:
    """Read the octets of an issue's file; raise NewsletterError where YAML fails."""
    text = normal(decode(data, name))
    parts = split(text, name)
    fields = Fields.of(parts, name)
    if fields.problems:
        raise NewsletterError(*fields.problems)
    table = fields.table
    problems = tuple((_field(each), each) for each in problems_of(fields, parts, name))
    form = Form(
        summaries=tuple(
            slug.removesuffix(".md")
            for node in _items(table.value("summaries"))
            if (slug := _text(node, "summaries"))
        ),
        **{key: _text(table.value(key), key) for key in LINES},
        announcements=tuple(_news(node) for node in _items(table.value("announcements"))),
        introduction=several_lines(parts.body),
    )
    lines = _lines(table, parts)
    return FormRead(form=form, lines=lines, problems=problems, locked=_locked(table))


def one_line(text: str) -> str:
    """Return a text as a field of one line returns it."""
    return joined(normal(text))


def several_lines(text: str) -> str:
    """Return a text as a field of several lines returns it."""
    return _BLANK_ROW.sub("", normal(text)).strip("\n\t ")


def behind(node: Node | None, key: str) -> str | None:
    """Return the text that YAML cuts off at ` #`, if it is no comment (see `Fields.text`)."""
    return node.cut_off(strict=key in NEWS) if isinstance(node, Scalar) else None


def _text(node: Node | None, key: str) -> str:
    if not isinstance(node, Scalar):
        return ""
    rest = behind(node, key)
    text = "" if node.is_null else node.text
    whole = f"{text} {rest}" if rest else text
    return several_lines(whole) if key == "text" else one_line(whole)


def _items(node: Node | None) -> tuple[Node, ...]:
    if isinstance(node, Listing):
        return node.items
    is_nothing = node is None or (isinstance(node, Scalar) and node.is_null)
    return () if node is None or is_nothing else (node,)


def _news(node: Node) -> News:
    return News(
        **{key: _text(node.value(key) if isinstance(node, Table) else None, key) for key in NEWS}
    )


def _locked(table: Table) -> frozenset[str]:
    locked = {key for key in LINES if isinstance(table.value(key), Listing | Table)}
    if not all(isinstance(node, Scalar) for node in _items(table.value("summaries"))):
        locked.add("summaries")
    if not all(_is_news(node) for node in _items(table.value("announcements"))):
        locked.add("announcements")
    return frozenset(locked)


def _is_news(node: Node) -> bool:
    return isinstance(node, Table) and all(
        key in NEWS and isinstance(entry.value, Scalar) for key, entry in node.entries.items()
    )


def _lines(table: Table, parts: Parts) -> dict[str, int]:
    lines = {key: entry.line for key, entry in table.entries.items() if key in FIELDS}
    for key in ("summaries", "announcements"):
        for number, node in enumerate(_items(table.value(key))):
            lines[f"{key}.{number}"] = node.line
            inner = node.entries if isinstance(node, Table) else {}
            lines |= {f"{key}.{number}.{name}": entry.line for name, entry in inner.items()}
    blank = len(parts.body) - len(parts.body.lstrip("\n\t "))
    lines["introduction"] = parts.body_line + parts.body.count("\n", 0, blank)
    return lines


def _field(problem: Problem) -> str:
    return problem.key if problem.key.partition(".")[0] in FIELDS else ""
