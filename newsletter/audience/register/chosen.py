"""The choices of many people, put over the members of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from newsletter.audience.list.gates import EXPIRED
from newsletter.audience.list.listfile import Member
from newsletter.audience.register.choice import Choice


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

    def others(self) -> Iterator[Member]:
        """Yield those who signed up and were not met, on line 0."""
        for key, choice in self._choices.items():
            if choice.joined and key not in self._met:
                excluded = None if choice.consents_on(self._today) else EXPIRED
                yield Member(choice.reader(), 0, excluded)
