"""What a mailing costs as the list grows, in time and memory, up to a million readers.

One process does everything: it starts, checks the issue, reads the list, renders everybody's
message once, freezes content and audience into a new ledger, and sends.
"""

from __future__ import annotations

from statistics import median

from benchmarks.ours import Newsletter
from benchmarks.place import Place
from benchmarks.rounds import rotated

_SIZES = (1_000, 10_000, 100_000, 1_000_000)


def measure(*, quick: bool) -> list[dict[str, str | float]]:
    """Return a row for each length of the list; the quick mode leaves the million out."""
    place = Place("growth")
    place.issue_of()
    return [_row(place, readers) for readers in (_SIZES[:-1] if quick else _SIZES)]


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
