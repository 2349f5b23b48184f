"""The decision what to do with each imported summary; `library_import` carries it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from newsletter.content.frontmatter.frontmatter import LONGEST
from newsletter.content.importing import titles
from newsletter.content.importing.escape import to_markdown, to_plain
from newsletter.content.importing.merge import Found, plain_text
from newsletter.content.importing.month_reader import Cut
from newsletter.content.importing.page import ParsedSummary
from newsletter.content.importing.summary_edit import rows_of, with_body, with_keys, with_topic
from newsletter.content.passage import Passage
from newsletter.content.summary.file import dump_summary
from newsletter.content.summary.summary import Summary
from newsletter.content.text.bounds import unbounded

_OURS = frozenset(Cut)
"""Any other value of `incomplete:` is the editor's own."""


class Status(StrEnum):
    """The result for one summary."""

    NEW = "new"
    UPDATED = "updated"
    """Completed, given one more topic, or overwritten with the editor's consent."""
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    """The file and the page differ; the file stays."""
    INCOMPLETE = "incomplete"
    """Cut off; written, or in the library already."""
    SKIPPED = "skipped"
    """Not written: no summary, or its file cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A summary of the library and its file's text; `is_untouched` since an import wrote it."""

    summary: Summary
    text: str
    is_untouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the result and the text to write for it.

    `text` is the file's new text, or None to leave it. `update` is the step to take instead if
    the editor lets the page overwrite the file. `is_open` marks a file that ends where its page
    ends, `is_completed` one that was cut off and becomes whole.
    """

    status: Status
    reason: str
    summary: Summary
    found: Found
    text: str | None = None
    update: Step | None = None
    is_open: bool = False
    is_completed: bool = False


def new_step(found: Found, wanted: Summary) -> Step:
    """Return the step for a summary that the library does not have."""
    incomplete = found.summary.incomplete
    return Step(
        status=Status.INCOMPLETE if incomplete else Status.NEW,
        reason=incomplete or "",
        summary=wanted,
        found=found,
        text=dump_summary(wanted),
        is_open=found.summary.is_last,
    )


def step(found: Found, existing: Existing, topic: str | None) -> Step:
    """Return the step for a summary that the library has; `topic` is a canonical name."""
    wanted = summary_of(found.summary, existing.summary.slug, existing.summary.file, topic)
    base = _merged(found, existing, wanted)
    if topic is None or topic in existing.summary.topics:
        return base
    return _tagged(base, existing, topic)


def _tagged(base: Step, existing: Existing, topic: str) -> Step:
    told = f"topic added: {topic}"
    return replace(
        base,
        status=Status.UPDATED if base.status is Status.UNCHANGED else base.status,
        reason=f"{base.reason}; {told}" if base.reason else told,
        text=with_topic(base.text or existing.text, existing.summary, topic),
        update=_tagged(base.update, existing, topic) if base.update else None,
    )


def unreadable(wanted: Summary) -> str | None:
    """Return why a file of this summary could not be read again, or None."""
    for passage in filter(None, (wanted.body, wanted.implications)):
        if too_much := unbounded(passage):
            return too_much.message
    if len(wanted.citation or "") > LONGEST:
        return f"its citation has {len(wanted.citation or ''):,} characters"
    return None


def summary_of(parsed: ParsedSummary, slug: str, file: Path, topic: str | None) -> Summary:
    """Return a page's summary as a file has it: its paragraphs as Markdown."""
    implications = _markdown(parsed.implications)
    return Summary(
        slug=slug,
        file=file,
        title=parsed.title,
        published=parsed.month,
        body=Passage(text=_markdown(parsed.paragraphs), file=file, line=1),
        implications=Passage(text=implications, file=file, line=1) if implications else None,
        citation=parsed.citation,
        doi=parsed.doi,
        topics=(topic,) if topic else (),
        incomplete=parsed.incomplete,
        lines={},
    )


def _merged(found: Found, existing: Existing, wanted: Summary) -> Step:
    """Decide about everything but the topic."""
    old = existing.summary
    is_cut = old.incomplete in _OURS
    goes_on = _goes_on(old, wanted)
    step = Step(status=Status.UNCHANGED, reason="", summary=old, found=found)
    if wanted.incomplete is not None:
        if is_cut and goes_on and _text(old) != _text(wanted):
            text = _completed(existing, wanted)
            return replace(
                step,
                status=Status.INCOMPLETE,
                reason=wanted.incomplete,
                text=text,
                is_open=found.summary.is_last,
            )
        if is_cut:
            return replace(step, status=Status.INCOMPLETE, reason=old.incomplete or "")
        return replace(step, reason=f"this copy of it is {wanted.incomplete}")
    is_longer = len(_text(old)) < len(_text(wanted))
    if (is_cut and (goes_on or existing.is_untouched)) or (existing.is_untouched and is_longer):
        return replace(
            step,
            status=Status.UPDATED,
            reason="completed",
            text=_completed(existing, wanted),
            is_open=found.summary.is_last,
            is_completed=True,
        )
    different = _differences(old, wanted)
    if not different:
        return replace(step, is_open=existing.is_untouched and found.summary.is_last)
    return _differing(step, existing, wanted, different)


def _differing(step: Step, existing: Existing, wanted: Summary, different: list[str]) -> Step:
    """Return the step that keeps the file, with the one that overwrites it."""
    what = f"{' and '.join(different)} differ{'s' if len(different) == 1 else ''}"
    update = replace(
        step,
        status=Status.UPDATED,
        reason=f"overwritten: {what}",
        text=_overwritten(existing, wanted),
    )
    return replace(step, status=Status.CHANGED, reason=f"kept: {what}", update=update)


def _differences(old: Summary, wanted: Summary) -> list[str]:
    """Name the parts that differ, except those that the page does not have."""
    pairs = {
        "title": (old.title, wanted.title),
        "month": (str(old.published), str(wanted.published)),
        "citation": (_spaced(old.citation), _spaced(wanted.citation)),
        "DOI": ((old.doi or "").casefold(), (wanted.doi or "").casefold()),
        "text": (_plain(old.body), _plain(wanted.body)),
        "Practice Implications": (_plain(old.implications), _plain(wanted.implications)),
    }
    return [name for name, (has, page_has) in pairs.items() if page_has and has != page_has]


def _goes_on(old: Summary, wanted: Summary) -> bool:
    """Whether a file's text is the beginning of what the page has."""
    text, whole = _text(old), _text(wanted)
    same_title = titles.normalised(old.title) == titles.normalised(wanted.title)
    with_citation = f"{_spaced(wanted.citation)} {whole}"
    return same_title and (whole.startswith(text) or with_citation.startswith(text))


def _completed(existing: Existing, wanted: Summary) -> str:
    rows = rows_of(wanted)
    old = existing.summary
    changes: dict[str, str | None] = {"incomplete": rows.get("incomplete")}
    for key, has in (("citation", old.citation), ("doi", old.doi)):
        if key in rows and (has is None or existing.is_untouched):
            changes[key] = rows[key]
    return with_body(with_keys(existing.text, old.file, changes), wanted)


def _overwritten(existing: Existing, wanted: Summary) -> str:
    rows = rows_of(wanted)
    old = existing.summary
    pairs = {
        "title": (old.title, wanted.title),
        "published": (old.published, wanted.published),
        "citation": (_spaced(old.citation), _spaced(wanted.citation)),
        "doi": (old.doi, wanted.doi),
    }
    changes: dict[str, str | None] = {
        key: rows[key] for key, (has, page_has) in pairs.items() if page_has and has != page_has
    }
    if old.incomplete in _OURS:
        changes["incomplete"] = None
    text = with_keys(existing.text, old.file, changes)
    is_same = _plain(old.body) == _plain(wanted.body)
    if is_same and _plain(old.implications) == _plain(wanted.implications):
        return text
    return with_body(text, replace(wanted, implications=wanted.implications or old.implications))


def _markdown(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(to_markdown(each) for each in paragraphs)


def _text(summary: Summary) -> str:
    return f"{_plain(summary.body)} {_plain(summary.implications)}".strip()


def _plain(passage: Passage | None) -> str:
    return plain_text([to_plain(passage.text)]) if passage else ""


def _spaced(text: str | None) -> str:
    return titles.one_line(text or "")
