"""Slots: the places in a compiled email that are filled for each reader.

A compiled text is a sequence of parts, each a string or a Slot. The names of slots:

    reader.NAME     a field of the reader, with a fallback
    unsubscribe     the reader's unsubscribe URL (https where one is configured, else mailto:)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Context(StrEnum):
    """The surroundings of a slot; they decide how its value is escaped."""

    HTML = "html"
    """Text or attribute of HTML: `& < > " '` become entities."""
    URL = "url"
    """Inside a URL in an attribute: percent-encoded."""
    TEXT = "text"
    """Plain text or a header's text: as it is."""
    WHOLE_URL = "whole-url"
    """The whole of a URL attribute: an https or mailto URL, HTML-escaped."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place: its name, the text for a reader without a value, and its context."""

    name: str
    fallback: str
    context: Context


Slotted = tuple[str | Slot, ...]
"""A text with slots: strings and slots in order, never two strings in a row."""


def plain(text: Slotted) -> list[str | list[str]]:
    """Return a text as JSON can hold it: a slot is [name, fallback, context]."""
    return [p if isinstance(p, str) else [p.name, p.fallback, p.context.value] for p in text]


def fill(text: Slotted, value_of: Callable[[Slot], str]) -> str:
    """Return the text with every slot replaced by its (already escaped) value."""
    return "".join(part if isinstance(part, str) else value_of(part) for part in text)
