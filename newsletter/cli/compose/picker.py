"""The picker of `newsletter compose`: search as you type, Enter chooses, the order is kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from newsletter.basics.errors import fail
from newsletter.content.library import Library
from newsletter.content.search import Query, search
from newsletter.content.summary.summary import Summary

_DONE = "/done"
_NOTHING = "/nothing"
_LEFT = "/left"
_BEFORE_TITLE = 17
"""The columns before a title: the pointer, its number, the month, and a free one."""
_SHORTEST_TITLE = 24


def pick(
    library: Library, month: str, before: Sequence[str], used: Mapping[str, Sequence[str]]
) -> tuple[Summary, ...]:
    """Return the chosen summaries in their order; none after Escape.

    `before` are those that the issue has now, `used` the other issues of each slug.
    """
    if not library:
        raise fail("there are no summaries to choose from", hint='newsletter new "TITLE"')
    chosen = [slug for slug in before if slug in library]
    rows = search(library, Query(), used)
    while True:
        others = [summary for summary in rows if summary.slug not in chosen]
        answer = _ask(month, [library[slug] for slug in chosen], others, used)
        if answer == _DONE:
            return tuple(library[slug] for slug in chosen)
        if answer == _LEFT:
            return ()
        if answer in chosen:
            chosen.remove(answer)
        elif answer != _NOTHING:
            chosen.append(answer)


def _ask(
    month: str,
    chosen: Sequence[Summary],
    others: Sequence[Summary],
    used: Mapping[str, Sequence[str]],
) -> str:
    """Return a slug, or one of the three other answers.

    The chosen ones are above "Done", where the pointer is, the others below it: Enter ends, Down
    and Enter choose the next one.
    """
    from questionary import Choice

    from newsletter.cli.compose.question import ask

    width = shutil.get_terminal_size().columns

    def choice(summary: Summary, mark: str) -> Choice:
        row = _row(summary, mark, used.get(summary.slug, ()), width)
        words = " ".join((summary.title, str(summary.published), *summary.topics, summary.slug))
        return Choice(row, value=summary.slug, description=words)

    above = [choice(summary, f"{number}.") for number, summary in enumerate(chosen, 1)]
    below = [choice(summary, "") for summary in others]
    answer = ask(
        f"Issue {month}: type to search, Enter to choose or take back, Esc to leave",
        [*above, Choice(_done(len(chosen)), value=_DONE), *below],
        searched=[*below, *above],
        nothing=Choice("No summary has that; Backspace goes back", value=_NOTHING),
        default=_DONE,
    )
    return _LEFT if answer is None else answer


def _done(count: int) -> str:
    return f"Done: write the issue with these {count}" if count else "Done: choose none"


def _row(summary: Summary, mark: str, used: Sequence[str], width: int) -> str:
    """Return a line: always with the issues that use it, with its topics where they fit."""
    tail = f"  used in {', '.join(used)}" if used else ""
    left = max(_SHORTEST_TITLE, width - _BEFORE_TITLE - len(tail))
    topics = f"  [{', '.join(summary.topics)}]" if summary.topics else ""
    if len(summary.title) + len(topics) > left:
        topics = ""
    return f"{mark:<2} {summary.published}  {_cut(summary.title, left)}{tail}{topics}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
