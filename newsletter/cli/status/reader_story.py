"""`newsletter status --reader`: what the ledger has of one delivery, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from newsletter.basics.outcome import Phase, State, server_words
from newsletter.state.values import Attempt, Record


def answer(record: Record) -> str:
    """Return whether the reader got it, in a sentence."""
    said = server_words(record.code, record.enhanced, record.text)
    match record.state:
        case State.ACCEPTED if record.code:
            told = f"Yes: the mail server took it {_when(record.at)}."
        case State.ACCEPTED:
            told = f"It counts as accepted: {record.text}, {_when(record.at)}."
        case State.REFUSED:
            told = f"No: the mail server refused it: {said}."
        case State.EXCLUDED:
            told = f"No: the address must not be mailed ({record.text})."
        case State.UNCERTAIN:
            told = f"Nobody can know: {record.text}."
        case State.ATTEMPTING:
            told = "It is on its way at this moment; or the sender died, and newsletter send tells."
        case State.DEFERRED:
            told = f'Not yet: the mail server said "later": {said}.'
        case _:
            told = f"Not yet: {record.text or 'it has not been tried'}."
    return told


def tries(record: Record, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    """Return every attempt, the oldest first; an accepted one is only in the record."""
    if record.state is State.ACCEPTED and record.code and record.at is not None:
        last = Attempt(
            record.at, State.ACCEPTED, Phase.DOT, record.code, record.enhanced, record.text
        )
        return (*attempts, last)
    return attempts


def sentences(attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield a sentence an attempt."""
    for number, each in enumerate(attempts, start=1):
        where = "to the whole message" if each.phase is Phase.DOT else f"to {each.phase}"
        answered = f"in answer {where}" if each.code else "without an answer"
        said = server_words(each.code, each.enhanced, each.text)
        at = each.at.astimezone()
        yield f"{number}. {at.day} {at:%B %Y, %H:%M:%S}: {each.state} {answered}: {said}"


def story_json(record: Record, attempts: Sequence[Attempt], message_id: str) -> dict[str, Any]:
    """Return the object of `--json`."""
    return {
        "email": record.email,
        "state": record.state.value,
        "text": record.text,
        "message_id": message_id,
        "attempts": [
            {
                "at": each.at.isoformat(timespec="seconds"),
                "state": each.state.value,
                "phase": each.phase.value,
                "code": each.code or None,
                "enhanced": each.enhanced,
                "text": each.text,
            }
            for each in attempts
        ],
    }


def _when(moment: datetime | None) -> str:
    if moment is None:
        return "at an unknown time"
    here = moment.astimezone()
    return f"on {here.day} {here:%B %Y} at {here:%H:%M:%S}"
