"""The line of a mailing in `mailings.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.outcome import State
from newsletter.state.ledger import Ledger
from newsletter.state.mailings_file import write_mailing
from newsletter.state.values import Mailing
from newsletter.workspace import MAILINGS, Workspace


def record(
    workspace: Workspace, ledger: Ledger, mailing: Mailing, counts: Mapping[State, int]
) -> None:
    """Write a mailing's line; raise NewsletterError where that cannot be done."""
    file, name = workspace.root / MAILINGS, Path(MAILINGS)
    try:
        write_mailing(file, name, mailing, counts, ledger.identity())
    except OSError as error:
        problem = Problem(
            message=f"could not be written: {error.strerror or error}",
            file=name,
            hint="the ledger has everything; mend this and run the same command again",
        )
        raise NewsletterError(problem) from None
