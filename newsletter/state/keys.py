"""The secret keys that sign tokens: a private file beside the ledger, newest key first.

A line holds one key as 64 hexadecimal digits. To rotate, put a new line at the top; the others
go on verifying what they signed, so that no unsubscribe link ever dies.
"""

from __future__ import annotations

import os
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.basics.files import write_text
from newsletter.basics.private import private_folder
from newsletter.basics.tokens import Key

_DIGITS = 64


def load_keys(file: Path, *, make: bool) -> tuple[Key, ...]:
    """Return the keys of a file; with `make`, a missing file is made with one new key (0600).

    Raises NewsletterError for a file that is missing (without `make`) or that holds no keys:
    a new key in its place would make every link that was ever mailed unreadable.
    """
    if not file.exists():
        if not make:
            raise fail(
                "the key that signs the unsubscribe links is missing",
                file=file,
                hint="copy it from where you back up .newsletter/ (docs/backup.md)",
            )
        _write_new(file, Key.fresh())
    lines = file.read_text("ascii", errors="replace").split()
    if not lines:
        raise fail("the file of keys is empty", file=file, hint="copy it from your backup")
    return tuple(_key(file, number, text) for number, text in enumerate(lines, start=1))


def _key(file: Path, line: int, text: str) -> Key:
    try:
        if len(text) == _DIGITS:
            return Key(bytes.fromhex(text))
    except ValueError:
        pass
    raise fail("this is no key (64 hexadecimal digits)", file=file, line=line)


def _write_new(file: Path, key: Key) -> None:
    """Write the first key whole or not at all; where another process was faster, its key counts."""
    private_folder(file.parent)
    whole = file.with_name(f".key.{os.getpid()}")
    try:
        write_text(whole, key.secret.hex() + "\n", mode=0o600)
        os.link(whole, file)
    except FileExistsError:
        pass
    except PermissionError:  # a file system without hard links
        whole.replace(file)
    finally:
        whole.unlink(missing_ok=True)
