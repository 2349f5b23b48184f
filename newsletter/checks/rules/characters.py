"""The rule about odd characters: what a program has spoilt, and what was meant."""

# ruff: noqa: RUF001 - the odd ones are what this is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.texts import around, passages, rows
from newsletter.content.issue.issue import Issue

# Where cp1252 has no character, programs pass the C1 control through.
_CP1252 = {
    **{bytes([octet]).decode("cp1252", "ignore"): octet for octet in range(0x80, 0x100)},
    **{chr(octet): octet for octet in (0x81, 0x8D, 0x8F, 0x90, 0x9D)},
    **{chr(octet): octet for octet in range(0x80, 0xA0)},
}
_CP1252.pop("", None)
_RUN = re.compile("[" + re.escape("".join(_CP1252)) + "]{2,}")
_LEAD_2, _LEAD_3, _LEAD_4 = range(0xC2, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF5)
_LATIN = frozenset({0xC2, 0xC3})
# â with € behind it and its like: dashes, quotes, signs, the byte order mark, emoji.
_SURE = {0xE2: "€‚„…†‡ˆ‰\x80\x82\x84\x85\x86\x87\x88\x89", 0xEF: "»¬¼½", 0xF0: "Ÿ\x9f"}
_CLOSING = frozenset("”’»…–—™")
# What MacRoman makes of UTF-8: curly quotes and dashes, and the accented letters.
_MAC = re.compile("‚Ä[ôòúùìî¶]|(?<=\\w)√[©®†°ßºµ∂§¥∫Ø∑≥]")
# What is left of a no-break space: no word has a capital in its end alone.
_SPACE = re.compile(r"(?<=[a-z\d<>=.,;:)%])Â(?=[ \d])")
_LOST = "\ufffd"
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_DIRECTING = re.compile("[\u202a-\u202e]")
_TIMES = 3


def odd_characters(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find lost characters, text decoded in the wrong way, and symbols that nobody else has."""
    for passage in passages(dossier, issue):
        if passage.text.isascii():
            continue
        for number, row in rows(passage):
            if row.isascii():
                continue
            for message, hint, level in _odd(row):
                yield Problem(
                    message=message, file=passage.file, line=number, hint=hint, level=level
                )


def _odd(row: str) -> Iterator[tuple[str, str | None, Level]]:
    if (at := row.find(_LOST)) >= 0:
        yield (
            f'a character was lost here: "{around(row, at, at + 1, 15)}"',
            "write the letter that stood there",
            Level.ERROR,
        )
    if spoilt := first_spoilt(row):
        start, end, meant = spoilt
        word = _word(row, start, end)
        better = row[word[0] : start] + meant + row[end : word[1]]
        yield (
            f"spoilt characters: '{row[start:end]}' in \"{around(row, start, end, 15)}\"",
            f"was this meant? {mended(better)}",
            Level.ERROR,
        )
    if match := _PRIVATE.search(row):
        near = around(row, match.start(), match.end(), 15)
        yield (
            f'a symbol that only its own font can show (U+{ord(match[0]):04X}): "{near}"',
            "it came from a word processor or a PDF: write the character that is meant",
            Level.WARNING,
        )
    if match := _DIRECTING.search(row):
        yield (
            f"an invisible character turns the text around (U+{ord(match[0]):04X})",
            "take it out: the direction of a paragraph is found by itself",
            Level.WARNING,
        )


def first_spoilt(text: str) -> tuple[int, int, str] | None:
    """Return where UTF-8 was read as Windows-1252 or MacRoman, and what it says; or None."""
    return min(_all_spoilt(text, _is_meant), default=None)


def mended(text: str) -> str:
    """Return a spoilt text read aright, also where that happened twice or three times."""
    for _ in range(_TIMES):
        if first_spoilt(text) is None:
            break
        for start, end, meant in sorted(_all_spoilt(text, _is_any), reverse=True):
            text = text[:start] + meant + text[end:]
    return text


def _all_spoilt(
    text: str, is_meant: Callable[[str, int, int, str], bool]
) -> list[tuple[int, int, str]]:
    found = [each for run in _RUN.finditer(text) for each in _pieces(text, run, is_meant)]
    found += [(m.start(), m.end(), _from_mac(m[0])) for m in _MAC.finditer(text)]
    found += [(m.start(), m.end(), " ") for m in _SPACE.finditer(text)]
    return found


def _pieces(
    text: str, run: re.Match[str], is_meant: Callable[[str, int, int, str], bool]
) -> Iterator[tuple[int, int, str]]:
    """Yield what reads as UTF-8 within a run of characters beyond ASCII."""
    octets = bytes(_CP1252[character] for character in run[0])
    at = 0
    while at < len(octets):
        size = _size(octets[at])
        meant = _decoded(octets[at : at + size]) if size else None
        start, end = run.start() + at, run.start() + at + size
        if meant is not None and is_meant(text, start, end, meant):
            yield start, end, meant
            at += size
        else:
            at += 1


def _is_any(_text: str, _start: int, _end: int, meant: str) -> bool:
    """In a text that is known to be spoilt, what can be read is meant."""
    return unicodedata.category(meant) not in {"Cn", "Co"}


def _size(lead: int) -> int:
    for size, leads in ((2, _LEAD_2), (3, _LEAD_3), (4, _LEAD_4)):
        if lead in leads:
            return size
    return 0


def _decoded(octets: bytes) -> str | None:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_meant(text: str, start: int, end: int, meant: str) -> bool:
    """Whether that is likelier than what stands there.

    Real words have accented letters before a closing quotation mark, a dash, an ellipsis:
    `«está»…`, `AMANHÃ”`. What could be one of these is no finding.
    """
    if not _is_any(text, start, end, meant):
        return False
    lead = _CP1252[text[start]]
    name = unicodedata.name(meant, "")
    closes = text[end - 1] in _CLOSING
    if lead in _LATIN:
        before, after = text[start - 1 : start], text[end : end + 1]
        return not closes or before.islower() or before.isdigit() or after.isalpha()
    if lead in _SURE:
        return text[start + 1] in _SURE[lead]
    if name.startswith("LATIN"):
        return not closes and not text[start + 1].isalpha() and text[end - 1] != "“"
    # Other scripts come in rows.
    beside = {_script(text[start - 1 : start]), _script(_following(text, end))}
    return meant.isalpha() and _script(meant) in beside


def _following(text: str, start: int) -> str:
    """Return the letter that follows, where it was spoilt in the same way."""
    octets = bytes(_CP1252.get(each, 0) for each in text[start : start + 4])
    size = _size(octets[0]) if octets else 0
    return (_decoded(octets[:size]) or "") if size else ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, " ").split(" ")[0] if len(letter) == 1 else ""


def _from_mac(spoilt: str) -> str:
    return spoilt.encode("mac_roman").decode("utf-8", "replace")


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the word around a find begins and ends."""
    first = max(text.rfind(" ", 0, start) + 1, start - 20, 0)
    last = text.find(" ", end)
    return first, min(len(text) if last < 0 else last, end + 20)
