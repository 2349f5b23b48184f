"""The state of an issue's mailing, from the ledger, which is only read."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.audience.selection import where_of
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import State
from newsletter.basics.times import about
from newsletter.state.guards.lock import holder
from newsletter.state.parts import as_one, summed
from newsletter.state.values import Mailing, MailingState
from newsletter.workspace import Workspace

_WINDOW = 10.0
"""Seconds over which a rate is taken."""
_SETTLED = (State.ACCEPTED, State.REFUSED, State.UNCERTAIN)
_LEFT = (State.PENDING, State.ATTEMPTING, State.DEFERRED)


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    done: int


class Speed:
    """The rate of a mailing over the last seconds."""

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque()

    def saw(self, done: int, now: float) -> float:
        """Take a count; return settled messages a second over the window."""
        if self._samples and done < self._samples[-1].done:
            self._samples.clear()
        self._samples.append(_Sample(now, done))
        while len(self._samples) > 2 and self._samples[1].at <= now - _WINDOW:  # noqa: PLR2004
            self._samples.popleft()
        first = self._samples[0]
        return (done - first.done) / (now - first.at) if now > first.at else 0.0


class Situations:
    """Reads the ledger at each look, and keeps the speed of each mailing between looks."""

    def __init__(self) -> None:
        self._speeds: dict[str, Speed] = {}

    def look(self, workspace: Workspace, slug: str, now: float) -> dict[str, Any]:
        """Return the state of an issue's mailing as the page shows it; `now` is in seconds."""
        with workspace.known_ledger() as ledger:
            parts = ledger.records.parts(slug) if ledger else ()
            mailing = as_one(parts) if parts else None
            counts = summed(ledger.records, parts) if ledger else {}
        if mailing is None:
            return _never(slug)
        done = sum(counts[state] for state in _SETTLED)
        rate = self._speeds.setdefault(mailing.uuid, Speed()).saw(done, now)
        sender = _sender(workspace) if mailing.state is MailingState.SENDING and not rate else None
        return _told(mailing, counts, rate, is_alive=bool(rate or sender))


def _sender(workspace: Workspace) -> str | None:
    from newsletter.tasks.send.only_sender import lock_file

    try:
        return holder(lock_file(workspace))
    except (OSError, NewsletterError):
        return None


def _never(slug: str) -> dict[str, Any]:
    return {
        "issue": slug,
        "uuid": None,
        "state": None,
        "says": "Not sent yet. A mailing is begun on the command line: it says what will happen, "
        "and asks.",
        "counts": {},
        "total": 0,
        "done": 0,
        "pace": "",
        "commands": [
            _command("Try it all first, into a local mail server", f"newsletter rehearse {slug}"),
            _command("Send it to everybody on the list", f"newsletter send {slug}"),
        ],
    }


def _told(
    mailing: Mailing, counts: Mapping[State, int], rate: float, *, is_alive: bool
) -> dict[str, Any]:
    total = sum(count for state, count in counts.items() if state is not State.EXCLUDED)
    done = sum(counts[state] for state in _SETTLED)
    left = sum(counts[state] for state in _LEFT)
    says, commands = _situation(mailing, counts, is_alive=is_alive)
    if mailing.selection is not None:
        says += f" It is for the readers with {' and '.join(where_of(mailing.selection))}."
    return {
        "issue": mailing.issue,
        "uuid": mailing.uuid,
        "state": mailing.state.value,
        "says": says,
        "counts": {state.value: count for state, count in counts.items()},
        "total": total,
        "done": done,
        "pace": _pace(rate, left) if left else "",
        "commands": commands,
    }


def _situation(
    mailing: Mailing, counts: Mapping[State, int], *, is_alive: bool
) -> tuple[str, list[dict[str, str]]]:
    issue = mailing.issue
    status = _command("Who got it, in the server's words", f"newsletter status {issue}")
    if mailing.state is MailingState.FINISHED:
        day = mailing.finished_at and mailing.finished_at.astimezone()
        when = f" on {day.day} {day:%B %Y, %H:%M}" if day else ""
        if counts[State.UNCERTAIN]:
            resolve = _command("Decide about the uncertain ones", f"newsletter resolve {issue}")
            return f"Finished{when}.", [resolve, status]
        return f"Finished{when}.", [status]
    if mailing.state is MailingState.SENDING and is_alive:
        return "It is being sent. This page only watches.", [status]
    words = {
        MailingState.FROZEN: "Its content and its readers are frozen; nothing has left yet.",
        MailingState.PAUSED: "It is paused.",
        MailingState.SENDING: "It was interrupted: nobody is sending it now.",
    }
    again = _command("Go on where it stopped; nobody gets it twice", f"newsletter send {issue}")
    return words[mailing.state], [again, status]


def _pace(rate: float, left: int) -> str:
    if not rate:
        return ""
    speed = f"{rate:,.0f} a second" if rate >= 2 else f"{rate * 60:,.0f} a minute"  # noqa: PLR2004
    return f"{speed}, {about(left / rate)} left"


def _command(says: str, command: str) -> dict[str, str]:
    return {"says": says, "command": command}
