"""Files read and written: text as UTF-8 with any line ends, writes by a rename.

A byte order mark is dropped. Another encoding is a problem: a guess would garble names.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from newsletter.basics.controls import CONTROLS, SURROGATES
from newsletter.basics.errors import fail

# What a file's name may hold and a terminal cannot show: control characters, bytes of no UTF-8.
_UNREADABLE = re.compile(f"[{CONTROLS}{SURROGATES}]")
LARGEST = 5_000_000
"""Octets of any file that is read whole."""


def shown(file: Path, root: Path) -> Path:
    """Return the path as the editor should see it: relative to the workspace if inside it."""
    inner = file.relative_to(root) if file.is_relative_to(root) else file
    return Path(_UNREADABLE.sub("\ufffd", str(inner)))


def read_text(file: Path, name: Path, *, largest: int = LARGEST) -> str:
    r"""Return a file's text in NFC with `\n` line ends and no byte order mark.

    `name` is how problems name the file. Raises NewsletterError where it is no UTF-8 text, and
    for what `read_bytes` refuses.
    """
    return normal(decode(read_bytes(file, name, largest=largest), name))


def normal(text: str) -> str:
    r"""Return a text in NFC with `\n` line ends."""
    return unicodedata.normalize("NFC", with_feeds(text))


def with_feeds(text: str) -> str:
    r"""Return a text with `\n` line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(file: Path, name: Path, *, largest: int = LARGEST) -> bytes:
    """Return the octets of a plain file, at most `largest`; a link to one is followed.

    Raises NewsletterError for anything else: a read from a pipe may never return, and one from
    /dev/zero has no end.
    """
    try:
        _refuse_special(file.stat().st_mode, name)
        # O_NONBLOCK: a pipe may have replaced the file since, and its open(2) would block.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
            _refuse_special(os.fstat(opened.fileno()).st_mode, name)
            data = opened.read(largest + 1)
    except FileNotFoundError:
        raise fail("there is no such file", file=name) from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror or error}", file=name) from None
    if len(data) > largest:
        raise fail(
            f"the file is far too large for what it is: more than {largest:,} bytes",
            file=name,
            line=1,
        )
    return data


def _refuse_special(mode: int, name: Path) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise fail("this is a folder, not a file", file=name)
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    raise fail(f"this is {kind}, not a file", file=name, hint="put a plain file in its place")


def decode(data: bytes, name: Path) -> str:
    """Return the text of UTF-8 octets, a byte order mark dropped; else raise NewsletterError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail("the text is in UTF-16", file=name, hint="save it as UTF-8 in your editor")
    if b"\0" in data:
        raise fail("this is no text file (it holds zero bytes)", file=name, line=_of_zero(data))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail(
            f"the text is not in UTF-8 (byte {data[error.start]:#04x})",
            file=name,
            line=data.count(b"\n", 0, error.start) + 1,
            hint="save it as UTF-8 in your editor",
        ) from None


def _of_zero(data: bytes) -> int | None:
    """Return the line of the first zero byte, or None where the octets are not UTF-8 either."""
    try:
        before = data.decode("utf-8").partition("\0")[0]
    except UnicodeDecodeError:
        return None
    return before.count("\n") + 1


def write_text(file: Path, text: str, *, mode: int | None = None) -> None:
    r"""Write a text as UTF-8 with `\n` line ends, as `write_bytes` does."""
    write_bytes(file, text.encode("utf-8"), mode=mode)


def write_bytes(file: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write beside the file, then rename: a crash leaves the old file or the new one.

    `mode` is by default the old file's, or that of any new file. A symbolic link stays one; its
    target is replaced. Raises OSError that names the file.
    """
    target = resolved(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode is None:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    try:
        _write_beside(target, data, mode)
    except OSError as error:  # it may name the temporary file
        raise OSError(error.errno, error.strerror, str(target)) from None


def replace_bytes(file: Path, old: bytes, new: bytes) -> bool:
    """Write a file that holds `old`; return False, nothing written, where it no longer does.

    The file is read again right before the rename, so that another program's save in between is
    not lost. Raises OSError that names the file.
    """
    target = resolved(file)
    try:
        mode = target.stat().st_mode & 0o777
        return _write_beside(target, new, mode, lambda: target.read_bytes() == old)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None


def write_new(file: Path, data: bytes) -> bool:
    """Write a file that is not there; return False, nothing written, where one is by now."""
    target = resolved(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    return _write_beside(target, data, 0o666 & ~_umask(), lambda: not target.exists())


@contextlib.contextmanager
def new_file(file: Path, *, mode: int) -> Iterator[Path]:
    """Yield a file beside, to be written; it gets its name at the end, on the disk.

    Until then only its owner may read it. Raises FileExistsError, nothing left behind, where
    there is a file of that name by then.
    """
    target = resolved(file)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(mode)
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def resolved(file: Path) -> Path:
    """Return a path with its symbolic links resolved. Raises OSError (ELOOP) for a circle."""
    circle = OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(file))
    try:
        target = file.resolve()
    except RuntimeError:  # up to Python 3.12
        raise circle from None
    if target.is_symlink():  # from 3.13 on, a circle is left as it is
        raise circle
    return target


def _write_beside(
    target: Path, data: bytes, mode: int, still: Callable[[], bool] = lambda: True
) -> bool:
    """Write beside the target; rename if `still` returns True then; return what it returned."""
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(mode)
        if not still():
            Path(temporary).unlink()
            return False
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


@contextlib.contextmanager
def replacing(file: Path, *, mode: int) -> Iterator[BinaryIO]:
    """Yield a file beside `file` that replaces it when the block ends, and only then.

    For what is too large for `write_bytes`. Raises OSError.
    """
    target = resolved(file)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def digest_of(files: Iterable[Path]) -> str:
    """Return the SHA-256, hexadecimal, of what files hold, in their order; no file has none."""
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            with file.open("rb") as content:
                while octets := content.read(1 << 20):
                    digest.update(octets)
            digest.update(b"\0")
    return digest.hexdigest()


def keep_name(folder: Path) -> None:
    """Sync a folder, so that the name of a new file in it survives a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
