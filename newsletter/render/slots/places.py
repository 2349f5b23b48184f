"""Places: tokens for a reader's values, from the template to the finished text.

A template's `{{ reader.first_name | fallback("colleague") }}` becomes an alphanumeric token that
Markdown, MJML, the CSS inliner and the wrapping of lines do not change; `{{ unsubscribe }}`
becomes a whole URL. At the end the text is split at the tokens into strings and Slots; the text
around a token decides the slot's context. A random nonce keeps an author's words from equalling a
token; the result does not hold it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace

from newsletter.content.text.characters import display_width
from newsletter.render.enclosed import enclosed, matched
from newsletter.render.slots.slots import Context, Slot, Slotted

UNSUBSCRIBE = "unsubscribe"

_TYPICAL_UNSUBSCRIBE = 80  # columns: longer than a line, so it gets a line of its own
_URL_ATTRIBUTES = frozenset({"href", "src", "background", "action", "cite", "poster"})
_TAG = re.compile(
    r"""<!--(?:\[if[^\]]*\]>(?:<!-->)?|.*?-->)|<[A-Za-z/](?:"[^"]*"|'[^']*'|[^"'>])*+>""", re.DOTALL
)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG_BEGINS = re.compile(r"<!--|<[A-Za-z/]")
_STYLE = re.compile(r"<(style|script)\b", re.IGNORECASE)
_STYLE_END = {tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("style", "script")}
_LONGEST_URL = 2_000
_LONGEST_NUMBER = 9
_WRITTEN_URL = re.compile(r"https?://[^/?#\s<>\"]+[/?#][^\s<>\"]*\Z", re.IGNORECASE)
_URL_BEGUN = re.compile(r"(?:https?://[^/?#\s]+[/?#]|mailto:)", re.IGNORECASE)


class MisplacedPlace(ValueError):  # noqa: N818 - the name says what it is
    """A reader's value is where none can be inserted safely; str() says where.

    `near` is the template's expression, `reader.city`, or "".
    """

    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(message)
        self.near = near


class Places:
    """The tokens of one compilation; `nonce` is alphanumeric.

    The same name and fallback share a token.
    """

    def __init__(self, nonce: str) -> None:
        if not (nonce.isascii() and nonce.isalnum()):
            raise ValueError("a nonce is of ASCII letters and digits")
        self._nonce = nonce
        self._numbers: dict[tuple[str, str], int] = {}
        self._named: list[tuple[str, str]] = []
        self.unsubscribe = f"https://nl-token.invalid/{nonce}/unsubscribe"
        self._token = re.compile(rf"NLTOK{nonce}N(\d+)Z|{re.escape(self.unsubscribe)}")

    def token(self, name: str, fallback: str) -> str:
        """Return the token of a reader's field."""
        number = self._numbers.setdefault((name, fallback), len(self._numbers))
        if number == len(self._named):
            self._named.append((name, fallback))
        return f"NLTOK{self._nonce}N{number}Z"

    @property
    def sentinel(self) -> str:
        """A comment for the end of the HTML; it is missing where the HTML was truncated."""
        return f"<!--NLEND{self._nonce}-->"

    def measure(self, text: str) -> int:
        """Return the width of a text with its fallbacks inserted, in columns."""
        if self._nonce not in text:
            return display_width(text)
        return display_width(self._token.sub(self._typical, text))

    def authored(self, text: str) -> str:
        """Return a text without its tokens."""
        return self._token.sub("", text) if self._nonce in text else text

    def _typical(self, match: re.Match[str]) -> str:
        slot = self._slot(match, Context.TEXT)
        return slot.fallback if match[1] else "x" * _TYPICAL_UNSUBSCRIBE

    def split_text(self, text: str) -> Slotted:
        """Return plain text as strings and slots."""
        return self._split(
            text,
            lambda match: Context.URL if match[1] and _in_written_url(match) else Context.TEXT,
        )

    def split_html(self, html: str) -> Slotted:
        """Return HTML as strings and slots, each with its context.

        Raises MisplacedPlace where a reader's value would begin a URL or stand in a style.
        """
        contexts = _Contexts(html)
        return self._split(html, lambda match: contexts.of(match, whole=match[1] is None))

    def _split(self, text: str, context_of: Callable[[re.Match[str]], Context]) -> Slotted:
        parts: list[str | Slot] = []
        last = 0
        for match in self._token.finditer(text):
            slot = self._slot(match, Context.TEXT)
            try:
                slot = replace(slot, context=context_of(match))
            except MisplacedPlace as error:
                raise MisplacedPlace(str(error), slot.name) from None
            parts += [text[last : match.start()], slot]
            last = match.end()
        parts.append(text[last:])
        return self._checked(tuple(part for part in parts if part != ""))

    def _slot(self, match: re.Match[str], context: Context) -> Slot:
        if match[1] is None:
            return Slot(UNSUBSCRIBE, "", context)
        number = int(match[1][:_LONGEST_NUMBER])
        if number < len(self._named):
            name, fallback = self._named[number]
            return Slot(f"reader.{name}", fallback, context)
        raise MisplacedPlace("a token that stands for a reader's value was altered")

    def _checked(self, parts: Slotted) -> Slotted:
        nonce = self._nonce.casefold()
        if any(isinstance(part, str) and nonce in part.casefold() for part in parts):
            raise MisplacedPlace("a token that stands for a reader's value was altered")
        return parts


class _Contexts:
    """The contexts of positions in HTML: a style, an attribute, or text."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._styles = list(enclosed(html, _STYLE, _STYLE_END))
        self._tags = [match.span() for match in matched(html, _TAG_BEGINS, _TAG)]

    def of(self, match: re.Match[str], *, whole: bool) -> Context:
        start = match.start()
        if _within(self._styles, start):
            raise MisplacedPlace("a reader's value cannot stand in a style or script")
        tag = _within(self._tags, start)
        if tag is None:
            return Context.URL if not whole and _in_written_url(match) else Context.HTML
        for name, begin, value in _attributes(self._html, *tag):
            if begin <= start < begin + len(value):
                return _of_attribute(name, value[: start - begin], value, whole and match[0])
        raise MisplacedPlace("a reader's value cannot stand in a tag or a comment")


def _in_written_url(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _LONGEST_URL) : match.start()]
    return _WRITTEN_URL.search(before) is not None


def _within(spans: list[tuple[int, int]], position: int) -> tuple[int, int] | None:
    index = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return spans[index] if index >= 0 and position < spans[index][1] else None


def _attributes(html: str, start: int, end: int) -> Iterator[tuple[str, int, str]]:
    for match in _ATTRIBUTE.finditer(html, start, end):
        group = 2 if match[2] is not None else 3
        yield match[1].lower(), match.start(group), match[group]


def _of_attribute(name: str, before: str, value: str, whole: str | bool) -> Context:  # noqa: FBT001
    if name == "style" or name.startswith("on"):
        raise MisplacedPlace(f"a reader's value cannot stand in the attribute '{name}'")
    if name not in _URL_ATTRIBUTES:
        return Context.HTML
    if whole:
        if value.strip() != whole:
            raise MisplacedPlace("the unsubscribe URL must be the whole of its link")
        return Context.WHOLE_URL
    if not _URL_BEGUN.match(before.strip()):
        raise MisplacedPlace(
            "a reader's value cannot begin a URL: write https:// and the host before it"
        )
    return Context.URL
