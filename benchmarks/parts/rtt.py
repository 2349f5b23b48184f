"""`newsletter send` over a line with a round trip of 20 ms, simulated by replies that come late.

A message costs one round trip where everything is pipelined, so what can be had at most is
connections / round trip. The line is otherwise perfect: no loss, no window that has to grow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks.machine import BUILD
from benchmarks.ours import Client, Newsletter
from benchmarks.place import Place
from benchmarks.report import Rows, table
from benchmarks.rounds import rotated
from benchmarks.sendings import Sending

_MILLISECONDS = 20
_EACH = 200
"""Messages by connection: four seconds."""

_SECTION = """\
## A round trip of {rtt} ms

Durability `full`, {each} messages by connection. The share is that of connections / round trip, \
which nobody can exceed.

{table}
"""


def measure(*, quick: bool) -> Rows:
    """Return a row for each number of connections."""
    place = Place(BUILD / "rtt")
    place.issue_of()
    return [_row(place, connections, 1 if quick else 5) for connections in (20, 50, 100)]


def section(rows: Rows) -> str:
    """Return the rows as a section of the page."""
    head = ("connections", "connections / round trip", "C client", "newsletter", "share", "goal")
    lines = (
        (
            f"{row['connections']}",
            f"{row['most']:,.0f}/s",
            f"{row['client']:,.0f}/s",
            f"{row['newsletter']:,.0f}/s",
            f"**{row['share']:.2f}**",
            "0.90",
        )
        for row in rows
    )
    return _SECTION.format(rtt=_MILLISECONDS, each=_EACH, table=table(head, lines))


def _row(place: Place, connections: int, rounds: int) -> dict[str, str | float]:
    readers = connections * _EACH
    place.readers(readers)
    ours, theirs = Newsletter(place, connections, "full"), Client(place, connections)
    senders: dict[str, Callable[[], Sending]] = {
        "newsletter": partial(ours, readers, _MILLISECONDS),
        "C client": partial(theirs, readers, _MILLISECONDS),
    }
    rates: dict[str, list[float]] = {name: [] for name in senders}
    for name, one in rotated(senders, rounds, lambda sender: sender()):
        rates[name].append(one.rate)
    most = connections * 1000 / _MILLISECONDS
    return {
        "connections": connections,
        "messages": readers,
        "most": most,
        "newsletter": median(rates["newsletter"]),
        "client": median(rates["C client"]),
        "share": median(rates["newsletter"]) / most,
    }
