"""`mailings.csv`: one visible line a mailing, and nobody's address.

It guards against a lost ledger: an issue that this file knows and the ledger does not was
already sent, from here or from another machine. And against an old one: it says what the ledger
knew when a run began or ended. Files of earlier versions lack the last columns: `ledger`,
`epoch`, `part`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.basics.files import read_text, write_text
from newsletter.basics.outcome import State
from newsletter.state.values import Mailing

COLUMNS = (
    "issue",
    "mailing",
    "digest",
    "started_at",
    "finished_at",
    "accepted",
    "refused",
    "uncertain",
    "excluded",
    "ledger",
    "epoch",
    "part",
)


def read_mailings(file: Path, name: Path) -> Sequence[Mapping[str, str]]:
    """Return the lines; `name` is how problems name the file. No file means no lines.

    Raises NewsletterError where the file cannot be read as what it is.
    """
    if not (file.exists() or file.is_symlink()):
        return ()
    rows: list[Mapping[str, str]] = []
    try:
        rows.extend(csv.DictReader(io.StringIO(read_text(file, name))))
    except csv.Error as error:
        raise fail(
            f"this line cannot be read: {error}",
            file=name,
            line=len(rows) + 2,
            hint="is a quote missing or too many?",
        ) from error
    for line, row in enumerate(rows, start=2):
        if not row.get("issue") or not row.get("mailing"):
            raise fail(
                "a line without issue or mailing",
                file=name,
                line=line,
                hint=f"its columns are {','.join(COLUMNS)}",
            )
    return rows


def write_mailing(
    file: Path,
    name: Path,
    mailing: Mailing,
    counts: Mapping[State, int],
    identity: tuple[str, int],
) -> None:
    """Add a mailing's line, or bring that of its issue and part up to date; the others stay.

    `identity` is the ledger's id and epoch.
    """
    line = {
        "issue": mailing.issue,
        "mailing": mailing.uuid,
        "digest": mailing.digest,
        "started_at": _written(mailing.started_at),
        "finished_at": _written(mailing.finished_at),
        "accepted": str(counts[State.ACCEPTED]),
        "refused": str(counts[State.REFUSED]),
        "uncertain": str(counts[State.UNCERTAIN]),
        "excluded": str(counts[State.EXCLUDED]),
        "ledger": identity[0],
        "epoch": str(identity[1]),
        "part": str(mailing.part),
    }
    rows = [dict(row) for row in read_mailings(file, name)]
    place = mailing.issue, mailing.part
    index = next((i for i, row in enumerate(rows) if place_of(row) == place), len(rows))
    rows[index : index + 1] = [line]
    _write(file, rows)


def remove_mailing(file: Path, name: Path, mailing: Mailing) -> None:
    """Remove the line of a mailing of which nothing ever left."""
    rows = [dict(row) for row in read_mailings(file, name)]
    _write(file, [row for row in rows if row["mailing"] != mailing.uuid])


def place_of(row: Mapping[str, str]) -> tuple[str, int]:
    """Return the issue and the part that a line is about."""
    part = row.get("part") or ""
    return row["issue"], int(part) if part.isascii() and part.isdigit() and len(part) < 9 else 1  # noqa: PLR2004


def _write(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(file, out.getvalue())


def _written(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
