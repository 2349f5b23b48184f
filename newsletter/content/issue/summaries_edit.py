"""The list of summaries in an issue's file: replaced, and nothing else."""

from __future__ import annotations

from pathlib import Path

from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.files import decode
from newsletter.content.frontmatter.frontmatter import Fields
from newsletter.content.frontmatter.quote import item
from newsletter.content.frontmatter.split import split
from newsletter.content.frontmatter.tree import Entry, Listing, Scalar
from newsletter.content.frontmatter.write import Change, Front

_WIDTH = 100


def new_issue(slugs: tuple[str, ...]) -> str:
    """Return the text of a new issue's file."""
    return f"---\n{_key_and_list(slugs, chr(10))}---\n"


def set_summaries(data: bytes, slugs: tuple[str, ...], name: Path) -> bytes:
    """Return an issue's file with another list of summaries; every other byte stays.

    A list in brackets stays one, a list with hyphens too. Old slugs keep their quotes and, in a
    list with hyphens, the comment behind them. `name` is the file's name in problems. Raises
    NewsletterError where its front matter cannot be read.
    """
    decode(data, name)
    text = data.decode("utf-8")
    listed_in(text, name)
    front = Front.of(text, name)
    entry = front.table.entries.get("summaries")
    if entry is None:
        edited = front.with_rows(_key_and_list(slugs, front.eol) + front.rows)
    elif isinstance(entry.value, Listing) and entry.value.style is None:
        edited = front.changed(_in_rows(front, entry, entry.value, slugs))
    else:
        edited = front.changed(*_in_brackets(front, entry, slugs))
    if listed_in(edited, name) != slugs:
        raise fail(
            "the list of summaries is written in a way that cannot be edited",
            file=name,
            hint=f"write it by hand: summaries: [{', '.join(slugs)}]",
        )
    return edited.encode("utf-8")


def listed_in(text: str, name: Path) -> tuple[str, ...]:
    """Return the slugs that an issue's text lists. Raises NewsletterError where YAML fails."""
    fields = Fields.of(split(text.removeprefix("\ufeff"), name), name)
    slugs = fields.texts("summaries")
    if fields.problems:
        raise NewsletterError(*fields.problems)
    return slugs


def _in_rows(front: Front, entry: Entry, old: Listing, slugs: tuple[str, ...]) -> Change:
    first = old.items[0].start
    lead = front.rows[front.row_start(first) : first]
    there = {each.text: n for n, each in enumerate(old.items) if isinstance(each, Scalar)}
    wanted = [there.get(slug, f"{lead}{item(slug)}{front.eol}") for slug in slugs]
    return front.rearranged(entry, wanted, with_remarks=False)


def _in_brackets(front: Front, entry: Entry, slugs: tuple[str, ...]) -> tuple[Change, Change]:
    old = entry.value
    items = old.items if isinstance(old, Listing) else ()
    there = {
        each.text: front.rows[each.start : each.end] for each in items if isinstance(each, Scalar)
    }
    listed = ", ".join(there.get(slug) or item(slug) for slug in slugs)
    # A comment between the brackets is put on a row above.
    comments = front.remarks(old.start, old.end)
    return (
        Change(entry.start, entry.start, comments),
        Change(old.start, old.end, front.spaced(old.start, f"[{listed}]")),
    )


def _key_and_list(slugs: tuple[str, ...], eol: str) -> str:
    row = f"summaries: [{', '.join(item(slug) for slug in slugs)}]"
    if len(row) <= _WIDTH:
        return row + eol
    return f"summaries:{eol}" + "".join(f"  - {item(slug)}{eol}" for slug in slugs)
