"""Other people's senders, in shares of the C client, and how often faster `newsletter send` is.

Each round sends with all of them; those that build a message per reader do what we do, those that
send ready bytes only show what their SMTP costs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks.machine import BUILD
from benchmarks.others import Peer
from benchmarks.ours import Client, Newsletter
from benchmarks.place import Place
from benchmarks.report import Rows, table
from benchmarks.rounds import rotated
from benchmarks.sendings import Sending

_SMALL = 0.1
_KINDS = {"": "", "raw": ", the same ready bytes to all", "built": ", a message for each reader"}
_SECTION = """\
## Other senders

Each as its documentation shows it; those with connections to choose have twenty, newsletter 50 \
and `full`. The best that builds a message for each reader, as we do, is {best}: newsletter is \
{times:,.0f} times as fast (the goal is 50).

{table}
"""

_READERS, _QUICK = 50_000, 25_000
_PEERS = (
    Peer("smtplib", "raw", 2_000),
    Peer("aiosmtplib", "raw", 2_000),
    Peer("nodemailer", "raw", 2_000),
    Peer("smtplib", "built", 400),
    Peer("aiosmtplib", "built", 400),
    Peer("nodemailer", "built", 500),
    Peer("Django", "built", 400),
    Peer("mailmerge", "built", 200),
)


def measure(*, quick: bool) -> Rows:
    """Return a row for each sender, ours first."""
    place = Place(BUILD / "peers")
    place.issue_of()
    readers = _QUICK if quick else _READERS
    place.readers(readers)
    senders: dict[str, Callable[[], Sending]] = {
        "newsletter": partial(Newsletter(place, 50, "full"), readers),
        "C client": partial(Client(place, 50), readers),
        **{f"{peer.name} {peer.kind}": partial(peer, place) for peer in _PEERS},
    }
    sent: dict[str, list[Sending]] = {name: [] for name in senders}
    for name, one in rotated(senders, 3 if quick else 9, lambda sender: sender()):
        sent[name].append(one)
    return [_row(name, sent) for name in senders]


def section(rows: Rows) -> str:
    """Return the rows as a section of the page, the fastest sender first."""
    head = (
        "sender",
        "messages a second",
        "share of the C client",
        "newsletter is faster by",
        "memory",
    )
    lines = (
        (
            f"{row['sender']}{_KINDS[str(row['kind'])]}",
            f"{row['rate']:,.0f}",
            f"{row['share']:.4f}" if float(row["share"]) < _SMALL else f"{row['share']:.2f}",
            f"**{row['times']:,.0f}**" if row["kind"] == "built" else f"{row['times']:,.1f}",
            f"{row['peak']:,.0f} MB",
        )
        for row in sorted(rows, key=lambda row: -float(row["rate"]))
    )
    built = [row for row in rows if row["kind"] == "built"]
    best = max(built, key=lambda row: float(row["rate"]))
    return _SECTION.format(table=table(head, lines), best=best["sender"], times=best["times"])


def _row(name: str, sent: dict[str, list[Sending]]) -> dict[str, str | float]:
    sender, _, kind = name.partition(" ")
    rates, ours, best = (
        [one.rate for one in sent[each]] for each in (name, "newsletter", "C client")
    )
    return {
        "sender": sender if kind in {"raw", "built"} else name,
        "kind": kind if kind in {"raw", "built"} else "",
        "messages": sent[name][0].messages,
        "rate": median(rates),
        "share": median(one / other for one, other in zip(rates, best, strict=True)),
        "times": median(one / other for one, other in zip(ours, rates, strict=True)),
        "bytes": sent[name][0].bytes,
        "peak": max(one.peak for one in sent[name]),
    }
