"""`newsletter send` in shares of the C client: the wire, and whole processes by the slope.

Every round sends with all of them, in an order that rotates, and gives one ratio each; the median
counts. The slope between two lengths of the list is what a reader costs once a process runs.
"""

from __future__ import annotations

from statistics import median

from benchmarks.ours import Client, Newsletter
from benchmarks.place import Place
from benchmarks.rounds import rotated
from benchmarks.sendings import Sending

_SHORT, _QUICK, _LONG = 2_000, 25_000, 100_000

Senders = dict[str, Newsletter | Client]
Sent = dict[str, list[Sending]]


def measure(*, quick: bool) -> list[dict[str, str | float]]:
    """Return a row for each durability."""
    place = Place("ratio")
    place.issue_of()
    senders: Senders = {
        "full": Newsletter(place, 50, "full"),
        "client 50": Client(place, 50),
        "normal": Newsletter(place, 20, "normal"),
        "client 20": Client(place, 20),
    }
    rounds = 3 if quick else 9
    short, long = (
        _send(place, senders, length, rounds) for length in (_SHORT, _QUICK if quick else _LONG)
    )
    return [_row(short, long, "full", "client 50"), _row(short, long, "normal", "client 20")]


def _send(place: Place, senders: Senders, readers: int, rounds: int) -> Sent:
    sent: Sent = {name: [] for name in senders}
    place.readers(readers)
    for name, one in rotated(senders, rounds, lambda sender: sender(readers)):
        sent[name].append(one)
    return sent


def _row(short: Sent, long: Sent, ours: str, theirs: str) -> dict[str, str | float]:
    pairs = list(zip(long[ours], long[theirs], strict=True))
    ratios = [mine.rate / other.rate for mine, other in pairs]
    return {
        "durability": ours,
        "connections": int(theirs.split()[1]),
        "messages": pairs[0][0].messages,
        "client": median(other.rate for _, other in pairs),
        "newsletter": median(mine.rate for mine, _ in pairs),
        "share": median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "slope share": _slope(short[theirs], long[theirs]) / _slope(short[ours], long[ours]),
        "bytes": pairs[0][0].bytes,
        "client bytes": pairs[0][1].bytes,
    }


def _slope(short: list[Sending], long: list[Sending]) -> float:
    """Return the seconds that one more message costs a whole process."""
    seconds = [median(one.seconds for one in each) for each in (short, long)]
    return (seconds[1] - seconds[0]) / (long[0].messages - short[0].messages)
