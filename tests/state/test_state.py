from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address, parse_address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.basics.tokens import Key, Purpose, Signer
from newsletter.delivery.mailing import freeze
from newsletter.state.guards.identity import advance, doubt, note_of
from newsletter.state.guards.lock import sending_lock
from newsletter.state.guards.witness import Witness, witness_of
from newsletter.state.keys import load_keys
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.mailings_file import read_mailings, write_mailing
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.sqlite.rows import delivery_of, incoming_rows
from newsletter.state.values import Delivery, Mailing, MailingState, Settlement
from tests.message.test_message import CONTENT

KEY = Key(b"k" * 32)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ADA = parse_address("ada@example.org")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "private" / "state.db", keys=[KEY])
    yield ledger
    ledger.close()


def member(email: str, excluded: str | None = None) -> Member:
    return Member(Subscriber(parse_address(email), "", {"first_name": "A", "x": "y"}), 2, excluded)


def frozen(ledger: SqliteLedger, *members: Member) -> Mailing:
    return freeze(ledger.records, CONTENT, members, key=KEY, sources="", now=NOW)


def suppress(ledger: SqliteLedger, email: str) -> None:
    ledger.people.add([event(Kind.SUPPRESS, parse_address(email), NOW)])


def event(kind: Kind, address: Address, at: datetime) -> Event:
    return Event(address=address, kind=kind, reason="left", source="subscribers", at=at)


def states(ledger: SqliteLedger, mailing: Mailing) -> dict[str, State]:
    return {record.email: record.state for record in ledger.records.of(mailing)}


def test_a_freeze_writes_the_audience_with_only_the_fields_that_are_used(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, member("b@example.org"), member("a@example.org", "unsubscribed"))
    pending = ledger.run.pending(mailing, after=0, limit=10)
    assert [(str(d.address), d.fields) for d in pending] == [("b@example.org", {"first_name": "A"})]
    assert states(ledger, mailing) == {
        "a@example.org": State.EXCLUDED,
        "b@example.org": State.PENDING,
    }
    assert ledger.records.content(mailing) == CONTENT
    assert mailing.state is MailingState.FROZEN


@given(st.dictionaries(st.sampled_from(["first_name", "y", "z"]), st.text(max_size=6)))
def test_a_field_comes_out_of_its_row_as_it_went_in(fields: dict[str, str]) -> None:
    reader = Member(Subscriber(ADA, "Ada", fields), 2, None)
    (values,) = incoming_rows([(reader, "m" * 16)], list(fields), 1)
    _, address, name, written, token, _ = values
    kept = {name: value for name, value in fields.items() if value}
    assert delivery_of((7, address, name, written, token, 1, 2.0)) == Delivery(
        7, ADA, "Ada", kept, "m" * 16, 1, 2.0
    )


def test_an_address_twice_stands_once_and_excluded_if_either_was(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("A@example.org"), member("a@example.org", "unsubscribed"))
    assert states(ledger, mailing) == {"a@example.org": State.EXCLUDED}


def test_an_issue_is_frozen_once(ledger: SqliteLedger) -> None:
    frozen(ledger, member("a@example.org"))
    with pytest.raises(Exception, match="UNIQUE"):
        frozen(ledger, member("b@example.org"))
    assert [mailing.issue for mailing in ledger.records.mailings()] == ["2026-11"]
    assert list(states(ledger, ledger.records.mailings()[0])) == ["a@example.org"]


def test_an_audience_that_breaks_off_freezes_nothing(ledger: SqliteLedger) -> None:
    def breaks_off() -> Iterator[Member]:
        yield member("a@example.org")
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        freeze(ledger.records, CONTENT, breaks_off(), key=KEY, sources="", now=NOW)
    assert ledger.records.mailings() == []
    assert frozen(ledger, member("a@example.org")).issue == "2026-11"


def test_a_mark_holds_only_for_the_pending_and_unsuppressed(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, *(member(f"{name}@example.org") for name in "abc"))
    a, b, c = (d.id for d in ledger.run.pending(mailing, after=0, limit=10))
    suppress(ledger, "B@Example.org")
    assert ledger.run.turn([], [a, b], 1.0) == {a}
    assert ledger.run.turn([], [a, c], 1.0) == {c}
    assert states(ledger, mailing) == {
        "a@example.org": State.ATTEMPTING,
        "b@example.org": State.EXCLUDED,
        "c@example.org": State.ATTEMPTING,
    }


@pytest.mark.parametrize(
    ("verdict", "back"),
    [(Verdict.UNTOUCHED, State.PENDING), (Verdict.DEFERRED, State.DEFERRED)],
)
def test_who_left_while_her_message_was_on_its_way_gets_no_second_one(
    ledger: SqliteLedger, verdict: Verdict, back: State
) -> None:
    mailing = frozen(ledger, member("a@example.org"), member("b@example.org"))
    first, second = ledger.run.pending(mailing, after=0, limit=9)
    assert ledger.run.turn([], [first.id], 1.0) == {first.id}
    suppress(ledger, "a@example.org")
    assert ledger.run.turn([], [second.id], 2.0) == {second.id}
    later = Settlement(first.id, back, Outcome(verdict, 421, "", "later"), 3.0, 3.0)
    ledger.run.turn([later], [], 3.0)
    assert ledger.run.turn([], [first.id], 4.0) == frozenset()
    assert states(ledger, mailing) == {
        "a@example.org": State.EXCLUDED,
        "b@example.org": State.ATTEMPTING,
    }


@pytest.mark.parametrize("state", [State.REFUSED, State.DEFERRED])
def test_who_left_before_the_answer_to_her_offer_stays_excluded(
    ledger: SqliteLedger, state: State
) -> None:
    mailing = frozen(ledger, member("a@example.org"), member("b@example.org"))
    first, second = ledger.run.pending(mailing, after=0, limit=9)
    suppress(ledger, "a@example.org")
    assert ledger.run.turn([], [second.id], 1.0) == {second.id}
    outcome = Outcome(Verdict(state), 550, "5.1.1", "who?", Phase.RCPT)
    ledger.run.turn([Settlement(first.id, state, outcome, 2.0, 3.0)], [], 2.0)
    assert states(ledger, mailing)["a@example.org"] is State.EXCLUDED
    assert [each.text for each in ledger.records.attempts(first.id)] == ["who?"]


def test_what_a_dead_run_left_attempting_is_uncertain_and_stays_so(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("a@example.org"), member("b@example.org"))
    first = ledger.run.pending(mailing, after=0, limit=1)[0]
    ledger.run.turn([], [first.id], 1.0)
    assert ledger.run.recover(mailing, NOW) == 1
    assert ledger.run.turn([], [first.id], 2.0) == frozenset()
    assert states(ledger, mailing)["a@example.org"] is State.UNCERTAIN
    assert ledger.records.resolve(mailing, State.PENDING, "to be sent again", NOW) == 1
    assert ledger.run.turn([], [first.id], 3.0) == {first.id}


def test_an_outcome_without_a_row_writes_nothing_at_all(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("a@example.org"))
    (only,) = ledger.run.pending(mailing, after=0, limit=1)
    accepted = Outcome(Verdict.ACCEPTED, 250, "2.0.0", "Ok")
    lost = [Settlement(each, State.ACCEPTED, accepted, 1.0) for each in (only.id, 99)]
    with pytest.raises(LedgerUnusable, match="an outcome found no row"):
        ledger.run.turn(lost, [], 1.0)
    assert states(ledger, mailing) == {"a@example.org": State.PENDING}


def test_earlier_attempts_that_failed_are_kept(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("a@example.org"))
    (only,) = ledger.run.pending(mailing, after=0, limit=1)
    later = Outcome(Verdict.DEFERRED, 451, "4.2.0", "later", Phase.RCPT)
    ledger.run.turn([Settlement(only.id, State.DEFERRED, later, 1.0, 301.0)], [], 1.0)
    assert ledger.run.next_due(mailing) == 301.0
    assert ledger.run.deferred(mailing, due=300.0, limit=-1) == []
    assert [ledger.run.waiting(mailing, due=due) for due in (300.0, 301.0)] == [0, 1]
    (due,) = ledger.run.deferred(mailing, due=301.0, limit=-1)
    assert (due.id, due.attempts, due.first_deferred_at) == (only.id, 1, 1.0)
    ok = Outcome(Verdict.ACCEPTED, 250, "", "Ok")
    ledger.run.turn([], [only.id], 302.0)
    ledger.run.turn([Settlement(only.id, State.ACCEPTED, ok, 303.0)], [], 303.0)
    (record,) = ledger.records.of(mailing)
    assert (record.state, record.attempts, record.text) == (State.ACCEPTED, 2, "Ok")
    assert ledger.run.attempted_since(0.0) == [1.0, 303.0]
    kept = ledger.database.db.execute("SELECT delivery, at, state, phase, code, text FROM attempts")
    assert kept.fetchall() == [(only.id, 1.0, "deferred", "RCPT", 451, "later")]


def test_the_tokens_of_leaving_and_of_bounces_name_their_reader_and_a_forged_one_nobody(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, member("ada@example.org"))
    (only,) = ledger.run.pending(mailing, after=0, limit=1)
    token = Signer(KEY, mailing.uuid).token(Purpose.UNSUBSCRIBE, only.id)
    assert ledger.records.find_by_token(token) == ADA
    assert ledger.records.find_by_token(token.upper()) == ADA
    assert (
        ledger.records.find_by_token(Signer(KEY, mailing.uuid).token(Purpose.BOUNCE, only.id))
        == ADA
    )
    forged = Signer(Key(b"x" * 32), mailing.uuid).token(Purpose.UNSUBSCRIBE, only.id)
    sample = Signer(KEY, mailing.uuid).token(Purpose.UNSUBSCRIBE, 0)
    assert [ledger.records.find_by_token(each) for each in (forged, sample, "nonsense")] == [
        None
    ] * 3


def test_a_restore_counts_as_a_later_event(ledger: SqliteLedger) -> None:
    suppress(ledger, "ada@example.org")
    ledger.people.add([event(Kind.RESTORE, ADA, NOW + timedelta(days=1))])
    mailing = frozen(ledger, member("ada@example.org"))
    (only,) = ledger.run.pending(mailing, after=0, limit=1)
    assert ledger.run.turn([], [only.id], 1.0) == {only.id}


def test_the_private_files_are_for_their_owner_alone(ledger: SqliteLedger) -> None:
    frozen(ledger, member("ada@example.org"))
    key = ledger.database.file.with_name("key")
    load_keys(key, make=True)
    modes = {
        file.name: stat.S_IMODE(file.stat().st_mode)
        for file in ledger.database.file.parent.iterdir()
    }
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600, "key": 0o600}
    assert stat.S_IMODE(ledger.database.file.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_database_is_a_clear_problem(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    file.write_bytes(b"not a database, and long enough to be taken for one" * 50)
    with pytest.raises(LedgerUnusable, match="cannot be used: file is not a database"):
        SqliteLedger(file)


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "state.db")
    ledger.database.db.execute("PRAGMA user_version=99")
    ledger.close()
    with pytest.raises(LedgerUnusable, match="newer version"):
        SqliteLedger(tmp_path / "state.db")


@pytest.fixture
def witness(ledger: SqliteLedger, tmp_path: Path) -> Witness:
    return Witness(tmp_path / "home" / ledger.identity()[0])


def test_the_ledger_last_sent_from_is_not_doubted(ledger: SqliteLedger, witness: Witness) -> None:
    assert doubt(ledger.database, witness) is None
    assert advance(ledger.database, witness) == ""
    assert doubt(ledger.database, witness) is None


def test_a_restored_ledger_is_doubted(ledger: SqliteLedger, witness: Witness) -> None:
    advance(ledger.database, witness)
    ledger.database.set_epoch(3)
    advance(ledger.database, witness)
    ledger.database.set_epoch(1)
    assert "older than its last mailing" in str(doubt(ledger.database, witness))


def test_a_copied_ledger_is_doubted(ledger: SqliteLedger, witness: Witness, tmp_path: Path) -> None:
    advance(ledger.database, witness)
    ledger.database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(ledger.database.file.parent, tmp_path / "copy")
    copy = SqliteLedger(tmp_path / "copy" / "state.db")
    assert "copied here from another place" in str(doubt(copy.database, witness))
    note_of(copy.database.file).unlink()
    assert "copied here without its state.db.epoch" in str(doubt(copy.database, witness))
    copy.close()


DEEP = "[" * 100_000


DAMAGED = {
    "lists in lists": DEEP,
    "objects in objects": '{"a":' * 20_000,
    "infinity": "1e999",
    "a list": "[]",
    "a text": '"text"',
    "null": "null",
    "nothing": "",
    "a zero": "\x00",
    "an empty object": "{}",
    "a number for a text": '{"ledger": 1, "epoch": 1, "inode": 1, "machine": "m"}',
    "an epoch without end": '{"ledger": "a", "epoch": 1e999, "inode": 1, "machine": "m"}',
    "an epoch below zero": '{"ledger": "a", "epoch": -1, "inode": 1, "machine": "m"}',
    "no number": '{"ledger": "a", "epoch": true, "inode": 1, "machine": "m"}',
    "many digits": '{"ledger": "a", "epoch": ' + "9" * 5000 + ', "inode": 1, "machine": "m"}',
    "more than an inode": '{"ledger": "a", "epoch": 1, "inode": ' + "9" * 23 + "}",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_note_or_witness_is_told_and_overruled(
    ledger: SqliteLedger, witness: Witness, text: str
) -> None:
    advance(ledger.database, witness)
    note_of(ledger.database.file).write_text(text)
    assert "its state.db.epoch is damaged, so it may be a copy" in str(
        doubt(ledger.database, witness)
    )
    advance(ledger.database, witness)
    assert witness.folder is not None
    (witness.folder / "seen.json").write_text(text)
    assert "its witness is missing: nothing in " in str(doubt(ledger.database, witness))
    advance(ledger.database, witness)
    assert doubt(ledger.database, witness) is None


def test_a_note_that_is_no_plain_file_is_told(ledger: SqliteLedger, witness: Witness) -> None:
    advance(ledger.database, witness)
    note_of(ledger.database.file).unlink()
    os.mkfifo(note_of(ledger.database.file))
    assert "its state.db.epoch is damaged" in str(doubt(ledger.database, witness))


def test_a_fresh_ledger_in_the_place_of_one_that_was_sent_from_is_doubted(
    ledger: SqliteLedger, witness: Witness, tmp_path: Path
) -> None:
    advance(ledger.database, witness)
    other = SqliteLedger(tmp_path / "other.db")
    shutil.copyfile(note_of(ledger.database.file), note_of(other.database.file))
    found = doubt(other.database, Witness(tmp_path / "home" / other.identity()[0]))
    assert "this is another ledger than the one sent from last" in str(found)
    other.close()


def test_a_witness_that_cannot_be_kept_is_said_and_not_missed(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    nowhere = Witness(tmp_path / "file" / "newsletter")
    assert advance(ledger.database, nowhere) == "Not a directory"
    assert doubt(ledger.database, nowhere) is None
    assert advance(ledger.database, Witness(None)) == "No such file or directory"
    assert doubt(ledger.database, Witness(None)) is None


def test_the_witness_is_kept_where_the_system_keeps_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert witness_of("abc") == Witness(Path("/somewhere/newsletter/abc"))
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/ada")
    assert witness_of("abc") == Witness(Path("/home/ada/.local/state/newsletter/abc"))


def test_no_witness_is_missed_where_the_home_cannot_be_looked_into(
    ledger: SqliteLedger, witness: Witness, tmp_path: Path
) -> None:
    advance(ledger.database, witness)
    assert doubt(ledger.database, Witness(tmp_path / ("x" * 300) / "newsletter")) is None


def test_a_home_that_is_no_absolute_path_keeps_no_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "relative")
    assert witness_of("abc") == Witness(None)


def test_a_file_system_with_inodes_of_64_bits_is_no_reason_for_doubt(
    ledger: SqliteLedger, witness: Witness
) -> None:
    assert ledger.database.presence.ledger is not None
    ledger.database.presence.ledger = (ledger.database.presence.ledger[0], 2**64 - 5)
    advance(ledger.database, witness)
    assert doubt(ledger.database, witness) is None


def test_an_epoch_that_cannot_be_counted_up_is_damage(
    ledger: SqliteLedger, witness: Witness
) -> None:
    advance(ledger.database, witness)
    note = note_of(ledger.database.file)
    note.write_text(note.read_text().replace('"epoch": 1', f'"epoch": {2**63 - 1}'))
    assert "its state.db.epoch is damaged" in str(doubt(ledger.database, witness))
    advance(ledger.database, witness)
    assert doubt(ledger.database, witness) is None


def test_a_missing_or_broken_key_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(
        NewsletterError, match="the key that signs the unsubscribe links is missing"
    ):
        load_keys(file, make=False)
    made = load_keys(file, make=True)
    assert load_keys(file, make=True) == made
    old = file.read_text()
    file.write_text(f"{'0' * 64}\n{old}")
    assert load_keys(file, make=False) == (Key(bytes(32)), *made)
    file.write_text("rubbish\n")
    with pytest.raises(NewsletterError, match="key:1: this is no key"):
        load_keys(file, make=False)


def _hold(file: Path, held: multiprocessing.synchronize.Event) -> None:
    with sending_lock(file, since=NOW):
        held.set()
        multiprocessing.Event().wait(30)


def test_a_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    file = tmp_path / "state.db.lock"
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(file, held))
    holder.start()
    assert held.wait(30)
    with (
        pytest.raises(
            NewsletterError, match=f"process {holder.pid} on .* since 2026-11-22 08:00:00 UTC"
        ),
        sending_lock(file, since=NOW),
    ):
        pass
    holder.kill()
    holder.join()
    with sending_lock(file, since=NOW):
        assert f"process {os.getpid()} on" in file.read_text()


def test_the_visible_record_has_one_line_a_mailing(ledger: SqliteLedger, tmp_path: Path) -> None:
    file, name = tmp_path / "mailings.csv", Path("mailings.csv")
    mailing = frozen(ledger, member("ada@example.org"))
    assert read_mailings(file, name) == ()
    write_mailing(file, name, mailing, ledger.records.counts(mailing), ("abc", 1))
    mailing = ledger.records.set_state(mailing, MailingState.SENDING, NOW)
    mailing = ledger.records.set_state(mailing, MailingState.FINISHED, NOW)
    write_mailing(file, name, mailing, dict.fromkeys(State, 7), ("abc", 2))
    when = "2026-11-22T08:00:00+00:00"
    assert file.read_text().splitlines() == [
        (
            "issue,mailing,digest,started_at,finished_at,accepted,refused,uncertain,excluded,"
            "ledger,epoch,part"
        ),
        f"2026-11,{mailing.uuid},{CONTENT.digest},{when},{when},7,7,7,7,abc,2,1",
    ]
    assert "ada@" not in file.read_text()
    file.write_text("issue,mailing\n,x\n")
    with pytest.raises(NewsletterError, match=r"mailings\.csv:2: a line without issue or mailing"):
        read_mailings(file, name)


def test_a_quote_that_never_closes_in_the_visible_record_is_told_with_its_line(
    tmp_path: Path,
) -> None:
    file, name = tmp_path / "mailings.csv", Path("mailings.csv")
    file.write_text('issue,mailing\n2026-10,x\n"' + "a\n" * 100_000)
    with pytest.raises(NewsletterError, match=r"mailings\.csv:3: this line cannot be read"):
        read_mailings(file, name)


def test_whoever_looks_at_the_ledger_meanwhile_leaves_the_sender_its_log(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    sender = SqliteLedger(file)
    SqliteLedger(file).close()  # as the check does, in the sender's own process
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT id FROM ledger')"
    subprocess.run([sys.executable, "-c", f"{look}.fetchall()", str(file)], check=True)
    sender.database.set_epoch(7)
    with contextlib.closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT epoch FROM ledger").fetchone() == (7,)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "state.db",
        "state.db-shm",
        "state.db-wal",
    ]
    sender.close()
