"""What a mailing costs as the list grows, in time and memory, up to a million readers.

One process does everything: it starts, checks the issue, reads the list, renders everybody's
message once, freezes content and audience into a new ledger, and sends.
"""

from __future__ import annotations

from statistics import median

from benchmarks.machine import BUILD
from benchmarks.ours import Newsletter
from benchmarks.place import Place
from benchmarks.report import Rows, table
from benchmarks.rounds import rotated

_SIZES = (1_000, 10_000, 100_000, 1_000_000)

_SECTION = """\
## From a thousand readers to a million

Durability `full`, 50 connections, the message of the same size for all. Until the first MAIL: \
start, check, reading the list, rendering everybody's message once, and the freeze (for a million \
the goal is 20 s, and 150 MB for the process at any size).

{table}
"""


def measure(*, quick: bool) -> Rows:
    """Return a row for each length of the list; the quick mode leaves the million out."""
    place = Place(BUILD / "growth")
    place.issue_of()
    return [_row(place, readers) for readers in (_SIZES[:-1] if quick else _SIZES)]


def section(rows: Rows) -> str:
    """Return the rows as a section of the page."""
    head = (
        "readers",
        "until the first MAIL",
        "sending",
        "whole process",
        "by reader",
        "most memory",
        "list",
        "ledger",
    )
    lines = (
        (
            f"{row['readers']:,}",
            f"{row['before']:.1f} s",
            f"{row['rate']:,.0f}/s",
            f"{row['seconds']:.1f} s",
            f"{float(row['seconds']) / float(row['readers']) * 1e6:,.0f} us",
            f"{row['peak']:.0f} MB",
            f"{row['list']:.1f} MB",
            f"{row['ledger']:.1f} MB",
        )
        for row in rows
    )
    return _SECTION.format(table=table(head, lines))


def _row(place: Place, readers: int) -> dict[str, str | float]:
    place.readers(readers)
    sender = {"newsletter": Newsletter(place, 50, "full")}
    sent = [one for _, one in rotated(sender, _rounds(readers), lambda each: each(readers))]
    return {
        "readers": readers,
        "list": (place.root / "subscribers.csv").stat().st_size / 2**20,
        "before": median(one.before for one in sent),
        "rate": median(one.rate for one in sent),
        "seconds": median(one.seconds for one in sent),
        "peak": max(one.peak for one in sent),
        "ledger": place.ledger_size() / 2**20,
    }


def _rounds(readers: int) -> int:
    return 3 if readers <= 10_000 else 1
