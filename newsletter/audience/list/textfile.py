"""A text file as people and spreadsheets write it: its encoding found, its text opened.

Compiled by mypyc.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import BinaryIO

from newsletter.basics.errors import EmptyFile, Problem, fail

HEAD = 65_536
_CHUNK = 1 << 20
NAME_THE_COLUMNS = "its first line names the columns, for example: email,name,status"
_SAVE_AS_CSV = "save the list as CSV (UTF-8) in the spreadsheet program"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r\f"))
_TEXT_HAS_FEWER = 0.02
"""Real text has hardly a control byte; compressed and binary files have one in ten."""
_A_FEW = 8
"""A short list may hold so many by accident; each is reported with its row."""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as cp1252; a file may mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("newsletter.cp1252", _as_cp1252)


def empty_file(shown: Path) -> EmptyFile:
    """Return, to be raised, the error of an empty list."""
    return EmptyFile(Problem(message="the file is empty", file=shown, hint=NAME_THE_COLUMNS))


class TextFile:
    """An open file of text: `size` in octets; `strange_line` is the first that is not UTF-8.

    Such lines are read as cp1252. `file` is a path, or octets that can be read again, which stay
    open. Raises NewsletterError for a file that holds no text; `shown` is its path in
    problems.
    """

    def __init__(self, file: Path | BinaryIO, *, shown: Path) -> None:
        self._is_ours = isinstance(file, Path)
        self._raw: BinaryIO = _open(file, shown) if isinstance(file, Path) else file
        self._text: io.TextIOWrapper | None = None
        try:
            self.size = self._raw.seek(0, io.SEEK_END)
            self._raw.seek(0)
            self.encoding, self.strange_line = _encoding(self._raw, shown)
        except BaseException:
            self.close()
            raise

    def from_start(self) -> io.TextIOWrapper:
        """Return the text from its first character; line ends stay as they are.

        There is one pass at a time: a call ends the one before.
        """
        if self._text is not None:
            self._text.detach()
        self._raw.seek(0)
        errors = "newsletter.cp1252" if self.encoding == "utf-8-sig" else "strict"
        self._text = io.TextIOWrapper(self._raw, encoding=self.encoding, errors=errors, newline="")
        return self._text

    def close(self) -> None:
        """Release the file."""
        if self._text is not None:
            self._text.detach()
            self._text = None
        if self._is_ours:
            self._raw.close()


def _open(file: Path, shown: Path) -> BinaryIO:
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            raise fail(
                "this is a pipe or a device, not a file",
                file=shown,
                hint="it is read more than once: write it to a file first",
            )
        return file.open("rb")
    except FileNotFoundError:
        raise fail(
            "there is no such file",
            file=shown,
            hint="put the list there (subscribers.example.csv shows its form),"
            " or name it in newsletter.toml: [subscribers] file = ...",
        ) from None
    except IsADirectoryError:
        raise fail("this is a folder, not a file", file=shown) from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror}", file=shown) from None


def _encoding(raw: BinaryIO, shown: Path) -> tuple[str, int | None]:
    """Return the encoding and the first line that is not UTF-8, after a pass over all bytes."""
    head = raw.read(HEAD)
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise empty_file(shown)
    if head.startswith(_SPREADSHEETS):
        raise fail("this is a spreadsheet file", file=shown, hint=_SAVE_AS_CSV)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_utf16(raw, shown)
        return "utf-16", None
    strange = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if strange > max(_A_FEW, len(head) * _TEXT_HAS_FEWER):
        raise fail("this is no text file", file=shown, hint=_SAVE_AS_CSV)
    return "utf-8-sig", _first_strange_line(raw)


def _check_utf16(raw: BinaryIO, shown: Path) -> None:
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-16")()
    lines = 1
    try:
        while chunk := raw.read(_CHUNK):
            lines += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise fail(
            "the file begins as UTF-16, but is damaged or cut off",
            file=shown,
            line=lines,
            hint=_SAVE_AS_CSV,
        ) from None


def _first_strange_line(raw: BinaryIO) -> int | None:
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, ended_in_cr = 1, False
    while True:
        chunk = raw.read(_CHUNK)
        held = decoder.getstate()[0]
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = chunk[: max(0, error.start - len(held))]
            return lines + _line_ends(before, after_cr=ended_in_cr)
        if not chunk:
            return None
        lines += _line_ends(chunk, after_cr=ended_in_cr)
        ended_in_cr = chunk.endswith(b"\r")


def _line_ends(chunk: bytes, *, after_cr: bool) -> int:
    """Count CRLF, CR and LF, each as one; `after_cr` a first LF belongs to the chunk before."""
    ends = chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")
    return ends - (after_cr and chunk.startswith(b"\n"))
