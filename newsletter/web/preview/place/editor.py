"""The editor that opens a line of a file: an address for the browser, or a program with a window.

    [preview]
    editor = "vscode://file/{file}:{line}"    # a link
    editor = "subl {file}:{line}"             # a program

Without the setting $VISUAL and $EDITOR count, where they name a program with a window of its own:
the server's terminal is not free for an editor.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from newsletter.basics.errors import fail

_LINK = re.compile(r"[a-z][a-z0-9+.-]*://")
_PATIENCE = 0.3
"""Seconds in which a program that cannot start has ended."""

_EXAMPLE = 'under [preview], say for example editor = "code --goto {file}:{line}"'

_WINDOWED = {
    "code": "{program} --goto {file}:{line}",
    "codium": "{program} --goto {file}:{line}",
    "cursor": "{program} --goto {file}:{line}",
    "subl": "{program} {file}:{line}",
    "zed": "{program} {file}:{line}",
    "gedit": "{program} {file} +{line}",
    "gnome-text-editor": "{program} {file}",
    "kate": "{program} --line {line} {file}",
    "gvim": "{program} +{line} {file}",
    "mvim": "{program} +{line} {file}",
    "mate": "{program} --line {line} {file}",
    "bbedit": "{program} +{line} {file}",
    "pycharm": "{program} --line {line} {file}",
    "idea": "{program} --line {line} {file}",
}


def editor_of(setting: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the editor as a pattern with {file} and {line}, or None where there is none."""
    if setting:
        return setting
    for name in ("VISUAL", "EDITOR"):
        try:
            program, *_ = shlex.split(environment.get(name, "")) or [""]
        except ValueError:  # a quote that is never closed
            continue
        if known := _WINDOWED.get(Path(program).name):
            return known.replace("{program}", shlex.quote(program))
    return None


def link_to(editor: str, file: Path, line: int) -> str | None:
    """Return the address that opens a place, where the editor is one."""
    if not _LINK.match(editor):
        return None
    return editor.replace("{file}", quote(str(file))).replace("{line}", str(line))


def command_for(editor: str, file: Path, line: int) -> list[str]:
    """Return the program's arguments; a pattern without {file} gets it at its end.

    Raises NewsletterError for a pattern that is no command.
    """
    try:
        words = shlex.split(editor)
    except ValueError:
        words = []
    if not words:
        raise fail(f"the editor '{editor}' is no command", hint=_EXAMPLE)
    if not any("{file}" in word for word in words):
        words.append("{file}")
    return [word.replace("{file}", str(file)).replace("{line}", str(line)) for word in words]


def run_editor(command: Sequence[str]) -> None:
    """Start a program and do not wait for it; raise NewsletterError where it fails at once."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the editor's own setting names it
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        code = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        return
    except OSError as error:
        raise fail(
            f"{command[0]} cannot be run: {error.strerror}",
            hint=_EXAMPLE,
        ) from None
    if code:
        raise fail(f"{command[0]} ended with {code}")
