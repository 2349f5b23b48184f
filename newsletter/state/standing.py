"""Where each issue stands: what the ledger and `mailings.csv` say together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from newsletter.state.ledger import Ledger
from newsletter.state.parts import as_one, by_issue
from newsletter.state.values import Mailing, MailingState

_RENEWAL: Final = re.compile(r"\d{4}-\d{2}-renewal(?:-\d+)?")


class Standing(StrEnum):
    """Where an issue stands. All but a draft are closed: readers have what they say."""

    DRAFT = "draft"
    """Nobody can have got it: the next `send` takes it as its files are then."""
    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    RECORDED = "recorded"
    """Only `mailings.csv` has its mailing."""


def standings_of(rows: Sequence[Mapping[str, str]], ledger: Ledger | None) -> dict[str, Standing]:
    """Return where the issues stand that the ledger or a line of `mailings.csv` names."""
    found = {row["issue"]: Standing.RECORDED for row in rows}
    if ledger is not None:
        for issue, parts in by_issue(ledger.records.mailings()).items():
            is_draft = is_withdrawable(ledger, parts[0])
            found[issue] = Standing.DRAFT if is_draft else Standing(as_one(parts).state)
    return found


def is_withdrawable(ledger: Ledger, mailing: Mailing) -> bool:
    """Return whether the next `send` freezes an issue anew: nobody got its mailing.

    A top-up is not frozen anew: its content is that of the first part.
    """
    return (
        mailing.part == 1
        and mailing.state is MailingState.PAUSED
        and ledger.records.nobody_got(mailing)
    )


def is_renewal(ledger: Ledger, mailing: Mailing) -> bool:
    """Return whether a mailing asks for consents: it is named like one, and has no summaries."""
    named = _RENEWAL.fullmatch(mailing.issue) is not None
    return named and not ledger.records.content(mailing).summaries


def held(ledger: Ledger, issue: str) -> Mailing | None:
    """Return the mailing that has frozen an issue, or None where the issue is a draft."""
    mailing = ledger.records.mailing(issue)
    return None if mailing is None or is_withdrawable(ledger, mailing) else mailing


def mailed_summaries(ledger: Ledger) -> Mapping[str, Sequence[tuple[str, str | None]]]:
    """Return slug and DOI of what each mailed issue held, by its slug; drafts are left out."""
    drafts = {each.issue for each in ledger.records.mailings() if is_withdrawable(ledger, each)}
    mailed = ledger.records.mailed_summaries()
    return {issue: held for issue, held in mailed.items() if issue not in drafts}
