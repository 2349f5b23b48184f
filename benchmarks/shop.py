"""What the benchmarks use of PyPI and npm, in a throw-away place, at pinned versions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from benchmarks.machine import BUILD, HERE, need, shell
from benchmarks.rounds import say

_PINS = HERE / "peers" / "requirements.txt"
_PACKAGE = HERE / "peers" / "package.json"


@cache
def python() -> Path:
    """Return the Python that has the packages of `requirements.txt`."""
    home = BUILD / "python"
    if _stale(home, _PINS):
        say("Installing peers from PyPI ...")
        shell(sys.executable, "-m", "venv", home)
        shell(home / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", _PINS)
        shutil.copy(_PINS, home)
    return home / "bin" / "python"


@cache
def node() -> tuple[str, Path]:
    """Return Node, and the folder whose `node_modules` has the packages of `package.json`."""
    home = BUILD / "npm"
    program = need("node", "on Debian: apt-get install nodejs npm")
    if _stale(home, _PACKAGE):
        say("Installing peers from npm ...")
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(_PACKAGE, home)
        shell(
            need("npm", "on Debian: apt-get install npm"), "install", "--no-package-lock", cwd=home
        )
    return program, home


def versions() -> dict[str, str]:
    """Return the pinned version of every package, and those of the languages."""
    lines = _PINS.read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    pinned |= json.loads(_PACKAGE.read_text(encoding="utf-8"))["dependencies"]
    said = subprocess.run([node()[0], "--version"], capture_output=True, text=True, check=True)
    return pinned | {"Node": said.stdout.strip().removeprefix("v")}


def _stale(home: Path, pins: Path) -> bool:
    """Tell whether the place is missing, or was made for other pins; then nothing is left of it."""
    copy = home / pins.name
    if copy.exists() and copy.read_bytes() == pins.read_bytes():
        return False
    shutil.rmtree(home, ignore_errors=True)
    return True
