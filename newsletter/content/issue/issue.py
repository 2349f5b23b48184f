"""One newsletter: `issues/YYYY-MM.md`, or `issues/YYYY-MM-word.md` for an extra one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.content.month import Month
from newsletter.content.passage import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One piece of the network's other news; `text` is Markdown."""

    title: str
    text: Passage
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue as its file has it; a missing key is None, empty or False.

    `slug` is the file's stem and `month` the month it begins with. `summaries` are slugs of the
    library, in order. `ignore` maps the id of a silenced check to the reason. `lines` maps a
    front matter key to its line, and `summaries.0`, `summaries.1` ... to the line of each slug.
    """

    slug: str
    file: Path
    month: Month
    summaries: tuple[str, ...]
    introduction: Passage | None = None
    subject: str | None = None
    preheader: str | None = None
    number: int | None = None
    template: str | None = None
    publish: bool = False
    ignore: dict[str, str]
    announcements: tuple[Announcement, ...] = ()
    lines: dict[str, int]
