"""A run's way to the ledger: one commit a turn, and nothing lost where the ledger fails.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from newsletter.delivery.settling import Settling
from newsletter.settings.timing import Timing
from newsletter.state.ledger import LedgerGone, LedgerUnusable, RunLedger
from newsletter.state.values import Settlement


class Books:
    """Commits outcomes and marks together.

    Once that has failed, `failure` says why, no mark holds any more, and outcomes are kept for
    `close`, which tries again and then sets them aside for the next start.
    """

    def __init__(self, ledger: RunLedger, settling: Settling, timing: Timing) -> None:
        self.failure: LedgerUnusable | None = None
        self._ledger = ledger
        self._settling = settling
        self._write_again = timing.write_again
        self._kept: list[Settlement] = []

    def turn(self, marks: Sequence[int], at: float) -> frozenset[int]:
        """Write what has become of deliveries and mark others; return the marks that hold."""
        self._kept += self._settling.take()
        if self.failure is not None:
            return frozenset()
        try:
            marked = self._ledger.turn(self._kept, marks, at)
        except LedgerUnusable as error:
            self.failure = error
            return frozenset()
        self._kept = []
        return marked

    async def close(self, at: float) -> None:
        """Write what is not written yet: into the ledger, or else aside."""
        self._kept += self._settling.take()
        if not self._kept:
            return
        for seconds in self._write_again:
            if isinstance(self.failure, LedgerGone):
                break
            await asyncio.sleep(seconds)
            try:
                self._ledger.turn(self._kept, (), at)
            except LedgerGone as error:
                self.failure = error
            except LedgerUnusable:
                continue
            else:
                return
        # If that fails, too, the next start finds these deliveries `attempting`.
        with contextlib.suppress(OSError):
            self._ledger.set_aside(self._kept)
