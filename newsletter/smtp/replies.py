"""Replies of an SMTP server, from bytes (RFC 5321, 4.2; RFC 3463 for the enhanced code).

The parser is bounded: whatever a broken or hostile server sends, memory stays small and the end
is a reply or `BadReply`.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from typing import Final

from newsletter.basics.controls import CONTROLS, SEPARATORS
from newsletter.basics.outcome import Reply
from newsletter.smtp.hidden import Hidden

_LINE: Final = re.compile(rb"([2-5]\d\d)(?:([ -])([^\r\n]*))?\r?")
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_CONTROL: Final = re.compile(f"[{CONTROLS}{SEPARATORS}]+")
# RFC 5321, 4.5.3.1.5 asks for 512; servers with long words are forgiven
_LONGEST_LINE: Final = 4096
_MOST_OCTETS: Final = 65536
_LONGEST_TEXT: Final = 500
_MOST_KNOWN: Final = 64
_CR: Final = 0x0D
_HEAD: Final = len("250 2.0.0 ")


class BadReply(Exception):  # noqa: N818
    """What came is no SMTP reply; str() says what is wrong with it."""


class ReplyReader:
    """Bytes in, replies out; it keeps what is not complete yet.

    A server says the same few lines over and over, so the first ones are read once. What is in
    `hidden` is taken out of what a server says, before anybody cuts its words.
    """

    def __init__(self, hidden: Hidden | None = None) -> None:
        self.verbatim = False
        """Whether a 250 is left as it is: the keywords of EHLO, of which one may be the secret."""
        self._hidden = hidden or Hidden()
        self._buffer = b""
        self._unread: list[bytes] = []
        self._lines: list[tuple[bytes, bytes]] = []
        self._octets = 0
        self._known: dict[bytes, Reply] = {}
        self._heads: dict[bytes, Reply] = {}

    def feed(self, data: bytes) -> None:
        """Take in what came; `read` says what it amounts to."""
        lines = (self._buffer + data if self._buffer else data).split(b"\n")
        self._buffer = lines.pop()
        lines.reverse()  # so that the next one is taken from the end
        self._unread = lines + self._unread if self._unread else lines

    def read(self) -> Reply | None:
        """Return the next reply that is complete, or None. Raises BadReply."""
        while self._unread:
            line = self._unread.pop()
            reply = None if self._lines else self._known.get(line)
            if reply is None:
                reply = self._line(line)
            if reply is not None:
                return reply
        if len(self._buffer) > _LONGEST_LINE:
            raise BadReply(f"a line of more than {_LONGEST_LINE} octets")
        return None

    def discard(self) -> None:
        """Forget everything that was read ahead (RFC 3207, 4.2 after STARTTLS)."""
        self._buffer = b""
        self._unread = []
        self._lines, self._octets = [], 0

    def _line(self, line: bytes) -> Reply | None:
        """Return the reply that a line completes; the line is without its LF."""
        usual = None if self._lines else self._usual(line)
        if usual is not None:
            return usual
        match = _LINE.fullmatch(line)
        if match is None or len(line) > _LONGEST_LINE:
            raise BadReply(f"no SMTP reply: {_shown(self._hidden.out_of(line))}")
        code, separator, text = match[1], match[2] or b" ", match[3] or b""
        if self._lines and self._lines[0][0] != code:
            raise BadReply(f"a reply of two codes: {self._lines[0][0].decode()}, {code.decode()}")
        raw = self.verbatim and code == b"250"
        self._lines.append((code, text if raw else self._hidden.out_of(text)))
        self._octets += len(line)
        if self._octets > _MOST_OCTETS:
            raise BadReply(f"a reply of more than {_MOST_OCTETS} octets")
        if separator == b"-":
            return None
        reply = _reply(int(code), [text for _, text in self._lines])
        if len(self._lines) == 1 and len(self._known) < _MOST_KNOWN and not raw:
            self._known[line] = reply
            if line[:_HEAD] == f"{reply.code} {reply.enhanced} ".encode():
                self._heads[line[:_HEAD]] = reply
        self._lines, self._octets = [], 0
        return reply

    def _usual(self, line: bytes) -> Reply | None:
        """Return the reply of a line that begins like one before: only its words are new."""
        like = self._heads.get(line[:_HEAD])
        if like is None or not line.isascii() or len(line) > _LONGEST_TEXT or line[-1] != _CR:
            return None
        text = self._hidden.out_of(line[_HEAD:-1]).decode()
        plain = text.isprintable() and "  " not in text and text.strip() == text
        return Reply(like.code, like.enhanced, text) if plain else None


def _reply(code: int, texts: list[bytes]) -> Reply:
    """Return a reply; the texts of several lines stay on lines of their own, for EHLO."""
    enhanced = ""
    words: list[str] = []
    for octets in texts:
        text = _CONTROL.sub(" ", octets.decode("utf-8", "replace")).strip()
        match = _ENHANCED.match(text)
        if match and match[1][0] == str(code)[0]:
            enhanced = enhanced or match[1]
            text = text[match.end() :]
        words.append(text)
    if len(words) == 1:
        return one_line(Reply(code, enhanced, words[0]))
    return Reply(code, enhanced, "\n".join(words))


def one_line(reply: Reply) -> Reply:
    """Return the reply as the ledger keeps it: its text on one line, at most 500 characters."""
    text = " ".join(reply.text.split())
    return Reply(reply.code, reply.enhanced, text[:_LONGEST_TEXT].rstrip())


def _shown(line: bytes) -> str:
    return _CONTROL.sub(" ", line[:80].decode("utf-8", "replace")).strip() or "an empty line"
