"""The picker of `newsletter compose`: search as you type, Enter chooses, the order is kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from newsletter.content.library import Library
from newsletter.content.search import Query, search
from newsletter.content.summary import Summary
from newsletter.errors import fail

_DONE = "done"
_NARROWEST = 40


def pick(
    library: Library, month: str, before: Sequence[str], used: Mapping[str, Sequence[str]]
) -> tuple[Summary, ...]:
    """Return the summaries that a person chooses, in her order.

    `before` are those that the issue has now, `used` the other issues of each slug.
    """
    import questionary

    if not library:
        raise fail("there are no summaries to choose from", hint='newsletter new "TITLE"')
    chosen = [slug for slug in before if slug in library]
    rows = search(library, Query(), used)
    while True:
        # What is chosen stands first, in its order; the others by month, the newest first.
        ordered = [library[slug] for slug in chosen]
        ordered += [summary for summary in rows if summary.slug not in chosen]
        choices = [questionary.Choice(_done(len(chosen)), value=_DONE)]
        choices += [
            questionary.Choice(_row(each, chosen, used.get(each.slug, ())), value=each.slug)
            for each in ordered
        ]
        answer = questionary.select(
            f"Issue {month}: type to search, Enter to choose or take back",
            choices=choices,
            use_search_filter=True,
            use_jk_keys=False,
            instruction=" ",
            erase_when_done=True,
        ).unsafe_ask()
        if answer == _DONE:
            return tuple(library[slug] for slug in chosen)
        if answer in chosen:
            chosen.remove(answer)
        else:
            chosen.append(answer)


def _done(count: int) -> str:
    return f"Done: write the issue with these {count}" if count else "Done: choose none"


def _row(summary: Summary, chosen: Sequence[str], used: Sequence[str]) -> str:
    mark = f"{chosen.index(summary.slug) + 1}." if summary.slug in chosen else "  "
    tail = f"  [{', '.join(summary.topics)}]" if summary.topics else ""
    tail += f"  used in {', '.join(used)}" if used else ""
    room = max(_NARROWEST, shutil.get_terminal_size().columns - len(tail) - 20)
    return f"{mark} {summary.published}  {_cut(summary.title, room)}{tail}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
