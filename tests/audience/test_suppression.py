"""Suppressions: two records, one answer, and nothing that gets lost."""

from __future__ import annotations

import itertools
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.register.event import UNDATED, Event, Kind
from newsletter.audience.suppression.book import Changed, SuppressionBook, suppressed_now
from newsletter.audience.suppression.record import FILE_NAME, append_events, read_record
from newsletter.audience.suppression.suppression import Suppression, in_force
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.state.sqlite import SqliteLedger

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LEE = Address("lee", "example.com")
ADA = Address("ada", "example.org")
SHOWN = Path(FILE_NAME)


def event(kind: Kind, at: datetime, address: Address = LEE, reason: str = "unsubscribed") -> Event:
    return Event(address=address, kind=kind, reason=reason, source="subscribers", at=at)


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / FILE_NAME
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def keys_in(file: Path) -> set[str]:
    return set(in_force(read_record(file, shown=SHOWN).events))


@given(st.permutations([(Kind.SUPPRESS, 1), (Kind.RESTORE, 2), (Kind.SUPPRESS, 3)]))
def test_the_latest_event_counts_in_whatever_order_they_come(
    order: list[tuple[Kind, int]],
) -> None:
    events = [event(kind, NOW + timedelta(days=day)) for kind, day in order]
    assert in_force(events) == {
        "lee@example.com": Suppression(
            address=LEE,
            reason="unsubscribed",
            at=NOW + timedelta(days=3),
            source="subscribers",
        )
    }


def test_a_tie_suppresses_and_a_later_restore_restores() -> None:
    tie = [event(Kind.SUPPRESS, NOW), event(Kind.RESTORE, NOW)]
    assert all(in_force(order) for order in itertools.permutations(tie))
    assert in_force([*tie, event(Kind.RESTORE, NOW + timedelta(seconds=1))]) == {}


def test_what_is_appended_is_read_back_whole(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    formula = Address("=cmd", "example.org")
    events = (
        event(Kind.SUPPRESS, NOW, LEE, 'asked, "by phone"'),
        event(Kind.RESTORE, NOW, ADA, "wrote again"),
        event(Kind.SUPPRESS, NOW, formula, "'+1 555"),
    )
    append_events(file, events[:1], shown=SHOWN)
    append_events(file, events[1:], shown=SHOWN)
    assert read_record(file, shown=SHOWN).events == events
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text("utf-8").splitlines() == [
        "email,action,reason,source,at",
        'lee@example.com,suppress,"asked, ""by phone""",subscribers,2026-11-02T09:30:00+00:00',
        "ada@example.org,restore,wrote again,subscribers,2026-11-02T09:30:00+00:00",
        "'=cmd@example.org,suppress,''+1 555,subscribers,2026-11-02T09:30:00+00:00",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "email\nlee@example.com\n",
        "lee@example.com\n",
        "Lee Left;lee@example.com\n",
        "\ufeffE-Mail;Reason;Who\r\nLee@Example.com;left;me\r\n",
        "email,action,reason,source,at\nlee@example.com,Suppress,left,me,02/10/2026 08:30\n",
        "email,action\nlee@example.com,restore\nlee@example.com,gone\n",
        "email,action,at\nlee@example.com,restore,2026-10-02\nlee@example.com,,\n",
        "email,action,at\nlee@example.com,suppress,2026-10-02\nlee@example.com,restore,2.10.26\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_was_edited_by_hand_still_suppresses(
    tmp_path: Path, content: str, encoding: str
) -> None:
    file = written(tmp_path, content.removeprefix("\ufeff").encode(encoding))
    assert keys_in(file) == {"lee@example.com"}


def test_a_line_by_hand_without_a_date_yields_only_to_what_was_added_below(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, "email\nlee@example.com")
    assert read_record(file, shown=SHOWN).events == (
        Event(
            address=LEE,
            kind=Kind.SUPPRESS,
            reason="suppressed by hand",
            source="suppressions.csv",
            at=UNDATED,
        ),
    )
    append_events(file, [event(Kind.RESTORE, NOW)], shown=SHOWN)
    assert file.read_text("utf-8").splitlines() == [
        "email,action,reason,source,at",
        "lee@example.com,,,,",
        "lee@example.com,restore,unsubscribed,subscribers,2026-11-02T09:30:00+00:00",
    ]
    assert keys_in(file) == set()


def test_adding_to_a_file_in_another_form_keeps_every_cell(tmp_path: Path) -> None:
    file = written(tmp_path, "Name;E-Mail\nZoë;zoe@example.org\n".encode("cp1252"))
    append_events(file, [event(Kind.SUPPRESS, NOW)], shown=SHOWN)
    assert file.read_text("utf-8").splitlines()[:2] == [
        "name,email,action,reason,source,at",
        "Zoë,zoe@example.org,,,,",
    ]
    assert keys_in(file) == {"zoe@example.org", "lee@example.com"}


def test_an_unreadable_line_is_an_error_and_the_others_still_suppress(tmp_path: Path) -> None:
    file = written(
        tmp_path, 'email,reason\nlee at example,\n"ada@example.org,x\nlee@example.com,\n'
    )
    record = read_record(file, shown=SHOWN)
    lost = ", so somebody who left may be missing"
    assert {(each.line, each.level, each.message) for each in record.problems} == {
        (2, "error", f"this is no email address: there is no @ in it{lost}"),
        (3, "error", f"a quote that opens on this line is never closed{lost}"),
    }
    assert keys_in(file) == {"lee@example.com"}
    with pytest.raises(NewsletterError):
        record.require_whole()


@pytest.mark.parametrize("content", [b"\x00\x01\x02" * 99, b"PK\x03\x04", b"name\nLee\n"])
def test_nobody_is_mailed_while_the_file_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, content)
    ledger = SqliteLedger(tmp_path / "state.db")
    with pytest.raises(NewsletterError):
        suppressed_now(ledger.people, tmp_path)
    ledger.close()


def test_a_suppression_stands_in_both_records_and_either_is_enough(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "state.db")
    book = SuppressionBook(ledger.people, tmp_path)
    assert book.suppress([LEE, LEE], reason="unsubscribed", source="test", now=NOW) == [
        Changed(address=LEE, before=None)
    ]
    held = Suppression(address=LEE, reason="unsubscribed", at=NOW, source="test")
    assert in_force(ledger.people.weighed()) == {"lee@example.com": held}
    assert in_force(read_record(tmp_path / FILE_NAME, shown=SHOWN).events) == {
        "lee@example.com": held
    }
    (tmp_path / FILE_NAME).unlink()
    assert suppressed_now(ledger.people, tmp_path) == {"lee@example.com": held}

    again = SuppressionBook(ledger.people, tmp_path)
    later = NOW + timedelta(days=9)
    assert again.suppress([LEE], reason="other", source="test", now=later) == [
        Changed(address=LEE, before=held)
    ]
    other = SqliteLedger(tmp_path / "other.db")
    assert suppressed_now(other.people, tmp_path) == {"lee@example.com": held}
    other.close()
    ledger.close()


def test_a_restore_counts_even_where_the_clock_went_back(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "state.db")
    SuppressionBook(ledger.people, tmp_path).suppress([LEE], reason="r", source="test", now=NOW)
    early = NOW - timedelta(hours=3)
    change = SuppressionBook(ledger.people, tmp_path).restore(
        LEE, reason="wrote", source="test", now=early
    )
    assert change.before is not None
    assert suppressed_now(ledger.people, tmp_path) == {}
    book = SuppressionBook(ledger.people, tmp_path)
    assert book.restore(LEE, reason="x", source="test", now=NOW).before is None
    book.suppress([LEE], reason="again", source="test", now=early)
    assert str(suppressed_now(ledger.people, tmp_path)["lee@example.com"]) == "again, 2026-11-02"
    assert [each.kind for each in SuppressionBook(ledger.people, tmp_path).history(LEE)] == [
        Kind.SUPPRESS,
        Kind.RESTORE,
        Kind.SUPPRESS,
    ]
    ledger.close()


def test_a_file_that_cannot_be_written_is_told_and_the_database_has_it(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    ledger = SqliteLedger(tmp_path / "state.db")
    book = SuppressionBook(ledger.people, tmp_path)
    with pytest.raises(NewsletterError) as caught:
        book.suppress([LEE], reason="r", source="test", now=NOW)
    assert str(caught.value) == (
        "suppressions.csv: not recorded in suppressions.csv: this is a folder, not a file\n"
        "  Hint: the database has it; mend that, then run the same command again"
    )
    assert set(in_force(ledger.people.weighed())) == {"lee@example.com"}
    (tmp_path / FILE_NAME).rmdir()
    SuppressionBook(ledger.people, tmp_path).suppress([LEE], reason="x", source="test", now=NOW)
    assert keys_in(tmp_path / FILE_NAME) == {"lee@example.com"}
    ledger.close()


def test_a_restore_that_reached_one_record_only_reaches_the_other_when_it_is_said_again(
    tmp_path: Path,
) -> None:
    ledger = SqliteLedger(tmp_path / "state.db")
    append_events(tmp_path / FILE_NAME, [event(Kind.SUPPRESS, NOW)], shown=SHOWN)
    ledger.people.add([event(Kind.RESTORE, NOW + timedelta(days=1))])
    change = SuppressionBook(ledger.people, tmp_path).restore(
        LEE, reason="wrote", source="test", now=NOW
    )
    assert change == Changed(address=LEE, before=None)
    assert keys_in(tmp_path / FILE_NAME) == set()
    ledger.close()


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_taken_for_a_whole_record_by_accident(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = written(tmp_path_factory.getbasetemp(), content)
    try:
        record = read_record(file, shown=SHOWN)
    except NewsletterError:
        return
    assert not content or record.events or record.problems


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("email,email\nlee@x.org,ada@x.org\n", "2 columns are 'email' ('email', 'email')"),
        (
            "Email Address,email\nlee@x.org,ada@x.org\n",
            "2 columns are 'email' ('Email Address', 'email')",
        ),
        ("email;Courriel\nlee@x.org;\n", "2 columns are 'email' ('email', 'Courriel')"),
        (
            "email,action,Action\nlee@x.org,restore,\n",
            "2 columns are 'action' ('action', 'Action')",
        ),
        ("email,at,AT\nlee@x.org,,\n", "2 columns are 'at' ('at', 'AT')"),
        ("lee@x.org,ada@x.org\n", "2 cells of the first line hold an address"),
        ("email,lee@x.org\n", "the first line names the column 'email' and holds an address"),
        ("name,reason\nLee,left\n", "no column is named 'email'"),
    ],
)
def test_a_first_line_that_can_be_understood_in_two_ways_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(NewsletterError) as refused:
        read_record(written(tmp_path, content), shown=SHOWN)
    (problem,) = refused.value.problems
    assert problem.place == "suppressions.csv:1"
    assert problem.message == f"{message}, so nobody can tell who must not be mailed"
    assert problem.hint


@pytest.mark.parametrize(
    "content",
    [
        "email,old email\nlee@x.org,ada@x.org\n",
        "email\nlee@x.org,ada@x.org\n",
        "lee@x.org,,\nlee@x.org,,ada@x.org\n",
    ],
)
def test_a_second_address_on_a_line_stops_every_mailing(tmp_path: Path, content: str) -> None:
    record = read_record(written(tmp_path, content), shown=SHOWN)
    with pytest.raises(NewsletterError, match="a second address stands on this line"):
        record.require_whole()
    assert [problem.line for problem in record.problems] == [2]


def test_the_same_address_twice_on_a_line_or_one_in_the_reason_is_no_second_address(
    tmp_path: Path,
) -> None:
    content = "email,reason,name,user\nLee@x.org,wrote from ada@x.org,Lee,lee@X.org\n"
    record = read_record(written(tmp_path, content), shown=SHOWN)
    assert (set(in_force(record.events)), record.problems) == ({"lee@x.org"}, ())
