from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.basics.outcome import Outcome, State, Verdict
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.sqlite.rows import runs
from newsletter.state.values import Mailing, Settlement
from tests.state.test_state import frozen, member, states, suppress

READERS = 12
ANSWERS = (
    Outcome(Verdict.ACCEPTED, 250, "2.0.0", "Ok: queued as 1"),
    Outcome(Verdict.ACCEPTED, 250, "2.0.0", "Ok: queued as 2"),
    Outcome(Verdict.DEFERRED, 451, "4.3.0", "later"),
    Outcome(Verdict.REFUSED, 550, "5.1.1", "no such user"),
)
STATE_AFTER = {
    Verdict.ACCEPTED: State.ACCEPTED,
    Verdict.DEFERRED: State.DEFERRED,
    Verdict.REFUSED: State.REFUSED,
}


@contextmanager
def ledger_of(readers: int) -> Iterator[tuple[SqliteLedger, Mailing, list[int]]]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder) / "state.db")
        mailing = frozen(
            ledger, *(member(f"r{number:02}@example.org") for number in range(readers))
        )
        yield (
            ledger,
            mailing,
            [each.id for each in ledger.run.pending(mailing, after=0, limit=readers)],
        )
        ledger.close()


def test_numbers_that_follow_each_other_are_a_run() -> None:
    assert runs([]) == []
    assert runs([3, 1, 2, 7, 7, 9]) == [[1, 2, 3], [7], [9]]


def test_of_numbers_in_a_row_those_hold_that_were_waiting() -> None:
    with ledger_of(5) as (ledger, mailing, ids):
        assert ledger.run.turn([], ids[1:2], 1.0) == {ids[1]}
        suppress(ledger, "r03@example.org")
        assert ledger.run.turn([], ids, 1.0) == {ids[0], ids[2], ids[4]}
        assert list(states(ledger, mailing).values()) == [
            State.ATTEMPTING,
            State.ATTEMPTING,
            State.ATTEMPTING,
            State.EXCLUDED,
            State.ATTEMPTING,
        ]


def test_a_clock_that_is_set_back_makes_no_older_mark_hold_again() -> None:
    with ledger_of(4) as (ledger, _, ids):
        assert ledger.run.turn([], ids[:2], 100.0) == set(ids[:2])
        assert ledger.run.turn([], ids, 100.0) == set(ids[2:])
        assert ledger.run.turn([], ids, 50.0) == set()


def test_a_row_takes_its_mark_and_a_usual_answer_without_growing() -> None:
    with ledger_of(500) as (ledger, _, ids):
        pages = ledger.database.db.execute("PRAGMA page_count").fetchone()
        answer = Outcome(Verdict.ACCEPTED, 250, "2.0.0", "Ok: queued as 4bXqPz1c3Kz9rPq")
        ledger.run.turn([], ids, 1763798400.25)
        ledger.run.turn([Settlement(i, State.ACCEPTED, answer, 1763798400.5) for i in ids], [], 2.0)
        assert ledger.database.db.execute("PRAGMA page_count").fetchone() == pages


answers = st.tuples(
    st.integers(0, READERS - 1),
    st.sampled_from([250, 251]),
    st.sampled_from(["", "2.0.0"]),
    st.text(st.characters(exclude_characters=" \0", codec="utf-8"), max_size=5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, unique_by=lambda each: each[0], max_size=READERS))
def test_of_those_accepted_together_each_keeps_her_own_answer(
    said: list[tuple[int, int, str, str]],
) -> None:
    with ledger_of(READERS) as (ledger, mailing, ids):
        outcomes = {
            who: Outcome(Verdict.ACCEPTED, code, enhanced, text)
            for who, code, enhanced, text in said
        }
        ledger.run.turn([], ids, 1.0)
        ledger.run.turn(
            [Settlement(ids[who], State.ACCEPTED, each, 2.0) for who, each in outcomes.items()],
            [],
            2.0,
        )
        assert {
            record.id: (record.code, record.enhanced, record.text, record.attempts)
            for record in ledger.records.of(mailing, [State.ACCEPTED])
        } == {ids[who]: (each.code, each.enhanced, each.text, 1) for who, each in outcomes.items()}


turns = st.lists(
    st.tuples(
        st.lists(st.integers(0, READERS - 1), max_size=READERS),
        st.lists(st.tuples(st.integers(0, READERS - 1), st.sampled_from(ANSWERS)), max_size=6),
        st.none() | st.integers(0, READERS - 1),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(turns)
def test_turns_leave_each_delivery_in_the_state_that_a_table_on_paper_has(
    script: list[tuple[list[int], list[tuple[int, Outcome]], int | None]],
) -> None:
    with ledger_of(READERS) as (ledger, mailing, ids):
        paper = dict.fromkeys(range(READERS), State.PENDING)
        answered: dict[int, Outcome] = {}
        gone: set[int] = set()
        for at, (marked, answers, leaves) in enumerate(script, start=1):
            if leaves is not None:
                suppress(ledger, f"r{leaves:02}@example.org")
                gone.add(leaves)
            told = {who: said for who, said in answers if paper[who] is State.ATTEMPTING}
            settlements = [
                Settlement(ids[who], STATE_AFTER[said.verdict], said, float(at), float(at))
                for who, said in told.items()
            ]
            for who, said in told.items():
                paper[who] = STATE_AFTER[said.verdict]
                answered[who] = said
            for who in gone if marked else gone & told.keys():
                if paper[who] in (State.PENDING, State.DEFERRED):
                    paper[who] = State.EXCLUDED
            wanted = {w for w in marked if paper[w] in (State.PENDING, State.DEFERRED)}
            paper |= dict.fromkeys(wanted, State.ATTEMPTING)
            held = ledger.run.turn(settlements, [ids[who] for who in marked], float(at))
            assert held == {ids[who] for who in wanted}
        assert list(states(ledger, mailing).values()) == list(paper.values())
        assert {
            record.email: (record.code, record.text)
            for record in ledger.records.of(mailing, [State.ACCEPTED, State.REFUSED])
        } == {
            f"r{who:02}@example.org": (said.code, said.text)
            for who, said in answered.items()
            if paper[who] in (State.ACCEPTED, State.REFUSED)
        }
