"""The machine: its two cores, its throw-away folder, and the facts that the figures depend on."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from newsletter.basics.native import SOURCES

HERE = Path(__file__).parent
BUILD = HERE / "build"
"""Everything that a benchmark makes, on the disk that the project is on; never in git."""


def cores() -> tuple[int, int]:
    """Return a core for the sink and one for the sender; exit where there is only one."""
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        sys.exit("Two cores are needed: one for the sink, one for the sender.")
    return first, others[-1]


@contextlib.contextmanager
def pinned(core: int) -> Iterator[None]:
    """Have every process that is started in here stay on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def need(program: str, hint: str) -> str:
    """Return the path of a program; exit with the hint where it is missing."""
    found = shutil.which(program)
    return found or sys.exit(f"{program} is needed: {hint}")


def shell(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a step of the preparation; what it printed is shown if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def facts(today: date) -> dict[str, str]:
    """Return what the figures depend on, by name."""
    return {
        "Measured on": today.isoformat(),
        f"{os.cpu_count()} cores of": _model(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "newsletter": "compiled" if SOURCES.exists() else "interpreted",
    }


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
