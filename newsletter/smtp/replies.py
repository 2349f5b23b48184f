"""Replies of an SMTP server, from bytes (RFC 5321, 4.2; RFC 3463 for the enhanced code).

The parser is bounded: a broken or hostile server cannot fill the memory, and each input ends in a
reply or `BadReply`.

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
# RFC 5321, 4.5.3.1.5 allows 512; real servers send more
_LONGEST_LINE: Final = 4096
_MOST_OCTETS: Final = 65536
_LONGEST_TEXT: Final = 500
_MOST_KNOWN: Final = 64
_CR: Final = 0x0D
_HEAD: Final = len("250 2.0.0 ")


class BadReply(Exception):  # noqa: N818
    """The octets are no SMTP reply; str() says why."""


class ReplyReader:
    """Bytes in, replies out; incomplete lines are kept for the next read.

    Servers repeat a few lines, so parsed lines are cached. `hidden` is applied before the text is
    cut to its longest length.
    """

    def __init__(self, hidden: Hidden | None = None) -> None:
        self.verbatim = False
        """Whether a 250 is left as it is: a keyword of EHLO may equal the secret."""
        self._hidden = hidden or Hidden()
        self._buffer = b""
        self._unread: list[bytes] = []
        self._lines: list[tuple[bytes, bytes]] = []
        self._octets = 0
        self._known: dict[bytes, Reply] = {}
        self._heads: dict[bytes, Reply] = {}

    def feed(self, data: bytes) -> None:
        """Add octets from the server; `read` returns their replies."""
        lines = (self._buffer + data if self._buffer else data).split(b"\n")
        self._buffer = lines.pop()
        lines.reverse()  # the next line is popped from the end
        self._unread = lines + self._unread if self._unread else lines

    def read(self) -> Reply | None:
        """Return the next complete reply, or None. Raises BadReply."""
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
        """Forget what was read ahead: after STARTTLS, RFC 3207, 4.2 requires it."""
        self._buffer = b""
        self._unread = []
        self._lines, self._octets = [], 0

    def _line(self, line: bytes) -> Reply | None:
        """Return the reply that a line, without its LF, completes."""
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
        """Return the reply of a line with a known code and enhanced code, or None."""
        like = self._heads.get(line[:_HEAD])
        if like is None or not line.isascii() or len(line) > _LONGEST_TEXT or line[-1] != _CR:
            return None
        text = self._hidden.out_of(line[_HEAD:-1]).decode()
        plain = text.isprintable() and "  " not in text and text.strip() == text
        return Reply(like.code, like.enhanced, text) if plain else None


def _reply(code: int, texts: list[bytes]) -> Reply:
    """Return a reply; several lines stay several, because EHLO has a keyword on each."""
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
