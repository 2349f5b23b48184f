# ruff: noqa: INP001 - a script, not a package
"""Renews what the check knows of mail programs: `python tools/caniemail.py [VERSION]`.

The data of caniemail.com comes as the npm package `caniemail`; VERSION is the package's, without
it the newest one. Needs npm. Writes `newsletter/checks/caniemail.json`, one feature a line with
the latest status in each program (y yes, a almost, n no, u unknown), and the licences beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "newsletter" / "checks"
FIRST = ("gmail", "apple-mail", "outlook", "yahoo")
CATEGORIES = ("css", "html", "image")
TESTED = 200
"""Features that must have been tried in a program for its answers to say anything."""
DATA_LICENCE = """\
caniemail.json holds data of https://www.caniemail.com, Copyright (c) 2019 HTeuMeuLeu, MIT License,
as the npm package caniemail ships it, whose licence follows.

"""


def main() -> None:
    """Write both files."""
    version = sys.argv[1] if len(sys.argv) > 1 else "latest"
    with tempfile.TemporaryDirectory() as folder:
        package = _fetched(version, Path(folder))
        raw = json.loads((package / "data" / "caniemail.json").read_text("utf-8"))
        number = json.loads((package / "package.json").read_text("utf-8"))["version"]
        licence = (package / "LICENSE").read_text("utf-8")
    (TARGET / "caniemail.json").write_text(_slim(raw, number), encoding="utf-8")
    (TARGET / "caniemail.LICENSE").write_text(DATA_LICENCE + licence, encoding="utf-8")


def _fetched(version: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", f"caniemail@{version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def _slim(raw: dict[str, Any], version: str) -> str:
    features = [each for each in raw["data"] if each["category"] in CATEGORIES]
    clients = _clients(features)
    lines = [_line(each, clients) for each in sorted(features, key=lambda each: each["slug"])]
    head = {"version": version, "date": raw["last_update_date"][:10], "clients": clients}
    body = ",\n".join(lines)
    return f'{json.dumps(head)[:-1]}, "features": {{\n{body}\n}}}}\n'


def _clients(features: list[dict[str, Any]]) -> list[str]:
    """Return FAMILY/PLATFORM of every program that was tested, the important ones first."""
    counts: dict[str, int] = {}
    for feature in features:
        for family, platforms in feature["stats"].items():
            for platform in platforms:
                name = f"{family}/{platform}"
                counts[name] = counts.get(name, 0) + 1
    tested = sorted(name for name, count in counts.items() if count >= TESTED)
    return sorted(tested, key=lambda name: _rank(name.partition("/")[0]))


def _rank(family: str) -> int:
    return FIRST.index(family) if family in FIRST else len(FIRST)


def _line(feature: dict[str, Any], clients: list[str]) -> str:
    assert feature["url"] == f"https://www.caniemail.com/features/{feature['slug']}/"  # noqa: S101
    answers = "".join(_latest(feature, *name.split("/")) for name in clients)
    return f"{json.dumps(feature['slug'])}: {json.dumps([feature['title'].strip(), answers])}"


def _latest(feature: dict[str, Any], family: str, platform: str) -> str:
    """Return the status in the newest version, which stands last, without its notes."""
    versions = feature["stats"].get(family, {}).get(platform) or {"": "u"}
    status: str = list(versions.values())[-1]
    return status[0]


if __name__ == "__main__":
    main()
