"""Tests that need a program that is not ours run where it is found; the rest is told at the end.

Mark such a test with `@pytest.mark.stranger("chromium")`. Without the program it is deselected,
and the last lines of the run say what was not run and how to get it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sysconfig
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

STRANGERS = {
    "cc": ("cc", "apt-get install build-essential"),
    "chromium": ("chromium", "apt-get install chromium fonts-liberation"),
    "exim": ("sh", "as root, sh tools/exim.sh (Debian)"),
    "haraka": ("node", "apt-get install nodejs npm (node 20 or newer), then sh tools/judges.sh"),
    "judges": ("node", "apt-get install nodejs npm, then sh tools/judges.sh"),
    "mypyc": ("cc", "apt-get install build-essential python3-dev"),
    "postfix": ("smtp-sink", "apt-get install postfix"),
    "postfix-server": ("postfix", "apt-get install postfix, and run the tests as root"),
}
"""The mark's argument: the program looked for, and how to get it."""

JUDGES = Path(__file__).parent / "npm" / "node_modules" / ".installed-lock.json"
"""Stands beside the judges from npm once all of them are there."""

EXIM = Path(__file__).parent / "exim" / "usr" / "sbin" / "exim4"
HARAKA = JUDGES.parents[1] / "node_modules" / "Haraka" / "package.json"

HEADER = Path(sysconfig.get_path("include"), "Python.h")
"""What a compiled module is compiled against."""

_AS_ROOT = frozenset({"exim", "postfix-server"})
"""Servers that start as root and then are somebody else."""

_NODE_OF_HARAKA = 20

_NOT_RUN = pytest.StashKey[dict[str, int]]()


def _node() -> int:
    """Return the version of Node.js, or 0."""
    with contextlib.suppress(OSError, ValueError):
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        return int(said.stdout.strip().removeprefix("v").partition(".")[0])
    return 0


def missing(name: str) -> bool:
    """Whether a stranger is not here; Debian keeps Postfix's tools in /usr/sbin."""
    program, _ = STRANGERS[name]
    beside = {"exim": EXIM, "haraka": HARAKA, "judges": JUDGES, "mypyc": HEADER}.get(name)
    if beside is not None and not beside.exists():
        return True
    if name in _AS_ROOT and os.getuid() != 0:
        return True
    if name == "haraka" and _node() < _NODE_OF_HARAKA:
        return True
    return not any(shutil.which(program, path=path) for path in (None, "/usr/sbin"))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_NOT_RUN] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    away = {name for name in STRANGERS if missing(name)}
    needs = {
        item: {mark.args[0] for mark in item.iter_markers("stranger")} & away for item in items
    }
    items[:] = [item for item, needed in needs.items() if not needed]
    if left := [item for item, needed in needs.items() if needed]:
        config.hook.pytest_deselected(items=left)
    not_run = dict(Counter(name for needed in needs.values() for name in needed))
    config.stash[_NOT_RUN] = not_run
    if hasattr(config, "workeroutput"):
        config.workeroutput["not_run"] = not_run


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """With xdist each worker collects everything: one worker's counts are the run's."""
    node.config.stash[_NOT_RUN] |= getattr(node, "workeroutput", {}).get("not_run", {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for name, count in sorted(config.stash[_NOT_RUN].items()):
        terminalreporter.write_line(
            f"Not run: {count} test{'' if count == 1 else 's'} that need{'s' if count == 1 else ''}"
            f" {name}. To get it: {STRANGERS[name][1]}",
            yellow=True,
        )
