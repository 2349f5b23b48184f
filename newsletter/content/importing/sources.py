"""A source of summaries: a file that is a page of the blog, as text or as HTML."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.files import read_bytes
from newsletter.content.importing import landmarks, markup, page
from newsletter.content.importing.blocks import from_text
from newsletter.content.importing.month_reader import Fragment

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP file or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
)
_SAVE = "save the page in the browser as text (.txt) or as a web page (.html)"
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_NO_PAGES = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"}
)
_MOST_CONTROLS = 0.01
MOST_BLOCKS = 10_000
"""Lines or paragraphs of a page; ten years of a monthly blog have some 4,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page, and its file as the editor named it."""

    file: Path
    summaries: tuple[page.ParsedSummary, ...]
    fragments: tuple[Fragment, ...]


def read(file: Path) -> Source:
    """Read a file as a page of the blog. Raises NewsletterError where it is none."""
    if re.match(r"https?:/", str(file)):
        raise fail("this is the address of a page, no file", file=file, hint=_SAVE)
    if file.is_dir():
        raise fail("this is a folder", file=file, hint=f"name the pages in it: {file}/*.html")
    found = parse(read_bytes(file, file), file)
    return Source(file=file, summaries=found.summaries, fragments=found.fragments)


def parse(data: bytes, name: Path) -> page.Page:
    """Read a page's bytes; `name` is how problems name it. Raises NewsletterError."""
    text = decode(data, name)
    is_html = markup.is_html(text)
    if not is_html:
        _refuse_many(sum(not line.isspace() for line in text.splitlines()), "lines", name)
    blocks = markup.from_html(text) if is_html else from_text(text)
    _refuse_many(len(blocks), "paragraphs", name)
    if not any(landmarks.month(block.text) for block in blocks):
        raise _no_page("there is no month heading in it", name)
    found = page.parse(blocks, is_whole=is_html and markup.is_whole(text))
    if not found.is_blog:
        raise _no_page("there is no 'Practice Implications' in it, and no reference", name)
    return found


def _refuse_many(count: int, what: str, name: Path) -> None:
    if count > MOST_BLOCKS:
        raise fail(
            f"the page has {count:,} {what}; at most {MOST_BLOCKS:,} are read",
            file=name,
            hint="divide it between two months, and import the parts together",
        )


def decode(data: bytes, name: Path) -> str:
    """Return a file's text in NFC; a character that is cut off at the end is left out.

    The encoding is UTF-8, UTF-16 or UTF-32 by a byte order mark, the one that HTML declares, or
    cp1252. Raises NewsletterError for a file that is no text.
    """
    if not data.strip():
        raise fail("the file is empty", file=name, hint=_SAVE)
    known = next((what for magic, what in _KNOWN if data.startswith(magic)), None)
    if known:
        raise fail(f"this is {known}, no text", file=name, hint=_SAVE)
    text = _decoded(data)
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32)))
    if controls > _MOST_CONTROLS * len(text):
        raise fail("this is binary data, no text", file=name, hint=_SAVE)
    if not text.strip():
        raise fail("the file is empty", file=name, hint=_SAVE)
    return unicodedata.normalize("NFC", text)


def _decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _whole(data[len(bom) :], encoding, errors="replace")
    if encoding_without_bom := _utf16_without_bom(data):
        return _whole(data, encoding_without_bom, errors="replace")
    try:
        return _whole(data, "utf-8", errors="strict")
    except UnicodeDecodeError:
        return data.decode(_declared(data), "replace")


def _whole(data: bytes, encoding: str, *, errors: str) -> str:
    """Decode all whole characters; one that is cut off at the end is dropped."""
    return codecs.getincrementaldecoder(encoding)(errors).decode(data, final=False)


def _utf16_without_bom(data: bytes) -> str | None:
    """Detect UTF-16 of mostly Latin text: its zero bytes are all at odd, or all at even places."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    third = len(head) // 6
    if odd > third and not even:
        return "utf-16-le"
    return "utf-16-be" if even > third and not odd else None


def _declared(data: bytes) -> str:
    """Return the encoding that HTML declares, if the declaration can be read in it; else cp1252.

    Python's codecs include transformations (hex, zlib, rot13) and forms of host names (idna,
    punycode); some of them raise for any text.
    """
    match = _CHARSET.search(data[:4096])
    if match is None:
        return "cp1252"
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
        is_read = match[0].decode(name, "replace") == match[0].decode("ascii", "replace")
    except (LookupError, ValueError):
        return "cp1252"
    return name if is_read and name not in _NO_PAGES else "cp1252"


def _no_page(what: str, name: Path) -> NewsletterError:
    return fail(
        f"this is no page of the blog: {what}",
        file=name,
        hint=f"looked for {landmarks.LOOKED_FOR}",
    )
