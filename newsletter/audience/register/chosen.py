"""The choices of many people, put over the members of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date
from pathlib import Path

from newsletter.audience.list.gates import EXPIRED, UNSUBSCRIBED
from newsletter.audience.list.listfile import Member
from newsletter.audience.register.choice import Choice
from newsletter.basics.errors import Level, Problem


class Chosen:
    """What people chose, by `Address.key`; `today` decides whether a consent holds."""

    def __init__(self, choices: Mapping[str, Choice], today: date) -> None:
        self._choices = choices
        self._today = today
        self._met: set[str] = set()

    def put_over(self, member: Member) -> Member:
        """Return a member as they chose to be; a renewed consent counts where the list's ended."""
        key = member.subscriber.address.key
        choice = self._choices.get(key)
        if choice is None:
            return member
        self._met.add(key)
        excluded = member.excluded
        if excluded is not None and excluded.startswith(EXPIRED):
            excluded = None if choice.consents_on(self._today) else excluded
        return Member(choice.applied_to(member.subscriber), member.line, excluded)

    def objection(self, member: Member, shown: Path, *, shows_cells: bool) -> Problem | None:
        """Return the problem of a row that says "unsubscribed" of who confirmed a sign-up here.

        The row wins: nobody can tell which of the two came later.
        """
        choice = self._choices.get(member.subscriber.address.key)
        if choice is None or not choice.joined or member.excluded != UNSUBSCRIBED:
            return None
        who = str(member.subscriber.address) if shows_cells else "this reader"
        at = choice.at if choice.consent is None else choice.consent.at or choice.at
        return Problem(
            message=f"the row says that {who} unsubscribed, and they confirmed a sign-up on"
            f" {at.astimezone(UTC).date()}; the row counts",
            file=shown,
            line=member.line,
            hint="correct the status in the list, if they came back",
            level=Level.WARNING,
        )

    def others(self) -> Iterator[Member]:
        """Yield those who signed up and were not met, on line 0."""
        for key, choice in self._choices.items():
            if choice.joined and key not in self._met:
                excluded = None if choice.consents_on(self._today) else EXPIRED
                yield Member(choice.reader(), 0, excluded)
