"""An empty workspace to move into, and what an import left there."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from newsletter.basics.address import Address
from newsletter.workspace import open_workspace

Import = Callable[..., Any]
_NOW = re.compile(r"20(?:2[6-9]|[3-9]\d)-\d\d-\d\dT[\d:]{8}\+00:00")


@pytest.fixture
def empty(workspace: Path) -> Path:
    """Return the workspace, with no list in it."""
    (workspace / "subscribers.csv").unlink()
    return workspace


@pytest.fixture
def bring(run: Callable[..., Result], workspace: Path) -> Import:
    """Return a function that writes files, imports them, and returns what `--json` says."""

    def invoke(files: dict[str, str | bytes], *options: str, exit_code: int = 0) -> Any:
        folder = workspace.parent / "exports"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            (folder / name).write_bytes(data)
        paths = [str(folder / name) for name in files]
        result = run("subscribers", "import", *paths, "--json", *options)
        assert result.exit_code == exit_code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return json.loads(result.stdout)

    return invoke


def listed(workspace: Path) -> list[str]:
    return (workspace / "subscribers.csv").read_text("utf-8").splitlines()


def suppressed(workspace: Path) -> list[str]:
    """Return the lines of suppressions.csv below the header, a time of today as NOW."""
    file = workspace / "suppressions.csv"
    if not file.exists():
        return []
    return [_NOW.sub("NOW", line) for line in file.read_text("utf-8").splitlines()[1:]]


def events(workspace: Path) -> list[tuple[str, ...]]:
    """Return every event of the register without its time."""
    with sqlite3.connect(workspace / ".newsletter/state.db") as database:
        return database.execute(
            "SELECT address, kind, reason, source, evidence FROM history ORDER BY id"
        ).fetchall()


def consents(workspace: Path) -> list[tuple[str, str, str]]:
    found = [json.loads(row[4]) for row in events(workspace) if row[1] == "import"]
    who = [row[0] for row in events(workspace) if row[1] == "import"]
    return [
        (address, each["consent"]["basis"], each["consent"].get("at", ""))
        for address, each in zip(who, found, strict=True)
    ]


def everything(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder with their bytes."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


def restore(workspace: Path, address: Address) -> None:
    """Mail somebody again, as `newsletter subscribers restore` does."""
    from datetime import UTC, datetime

    from newsletter.audience.suppression.book import SuppressionBook

    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        book = SuppressionBook(ledger.people, workspace, opened.keys())
        book.restore(address, reason="wrote", source="test", now=datetime.now(UTC))
