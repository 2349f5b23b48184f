"""`newsletter send` in shares of the C client: the wire, and whole processes by the slope.

Every round sends with all of them, in an order that rotates, and gives one ratio each; the median
counts. The slope between two lengths of the list is what a reader costs once a process runs.
"""

from __future__ import annotations

from statistics import median

from benchmarks.machine import BUILD
from benchmarks.ours import Client, Newsletter
from benchmarks.place import Place
from benchmarks.report import Rows, table
from benchmarks.rounds import rotated
from benchmarks.sendings import Sending

_SHORT, _QUICK, _LONG = 2_000, 25_000, 100_000

_GOALS = {"full": ("0.50", "0.40"), "normal": ("0.70", "0.55")}
_SECTION = """\
## The C client, and us

{messages:,} messages of {size:.0f} KB in each of {rounds} rounds; messages a second, from the \
first MAIL to the last dot. The whole process: what a reader more costs, by the slope from a list \
of {short:,}.

{table}
"""

Senders = dict[str, Newsletter | Client]
Sent = dict[str, list[Sending]]


def measure(*, quick: bool) -> Rows:
    """Return a row for each durability."""
    place = Place(BUILD / "ratio")
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


def section(rows: Rows) -> str:
    """Return the rows as a section of the page."""
    head = (
        "durability, connections",
        "C client",
        "newsletter",
        "share",
        "goal",
        "from ... to",
        "whole process",
        "goal",
    )
    lines = (
        (
            f"{row['durability']}, {row['connections']}",
            f"{row['client']:,.0f}/s",
            f"{row['newsletter']:,.0f}/s",
            f"**{row['share']:.2f}**",
            _GOALS[str(row["durability"])][0],
            f"{row['lowest']:.2f} ... {row['highest']:.2f}",
            f"**{row['slope share']:.2f}**",
            _GOALS[str(row["durability"])][1],
        )
        for row in rows
    )
    return _SECTION.format(
        table=table(head, lines),
        short=_SHORT,
        messages=rows[0]["messages"],
        size=float(rows[0]["bytes"]) / 1000,
        rounds=rows[0]["rounds"],
    )


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
        "rounds": len(pairs),
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
