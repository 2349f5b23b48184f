"""Text as 7-bit bytes: quoted-printable for bodies (RFC 2045, 6.7), encoded words for headers.

The results are ASCII in lines of at most 76 characters that end in CRLF. No line begins with a
dot, so dot-stuffing (RFC 5321, 4.5.2) changes nothing: the message goes out as it is.

Compiled by mypyc.
"""

from __future__ import annotations

import base64
import re
from typing import Final

_LINE: Final = 76
# The usual value of a slot; with "=" encoded as "=3D" it still fits a line.
_PLAIN_SLOT: Final = re.compile(rb"[A-Za-z0-9:/?@_+,;()' -][A-Za-z0-9:/?@_+,;()'.= -]{0,69}")
_OCTETS: Final = [
    bytes([octet]) if 33 <= octet <= 126 and octet != 61 or octet in b" \t" else b"=%02X" % octet  # noqa: PLR2004, RUF021
    for octet in range(256)
]
_ESCAPED: Final = re.compile(rb"[^\t !-<>-~]")
_ENCODED_WORD: Final = 75  # RFC 2047, 2: an encoded word has at most 75 characters
_WORD_OCTETS: Final = (_ENCODED_WORD - len("=?utf-8?b??=")) // 4 * 3


def quoted_printable(text: str) -> bytes:
    """Return a text as quoted-printable; its line ends (LF or CRLF) become CRLF, none is added."""
    lines = text.replace("\r\n", "\n").split("\n")
    return b"\r\n".join(_wrap(line.encode("utf-8")) for line in lines)


def quoted_printable_slot(value: str) -> bytes:
    """Return a slot's value as quoted-printable, for soft-broken lines of its own.

    Its line ends are encoded as data.
    """
    octets = value.encode("utf-8")
    if _PLAIN_SLOT.fullmatch(octets) and octets.count(b"=") <= 1:
        return octets.replace(b"=", b"=3D")
    return _wrap(octets)


def _wrap(line: bytes) -> bytes:
    text = _ESCAPED.sub(_escape, line)
    if text.endswith((b" ", b"\t")):  # RFC 2045, 6.7 (3): no white space at the end
        text = text[:-1] + b"=%02X" % text[-1]
    out: list[bytes] = []
    start = 0
    while True:
        # A dot at a line's start would be stuffed.
        first = b"=2E" if text.startswith(b".", start) else text[start : start + 1]
        end = start + _LINE - len(first)
        if end >= len(text):
            out.append(first + text[start + 1 :])
            return b"=\r\n".join(out)
        cut = text.rfind(b"=", end - 2, end)  # never inside of an escape
        end = cut if cut >= 0 else end
        out.append(first + text[start + 1 : end])
        start = end


def _escape(match: re.Match[bytes]) -> bytes:
    return _OCTETS[match[0][0]]


def header_text(text: str, *, used: int) -> str:
    """Return unstructured header text, folded; `used` columns are taken on the first line.

    ASCII stays as it is where it folds at single spaces; anything else becomes encoded words
    (RFC 2047, 5 (1)), each holding whole characters.
    """
    if text.isascii() and text.isprintable() and "=?" not in text:
        folded = _fold_words(text, used)
        if folded is not None:
            return folded
    return encoded_words(text, used=used)


def encoded_words(text: str, *, used: int) -> str:
    """Return a text as one or more base64 encoded words, a line each."""
    room = max(3, (_ENCODED_WORD - used - len("=?utf-8?b??=")) // 4 * 3)
    whole = text.encode("utf-8", "replace")
    if len(whole) <= room:
        return _word(whole)
    words: list[str] = []
    chunk = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(chunk) + len(octets) > room and chunk:
            words.append(_word(chunk))
            chunk, room = b"", _WORD_OCTETS
        chunk += octets
    words.append(_word(chunk))
    return "\r\n ".join(words)


def _word(octets: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="


def _fold_words(text: str, used: int) -> str | None:
    """Fold at single spaces; None where that cannot keep the text or the line length."""
    if text != " ".join(text.split()):
        return None
    lines: list[str] = []
    line = ""
    room = _LINE - used
    for word in text.split(" "):
        if len(word) > _LINE - 1:
            return None
        candidate = f"{line} {word}" if line else word
        if len(candidate) > room and line:
            lines.append(line)
            line, room = word, _LINE - 1
        else:
            line = candidate
    lines.append(line)
    return "\r\n ".join(lines)
