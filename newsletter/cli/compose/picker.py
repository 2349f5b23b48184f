"""The picker of `newsletter compose`: search as you type, Enter chooses, the order is kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from newsletter.basics.errors import fail
from newsletter.content.library import Library
from newsletter.content.search import Query, search
from newsletter.content.summary.summary import Summary

if TYPE_CHECKING:
    from questionary import Choice, Question

_DONE = "/done"
_NOTHING = "/nothing"
_LEFT = "/left"
_BEFORE_TITLE = 17
"""The columns before a title: the pointer, its number, the month, and one to spare."""
_SHORTEST_TITLE = 24
_ESCAPE = 0.1
"""The seconds after which an Escape is none that begins an arrow key."""


def pick(
    library: Library, month: str, before: Sequence[str], used: Mapping[str, Sequence[str]]
) -> tuple[Summary, ...]:
    """Return the summaries that a person chooses, in their order; none where they leave.

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

    What is chosen stands above "Done", where the pointer is, the others below it: Enter ends,
    Down and Enter choose the next one.
    """
    import questionary

    width = shutil.get_terminal_size().columns

    def choice(summary: Summary, mark: str) -> Choice:
        row = _row(summary, mark, used.get(summary.slug, ()), width)
        words = " ".join((summary.title, str(summary.published), *summary.topics, summary.slug))
        return questionary.Choice(row, value=summary.slug, description=words)

    above = [choice(summary, f"{number}.") for number, summary in enumerate(chosen, 1)]
    below = [choice(summary, "") for summary in others]
    question = questionary.select(
        f"Issue {month}: type to search, Enter to choose or take back, Esc to leave",
        choices=[*above, questionary.Choice(_done(len(chosen)), value=_DONE), *below],
        default=_DONE,
        use_search_filter=True,
        use_jk_keys=False,
        show_description=False,
        instruction=" ",
        erase_when_done=True,
    )
    _mend(question, [*below, *above], at_done=len(above))
    answer: str = question.unsafe_ask()
    return answer


def _mend(question: Question, choices: Sequence[Choice], *, at_done: int) -> None:
    """Give the question Escape, and a search in whole titles that shows its hits only.

    questionary searches what is shown, and shows everything where nothing is found.
    """
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
    from questionary import Choice
    from questionary.prompts.common import InquirerControl

    class Searched(InquirerControl):
        @property
        def filtered_choices(self) -> list[Choice]:
            if not self.search_filter:
                return self.choices
            words = self.search_filter.casefold().split()
            hits = [
                each
                for each in choices
                if all(word in (each.description or "").casefold() for word in words)
            ]
            self.found_in_search = bool(hits)
            return hits or [Choice("No summary has that; Backspace goes back", value=_NOTHING)]

        def remove_search_character(self) -> None:
            super().remove_search_character()
            self.pointed_at = 0 if self.search_filter else at_done

    keys = KeyBindings()

    @keys.add("escape", eager=True)
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=_LEFT)

    app = question.application
    app.ttimeoutlen = _ESCAPE
    app.key_bindings = merge_key_bindings([bound for bound in (app.key_bindings, keys) if bound])
    for control in app.layout.find_all_controls():
        if isinstance(control, InquirerControl):
            control.__class__ = Searched


def _done(count: int) -> str:
    return f"Done: write the issue with these {count}" if count else "Done: choose none"


def _row(summary: Summary, mark: str, used: Sequence[str], width: int) -> str:
    """Return a line: where it was used is always seen, the topics where there is room."""
    tail = f"  used in {', '.join(used)}" if used else ""
    room = max(_SHORTEST_TITLE, width - _BEFORE_TITLE - len(tail))
    topics = f"  [{', '.join(summary.topics)}]" if summary.topics else ""
    if len(summary.title) + len(topics) > room:
        topics = ""
    return f"{mark:<2} {summary.published}  {_cut(summary.title, room)}{tail}{topics}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
