"""One setting's value, judged: each function takes what TOML holds, and raises BadValue.

Those that name a host or a URL are in `urls`.
"""

from __future__ import annotations

import re
import shlex
from enum import StrEnum
from typing import Any, TypeVar

from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.controls import CONTROLS, SEPARATORS, SURROGATES
from newsletter.basics.errors import did_you_mean
from newsletter.settings.values import (
    AS_FIELD,
    IGNORED,
    KNOWN_COLUMNS,
    Auth,
    Durability,
    Mailbox,
    Pipelining,
    Rate,
)

# C0, DEL, C1, and the separators that some programs take for line ends.
_CONTROL = re.compile(rf"(?!\n)[{CONTROLS}{SEPARATORS}{SURROGATES}]")
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_NAMED = re.compile(r"(?P<name>[^<>@]*\S)\s+(?P<address>[^<>@\s]+@[^<>@\s]+)")
# RFC 2919, 2: list-id = label "." namespace, dot-atom text.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LIST_ID = re.compile(rf"{_ATOM}(?:\.{_ATOM})+")
# RFC 5646, 2.1, its outer shape; no language of more than three letters is registered.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RATE = re.compile(r"\s*(\d{1,9})\s*/\s*(\w+)\s*")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LONGEST_LIST_ID = 255
_LONGEST_BOUNCES_LOCAL = 64 - len("+") - 24
_MOST_CONNECTIONS = 100

W = TypeVar("W", bound=StrEnum)


class BadValue(ValueError):  # noqa: N818 - the name says what the value is
    """The value is refused; str() says why, `hint` what to write instead."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


def lines(value: Any) -> str:
    """Take text, perhaps of several lines."""
    if not isinstance(value, str):
        raise BadValue(f"it must be text, not {_kind(value)}", "put it in quotes")
    if found := _CONTROL.search(value):
        raise BadValue(f"it holds a control character (U+{ord(found[0]):04X})", "take it out")
    return value.strip()


def line(value: Any) -> str:
    """Take text of one line: it may end up in a header."""
    text = lines(value)
    if "\n" in text:
        raise BadValue("it must be one line", "take the line break out")
    return text


def name(value: Any) -> str:
    """Take a template's name: letters, digits, hyphen, underscore."""
    text = line(value)
    if not _NAME.fullmatch(text):
        raise BadValue(f"'{text}' is no name of a template", 'for example "default"')
    return text


def design(value: Any) -> str | int:
    """Take a colour, a font, a size: text or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return line(value)


def address(value: Any) -> Address:
    """Take an address without a name."""
    text = line(value)
    try:
        return parse_address(text)
    except BadAddress as bad:
        inner = _MAILBOX.fullmatch(text)
        only = inner["address"].strip() if inner else text.lower().removeprefix("mailto:")
        hint = f'only the address: "{only}"' if "@" in only and only != text else None
        raise BadValue(f"'{text}' is no email address: {bad}", hint) from None


def bounces_address(value: Any) -> Address:
    """Take an address that leaves room for a token of 24 letters.

    RFC 5321, 4.5.3.1.1: LOCAL+TOKEN has at most 64 octets.
    """
    found = address(value)
    if len(found.local) > _LONGEST_BOUNCES_LOCAL or not found.local.isascii():
        raise BadValue(
            f"'{found.local}' is too long before the @: a token of 25 letters is added to it",
            f'at most {_LONGEST_BOUNCES_LOCAL} plain letters: "bounces@{found.domain}"',
        )
    return found


def mailbox(value: Any) -> Mailbox:
    """Take `Name <address>`, or an address alone (RFC 5322, 3.4); the name may stand in quotes."""
    text = line(value)
    match = _MAILBOX.fullmatch(text)
    if match is None and (words := _NAMED.fullmatch(text)):
        name, only = words["name"].strip('" '), words["address"]
        raise BadValue(f"'{text}' is no sender", f'the address stands in < >: "{name} <{only}>"')
    if match is None and "<" not in text:
        return Mailbox(name="", address=address(text))
    if match is None:
        raise BadValue(f"'{text}' is no sender", 'write "Practice Notes <news@example.org>"')
    display = match["name"].strip()
    if len(display) > 1 and display[0] == display[-1] == '"':
        display = re.sub(r"\\(.)", r"\1", display[1:-1])
    return Mailbox(name=display, address=address(match["address"]))


def list_id(value: Any) -> str:
    """Take the identifier of RFC 2919, 2, without its angle brackets."""
    text = line(value)
    if not _LIST_ID.fullmatch(text) or len(text) > _LONGEST_LIST_ID:
        raise BadValue(
            f"'{text}' is no list identifier",
            'a name under a domain of yours, without @: "practice-notes.example.org"',
        )
    return text


def language(value: Any) -> str:
    """Take a language tag of RFC 5646."""
    text = line(value)
    if not _LANGUAGE.fullmatch(text):
        raise BadValue(f"'{text}' is no language tag", 'for example "en", "fr" or "pt-BR"')
    return text


def durability(value: Any) -> Durability:
    """Take `full` or `normal`."""
    return _word(Durability, value)


def auth(value: Any) -> Auth:
    """Take `password` or `xoauth2`."""
    return _word(Auth, value)


def command(value: Any) -> tuple[str, ...]:
    """Take a command line, which no shell reads; return its words."""
    text = line(value)
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        raise BadValue(f"'{text}' is no command: a quote or a \\ has no end") from None
    if not words or not words[0]:
        raise BadValue(f"'{text}' is no command", 'for example "python3 token.py"')
    return words


def pipelining(value: Any) -> Pipelining:
    """Take `full`, `before-dot` or `off`."""
    return _word(Pipelining, value)


def _word(kind: type[W], value: Any) -> W:
    text = line(value)
    try:
        return kind(text.lower())
    except ValueError:
        words = [each.value for each in kind]
        *others, last = (f'"{word}"' for word in words)
        what = f"'{text}' is neither {', '.join(others)} nor {last}"
        raise BadValue(what, did_you_mean(text, words)) from None


def connections(value: Any) -> int:
    """Take a number of connections, 1 to 100."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(f"it must be a number, not {_kind(value)}", "for example: connections = 3")
    if not 1 <= value <= _MOST_CONNECTIONS:
        raise BadValue(f"{value} is not between 1 and {_MOST_CONNECTIONS}")
    return value


def yes_or_no(value: Any) -> bool:
    """Take `true` or `false`."""
    if not isinstance(value, bool):
        raise BadValue(f"it must be true or false, not {_kind(value)}", "without quotes")
    return value


def column(value: Any) -> str:
    """Take how a column of the list is read: the name of a known one, `field` or `ignore`."""
    text = line(value).lower()
    ways = (*KNOWN_COLUMNS, AS_FIELD, IGNORED)
    if text not in ways:
        near = did_you_mean(text, ways)
        hint = near or f"a column is read as {', '.join(ways[:-1])} or {IGNORED}"
        raise BadValue(f"'{text}' is no way to read a column", hint)
    return text


def rates(value: Any) -> tuple[Rate, ...]:
    """Take one rate or several; all of them hold."""
    several = value if isinstance(value, list) else [value]
    return tuple(_rate(line(each)) for each in several)


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    unit = match[2].lower() if match else ""
    seconds = _SECONDS.get(unit) or _SECONDS.get(unit.removesuffix("s"))
    if match is not None and seconds is not None and int(match[1]) == 0:
        raise BadValue(f"'{text}' is no rate", 'at least 1, for example "30/minute"')
    if match is None or seconds is None:
        near = did_you_mean(unit, _SECONDS) if unit else None
        raise BadValue(
            f"'{text}' is no rate",
            near or 'a number and second, minute, hour or day: "30/minute"',
        )
    return Rate(int(match[1]), seconds)


def _kind(value: Any) -> str:
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a section"
        case _:
            return "a date"
