"""The deliveries to send next, read from the ledger in batches.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from newsletter.delivery.lane import Clock
from newsletter.settings.timing import Timing
from newsletter.state.ledger import RunLedger
from newsletter.state.values import Delivery, Mailing

_BATCH: Final = 500


class Feed:
    """Yields pending deliveries by id, and the deferred ones as they fall due.

    What came back untouched waits behind the batch that is read next, so that an address at
    which a server always hangs up does not hold up the others. `limit` bounds how many are
    handed out in all; one that came back does not count.
    """

    def __init__(
        self,
        ledger: RunLedger,
        mailing: Mailing,
        *,
        clock: Clock,
        timing: Timing,
        limit: int | None,
    ) -> None:
        self._ledger = ledger
        self._mailing = mailing
        self._clock = clock
        self._left = limit
        self._batch: list[Delivery] = []
        """The next deliveries, in reverse order."""
        self._back: list[Delivery] = []
        self._after = 0
        self._look_every = timing.look_every
        self._look_at = clock.steady() + self._look_every
        self._is_last_look_over = False
        self._tries = set[tuple[int, int]]()

    def next(self) -> Delivery | None:
        """Return the next delivery, or None where there is none for now."""
        if self._left == 0:
            return None
        self._look()
        if not self._batch:
            return None
        if self._left is not None:
            self._left -= 1
        return self._batch.pop()

    def put_back(self, delivery: Delivery) -> None:
        """Take back a delivery that was not tried."""
        self._back.append(delivery)
        if self._left is not None:
            self._left += 1

    def ahead(self, most: int) -> int:
        """Return how many deliveries are certainly at hand, up to `most`."""
        self._look()
        at_hand = min(most, len(self._batch) + len(self._back))
        return at_hand if self._left is None else min(at_hand, self._left)

    def _look(self) -> None:
        if self._clock.steady() >= self._look_at:
            self._batch += reversed(self._due())
        if not self._batch:
            self._refill()

    def _refill(self) -> None:
        self._batch = [*self._read(), *self._back]
        self._batch.reverse()
        self._back = []

    def _read(self) -> Sequence[Delivery]:
        if self._after >= 0:
            batch = self._ledger.pending(self._mailing, after=self._after, limit=_BATCH)
            if batch:
                self._after = batch[-1].id
                return batch
            self._after = -1
        # What is deferred after this look, at the end of a run, is left to the next one.
        if self._is_last_look_over:
            return ()
        self._is_last_look_over = True
        return self._due()

    def _due(self) -> Sequence[Delivery]:
        """Return what has fallen due; each is handed out once a try, though it stays in the rows.

        (One that is offered is deferred in the ledger until its message is marked.)
        """
        self._look_at = self._clock.steady() + self._look_every
        rows = self._ledger.deferred(self._mailing, due=self._clock.wall(), limit=-1)
        fresh = [each for each in rows if (each.id, each.attempts) not in self._tries]
        self._tries.update((each.id, each.attempts) for each in fresh)
        return fresh
