"""Traces of a person in files, however they are written there.

A text is looked for in any case, in UTF-8, UTF-16 and Latin-1, percent-encoded, as
quoted-printable and encoded words, with escapes of JSON and HTML, and in base64 at each of its
three alignments; line breaks that an encoding added do not hide it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

_PIECE: Final = 1 << 20
_OVERLAP: Final = 8_192
"""More octets than a text has in any encoding, with its line breaks."""
_SHORTEST: Final = 8
"""Octets of base64; shorter ones occur by chance."""


class Traces:
    """Looks for texts in files: the spellings of an address, and names of two words or more."""

    def __init__(self, spellings: Iterable[str], names: Iterable[str] = ()) -> None:
        texts = {each.strip() for each in spellings}
        texts |= {" ".join(each.split()) for each in names if len(each.split()) > 1}
        self._plain = frozenset(form for text in texts - {""} for form in _plain_forms(text))
        self._base64 = frozenset(form for text in texts - {""} for form in _base64_forms(text))

    def are_in(self, file: Path) -> bool:
        """Return whether a file has one; False for a file that cannot be read."""
        with contextlib.suppress(OSError), file.open("rb") as data:
            before = b""
            while piece := data.read(_PIECE):
                if self.are_among(before + piece):
                    return True
                before = piece[-_OVERLAP:]
        return False

    def are_among(self, octets: bytes) -> bool:
        """Return whether octets have one."""
        lower = octets.lower()
        if any(form in lower for form in self._plain):
            return True
        unfolded = lower.replace(b"=\r\n", b"").replace(b"=\n", b"")
        if len(unfolded) < len(lower) and any(form in unfolded for form in self._plain):
            return True
        joined = octets.replace(b"\r", b"").replace(b"\n", b"")
        return any(form in joined for form in self._base64)


def _plain_forms(text: str) -> Iterator[bytes]:
    """Yield the forms of a text that are compared in lower case."""
    # Letters outside ASCII have two cases, and octets are made lower-case as ASCII only.
    for each in {text, text.lower(), text.upper()}:
        utf8 = each.encode("utf-8", "replace")
        yield utf8.lower()
        yield each.encode("latin-1", "replace").lower()
        yield each.encode("utf-16-le", "replace").lower()
        yield each.encode("utf-16-be", "replace").lower()
        for safe in ("@", ""):
            percent = quote(each, safe=f"{safe}!$'*+/=^`{{|}}~").lower()
            yield percent.encode()
            yield percent.replace("%20", "+").encode()
        printable = quote(each, safe="@!#$%&'*+/^`{|}~ ").replace("%", "=").lower()
        for blank in (" ", "_", "=20"):
            for at in ("@", "=40"):
                yield printable.replace(" ", blank).replace("@", at).encode()
        yield json.dumps(each)[1:-1].lower().encode()
        yield utf8.lower().replace(b"@", b"&#64;")


def _base64_forms(text: str) -> Iterator[bytes]:
    """Yield what a text becomes in base64, without the ends that depend on what is around it."""
    for each in {text, text.lower(), text.upper()}:
        for octets in (each.encode("utf-8", "replace"), each.encode("utf-16-le", "replace")):
            for shift in range(3):
                whole = base64.b64encode(bytes(shift) + octets)
                first = (shift * 8 + 5) // 6
                inner = whole[first : (shift + len(octets)) * 8 // 6]
                if len(inner) >= _SHORTEST:
                    yield inner


def files_below(folder: Path, ours: Collection[Path] = ()) -> Iterator[Path]:
    """Yield the plain files in a folder and its subfolders, by name, but for `ours`.

    Links are not followed. What git keeps is compressed, and a virtual environment is a program's:
    neither is read.
    """
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(each for each in folders if not _is_skipped(here / each))
        for name in sorted(files):
            file = here / name
            with contextlib.suppress(OSError):
                if file not in ours and stat.S_ISREG(file.lstat().st_mode):
                    yield file


def _is_skipped(folder: Path) -> bool:
    return folder.name == ".git" or (folder / "pyvenv.cfg").exists()
