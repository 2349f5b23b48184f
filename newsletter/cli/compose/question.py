"""The question of the picker: a list that narrows to the words that are typed."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence

from prompt_toolkit.application import Application
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from questionary import Choice
from questionary.prompts.common import InquirerControl, create_inquirer_layout
from questionary.styles import merge_styles_default

_ESCAPE = 0.1
"""Seconds to tell the Escape key from the first character of an arrow key."""


class _Searched(InquirerControl):
    """The list. questionary would search the shown rows, and show all where nothing is found.

    Here the hits are those of `searched` whose descriptions have all words, in their order;
    without hits `nothing` is shown.
    """

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        searched: Sequence[Choice],
        nothing: Choice,
        default: str,
    ) -> None:
        self._searched = searched
        self._nothing = nothing
        super().__init__(
            choices,
            default,
            use_indicator=False,
            show_description=False,
            initial_choice=default,
        )
        self._at_default = self.pointed_at

    @property
    def filtered_choices(self) -> list[Choice]:
        if not self.search_filter:
            return self.choices
        words = self.search_filter.casefold().split()
        hits = [
            each
            for each in self._searched
            if all(word in (each.description or "").casefold() for word in words)
        ]
        self.found_in_search = bool(hits)
        return hits or [self._nothing]

    def remove_search_character(self) -> None:
        super().remove_search_character()
        self.pointed_at = 0 if self.search_filter else self._at_default


def ask(
    message: str,
    choices: Sequence[Choice],
    *,
    searched: Sequence[Choice],
    nothing: Choice,
    default: str,
) -> str | None:
    """Return the value of the choice that Enter takes, None after Escape.

    Raises KeyboardInterrupt.
    """
    control = _Searched(choices, searched=searched, nothing=nothing, default=default)
    words = [("class:qmark", "?"), ("class:question", f" {message} "), ("class:instruction", " ")]
    app: Application[str | None] = Application(
        layout=create_inquirer_layout(control, lambda: words, erase_when_done=True),
        key_bindings=_keys(control),
        style=merge_styles_default([None]),
        erase_when_done=True,
    )
    app.ttimeoutlen = _ESCAPE
    return app.run()


def _keys(control: _Searched) -> KeyBindings:
    def search(event: KeyPressEvent) -> None:
        key = event.key_sequence[0].key
        control.add_search_character(key)  # type: ignore[arg-type]  # it takes text, too

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    does: dict[str, Callable[[KeyPressEvent], None]] = {
        **dict.fromkeys((*string.printable, Keys.Backspace), search),
        Keys.Down: lambda _: control.select_next(),
        Keys.Up: lambda _: control.select_previous(),
        Keys.Enter: lambda event: event.app.exit(result=control.get_pointed_at().value),
        Keys.Escape: lambda event: event.app.exit(result=None),
        Keys.ControlC: leave,
        Keys.ControlQ: leave,
    }
    keys = KeyBindings()
    keys.add(Keys.Any)(lambda _: None)  # else other letters go into the prompt's own line
    for key, handler in does.items():
        keys.add(key, eager=True)(handler)
    return keys
