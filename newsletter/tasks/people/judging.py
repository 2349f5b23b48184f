"""What becomes of each row of an import: added, known, suppressed, there twice, or left out."""

from __future__ import annotations

from datetime import UTC

from newsletter.audience.list.basis import Basis
from newsletter.audience.list.formulas import guard_formula
from newsletter.audience.list.gates import NOT_UNDERSTOOD, UNKNOWN_STATUS, UNKNOWN_VALUE
from newsletter.audience.moving.rows import Person, Rows, Unusable, plain_reason
from newsletter.audience.moving.source import NAMED_LEFT, Source
from newsletter.audience.register.consent import Consent
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.tasks.people.consents import Consents
from newsletter.tasks.people.leavers import BROKEN, LEFT_ELSEWHERE, Leavers, Verdicts
from newsletter.tasks.people.roll import Roll
from newsletter.tasks.people.spool import Spool
from newsletter.tasks.people.tally import Tally

_LIKE_A_FORMULA = "the address begins like a spreadsheet's formula: add it by hand"
_TO_MEND = (NOT_UNDERSTOOD, UNKNOWN_STATUS, UNKNOWN_VALUE, BROKEN, NAMED_LEFT, LEFT_ELSEWHERE)


class Judging:
    """Judges the rows of all files, in their order.

    The fields of new rows go to `news`, the consents of who is added or known to `consents`.
    """

    def __init__(
        self,
        roll: Roll,
        book: SuppressionBook,
        leavers: Leavers,
        verdicts: Verdicts,
        *,
        news: Spool,
        consents: Consents,
    ) -> None:
        self._roll = roll
        self._book = book
        self._leavers = leavers
        self._verdicts = verdicts
        self._news = news
        self._consents = consents
        self._seen: set[str] = set()

    def count(self, source: Source, rows: Rows) -> Tally:
        """Judge the rows of a file; return their counts."""
        tally = Tally(file=str(source.shown), tool=source.export.tool)
        for row in rows:
            tally.rows += 1
            if isinstance(row, Unusable):
                tally.leave_out(row.line, row.reason, mends=True)
            elif row.address.key in self._seen:
                tally.twice += 1
            else:
                self._seen.add(row.address.key)
                self._judge(row, source, tally)
        return tally

    def _judge(self, person: Person, source: Source, tally: Tally) -> None:
        key = person.address.key
        for _cell in person.strange[:1]:
            tally.unread.add(person.line)
        if key in self._verdicts.new or self._book.of(person.address) is not None:
            tally.suppressed += 1
            tally.newly += key in self._verdicts.new
        elif key in self._roll.keys or key in self._verdicts.back:
            tally.known += 1
            self._consents.keep(person, source)
        elif (barred := self._leavers.barred.get(key) or person.barred) is not None:
            tally.leave_out(person.line, plain_reason(barred), mends=barred.startswith(_TO_MEND))
        elif guard_formula(key) != key:
            tally.leave_out(person.line, _LIKE_A_FORMULA, mends=True)
        else:
            tally.added += 1
            self._consents.keep(person, source)
            self._add(person)

    def _add(self, person: Person) -> None:
        self._news.add(self._roll.cells({**_consent_columns(person.consent), **person.fields}))


def _consent_columns(consent: Consent | None) -> dict[str, str]:
    """Return a consent as the list's own columns have it, for a list that has them."""
    if consent is None:
        return {}
    is_known = consent.basis in (Basis.EXPRESS, Basis.IMPLIED)
    return {
        "consent": consent.basis.value if is_known else "",
        "consent_source": consent.source,
        "consent_date": consent.at.astimezone(UTC).date().isoformat() if consent.at else "",
    }
