"""One setting's value: taken from TOML as it comes, returned as the program wants it.

Each function takes what TOML made of a value and returns the right thing or raises BadValue.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

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
    Scheme,
    TransportUrl,
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
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
                   r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RATE = re.compile(r"\s*(\d{1,9})\s*/\s*(\w+)\s*")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_PORTS = {Scheme.SMTP: 587, Scheme.SMTPS: 465, Scheme.SMTP_PLAIN: 25}
_LONGEST_LIST_ID = 255
_LONGEST_BOUNCES_LOCAL = 64 - len("+") - 24
_LARGEST_PORT = 65535
_MOST_CONNECTIONS = 100


class BadValue(ValueError):  # noqa: N818 - the name says what the value is
    """The value is refused; str() says why, `hint` what to write instead."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


def lines(value: Any) -> str:
    """Take text, perhaps of several lines."""
    if not isinstance(value, str):
        raise BadValue(f"text is wanted, not {_kind(value)}", "text stands in quotes")
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


def domain(value: Any) -> str:
    """Take a domain's name, as in the d= of a DKIM signature."""
    text = line(value).lower()
    try:
        name = text.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if "." not in name or not _HOST.fullmatch(name):
        only = text.rpartition("@")[2].removeprefix("https://").strip("/")
        hint = f'only the domain: "{only}"' if only != text else 'for example "example.org"'
        raise BadValue(f"'{text}' is no domain", hint)
    return name


def bounces_address(value: Any) -> Address:
    """Take an address that leaves room for a token: LOCAL+TOKEN has at most 64 octets.

    RFC 5321, 4.5.3.1.1; a token has 24 letters.
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


def web_url(value: Any) -> str:
    """Take an http or https URL, without a final slash."""
    text = line(value)
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise BadValue(f"'{text}' is no web address", 'for example "https://news.example.org"')
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise BadValue("pages are put under it, so it cannot hold ? or #")
    return text.rstrip("/")


def secure_url(value: Any) -> str:
    """Take an https URL, without a final slash: one-click needs it (RFC 8058, 3.1)."""
    text = web_url(value)
    if not text.lower().startswith("https://"):
        raise BadValue("it must begin with https:// (RFC 8058)")
    return text


def database(value: Any) -> str:
    """Take the path behind `sqlite:`."""
    text = line(value)
    scheme, colon, path = text.partition(":")
    if scheme in {"postgresql", "postgres"}:
        raise BadValue(
            "this version keeps its state in SQLite only", '"sqlite:.newsletter/state.db"'
        )
    if scheme != "sqlite" or not colon or not path.strip() or path.startswith("//"):
        raise BadValue(
            f"'{_without_password(text)}' names no database", '"sqlite:.newsletter/state.db"'
        )
    return path.strip()


def durability(value: Any) -> Durability:
    """Take `full` or `normal`."""
    text = line(value)
    try:
        return Durability(text)
    except ValueError:
        raise BadValue(f'\'{text}\' is neither "full" nor "normal"') from None


def auth(value: Any) -> Auth:
    """Take `password` or `xoauth2`."""
    text = line(value)
    try:
        return Auth(text.lower())
    except ValueError:
        near = did_you_mean(text, [each.value for each in Auth])
        raise BadValue(f'\'{text}\' is neither "password" nor "xoauth2"', near) from None


def pipelining(value: Any) -> Pipelining:
    """Take `full`, `before-dot` or `off`."""
    text = line(value)
    try:
        return Pipelining(text.lower())
    except ValueError:
        near = did_you_mean(text, [each.value for each in Pipelining])
        raise BadValue(f'\'{text}\' is neither "full", "before-dot" nor "off"', near) from None


def connections(value: Any) -> int:
    """Take how many connections at once, 1 to 100."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(f"a number is wanted, not {_kind(value)}", "for example: connections = 3")
    if not 1 <= value <= _MOST_CONNECTIONS:
        raise BadValue(f"{value} is not between 1 and {_MOST_CONNECTIONS}")
    return value


def column(value: Any) -> str:
    """Take how a column of the list is read: as a known one, `field` or `ignore`."""
    text = line(value).lower()
    ways = (*KNOWN_COLUMNS, AS_FIELD, IGNORED)
    if text not in ways:
        near = did_you_mean(text, ways)
        hint = near or f"a column is read as {', '.join(ways[:-1])} or {IGNORED}"
        raise BadValue(f"'{text}' is no way to read a column", hint)
    return text


def rates(value: Any) -> tuple[Rate, ...]:
    """Take one rate or several, all of which hold at once."""
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


def transport(value: Any, root: Path) -> TransportUrl:
    """Take a way out (settings.values.Scheme); a Maildir's path is relative to `root`."""
    text = line(value)
    scheme_text, colon, rest = text.partition(":")
    try:
        scheme = Scheme(scheme_text.lower())
    except ValueError:
        near = did_you_mean(scheme_text, [each.value for each in Scheme]) if colon else None
        raise BadValue(
            f"'{_without_password(text)}' is no transport",
            near or 'for example "smtp://smtp.example.org:587" or "maildir:outbox"',
        ) from None
    if scheme is Scheme.MAILDIR:
        return _maildir(rest.strip(), root)
    return _smtp(scheme, text)


def _maildir(path: str, root: Path) -> TransportUrl:
    if not path or path.startswith("//"):
        raise BadValue("the folder is missing", 'write "maildir:outbox"')
    return TransportUrl(scheme=Scheme.MAILDIR, path=root / Path(path).expanduser())


def _smtp(scheme: Scheme, text: str) -> TransportUrl:
    example = f'for example "{scheme}://smtp.example.org:{_PORTS[scheme]}"'
    parts = _split(text)
    if parts is not None and "@" in parts.netloc:
        raise BadValue(
            "name and password do not belong in the transport",
            "the name is delivery.user; the password comes from NEWSLETTER_SMTP_PASSWORD or the "
            "keyring",
        )
    if parts is None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadValue(f"'{text}' is no mail server", example)
    host = parts.hostname or ""
    host = host if ":" in host else host.encode("idna").decode("ascii")
    port = parts.port if parts.port is not None else _PORTS[scheme]
    if not 1 <= port <= _LARGEST_PORT:
        raise BadValue(f"there is no port {port}", example)
    return TransportUrl(scheme=scheme, host=host, port=port)


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL that names a host, or None."""
    if re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
        host = parts.hostname or ""
        if ":" not in host and not _HOST.fullmatch(host.encode("idna").decode("ascii")):
            return None
    except (ValueError, UnicodeError):
        return None
    return parts


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//...@", text)


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
