"""The files in a ZIP, as some tools give an export: each one read from its octets, none unpacked.

The name of a member is only shown. Its octets are copied to a temporary file without a name, so
that nothing is left behind, whatever ends the program. Limits are on what is really read: the
sizes that a ZIP states may be wrong (a "zip bomb").
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from newsletter.basics.errors import NewsletterError, fail

MOST_FILES = 20_000
"""Members of a ZIP; a newsletter's export has one for each post."""
LARGEST = 256 << 20
"""Octets of one member."""
LARGEST_TOGETHER = 512 << 20
"""Octets of all members that are read."""
_TABLES = frozenset({".csv", ".tsv", ".txt"})
_CHUNK = 1 << 20
_MAGIC = b"PK\x03\x04"
_OF_SPREADSHEETS = "[Content_Types].xml"
_SAVE = "save the sheet as CSV (UTF-8) in the spreadsheet program, and import that"


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in a ZIP: `name` with its folders, and its octets, or why it is passed over."""

    name: str
    octets: BinaryIO | None = None
    passed_over: str = ""


def is_zip(file: Path) -> bool:
    """Return whether a plain file begins like a ZIP. Raises NewsletterError, OSError."""
    if not file.exists():
        raise fail("there is no such file", file=file, hint="name the file that the tool exported")
    if not file.is_file():
        raise fail("this is no file", file=file, hint="name the files themselves")
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def members_of(file: Path) -> Iterator[ZipMember]:
    """Yield the files in a ZIP by their order in it, folders not.

    Raises NewsletterError for a ZIP that is damaged or beyond the limits, and for a spreadsheet
    file, which is a ZIP too.
    """
    try:
        with zipfile.ZipFile(file) as opened:
            infos = opened.infolist()
            if len(infos) > MOST_FILES:
                raise fail(f"the ZIP holds more than {MOST_FILES:,} files", file=file)
            if any(each.filename == _OF_SPREADSHEETS for each in infos):
                raise fail("this is a spreadsheet file", file=file, hint=_SAVE)
            left = LARGEST_TOGETHER
            for info in infos:
                if info.is_dir():
                    continue
                member, size = _member(opened, info, left, file)
                left -= size
                yield member
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        hint = "download it again from the tool"
        raise fail(f"the ZIP is damaged: {error}", file=file, hint=hint) from None


def _member(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, file: Path
) -> tuple[ZipMember, int]:
    """Return a member and how many octets were read of it."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    is_hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    if is_hidden or path.suffix.lower() not in _TABLES:
        return ZipMember(info.filename, passed_over="no table"), 0
    if info.flag_bits & 1:
        return ZipMember(info.filename, passed_over="it needs a password"), 0
    octets = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    try:
        with opened.open(info) as source:
            size = _copy(source, octets, min(left, LARGEST))
    except NotImplementedError:
        octets.close()
        return ZipMember(info.filename, passed_over="packed in a way that is not known here"), 0
    except NewsletterError:
        octets.close()
        what = f"{info.filename} is larger than a list is"
        hint = f"unpack it, and import the files of who subscribed (at most {LARGEST >> 20} MB)"
        raise fail(what, file=file, hint=hint) from None
    except BaseException:
        octets.close()
        raise
    return ZipMember(info.filename, octets), size


def _copy(source: IO[bytes], to: IO[bytes], most: int) -> int:
    """Copy octets; raise NewsletterError where there are more than `most`."""
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise fail("too large")
        to.write(chunk)
    to.seek(0)
    return size
