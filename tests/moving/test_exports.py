"""Each tool's export is recognised and read whole: who is new, who left, who agreed when."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.audience.moving.exports import recognise
from tests.moving.conftest import Import, consents, everything, listed, suppressed
from tests.moving.exports import CASES, CLEANED, SUBSCRIBED, UNSUBSCRIBED

each_tool = pytest.mark.parametrize("name", list(CASES))


@each_tool
def test_an_export_is_recognised_and_every_row_of_it_is_accounted_for(
    empty: Path, bring: Import, name: str
) -> None:
    case = CASES[name]
    mends = any("address" in reason for reason in case.left_out)
    told = bring(dict(case.files), exit_code=int(mends))
    assert {each["tool"] for each in told["files"]} == {case.tool}
    assert listed(empty) == [case.columns, *case.rows]
    assert suppressed(empty) == list(case.left)
    assert consents(empty) == list(case.consents)
    assert {
        each["reason"]: each["lines"] for file in told["files"] for each in file["reasons"]
    } == case.left_out
    assert told["total"]["added"] == len(case.rows)
    assert told["total"]["newly_suppressed"] == len(case.left)
    for counts in (told["total"], *told["files"]):
        parts = ("added", "known", "suppressed", "twice", "left_out")
        assert counts["rows"] == sum(counts[part] for part in parts)


@each_tool
def test_a_second_import_of_the_same_files_changes_nothing(
    empty: Path, bring: Import, name: str
) -> None:
    case = CASES[name]
    mends = int(any("address" in reason for reason in case.left_out))
    bring(dict(case.files), exit_code=mends)
    before = everything(empty)
    told = bring(dict(case.files), exit_code=mends)
    after = everything(empty)
    volatile = {".newsletter/import.lock"}
    assert {name: before[name] for name in before if name not in volatile} == {
        name: after[name] for name in after if name not in volatile
    }
    assert told["total"]["added"] == told["total"]["newly_suppressed"] == 0
    assert told["total"]["known"] == len(case.rows)


@each_tool
def test_a_dry_run_tells_the_same_and_writes_nothing(empty: Path, bring: Import, name: str) -> None:
    case = CASES[name]
    mends = int(any("address" in reason for reason in case.left_out))
    before = everything(empty)
    dry = bring(dict(case.files), "--dry-run", exit_code=mends)
    assert everything(empty) == before
    assert not (empty / ".newsletter").exists()
    wet = bring(dict(case.files), exit_code=mends)
    assert dry == {**wet, "dry_run": True}


@pytest.mark.parametrize(
    ("header", "tool"),
    [
        ("EMAIL ADDRESS,optin time,Confirm-Time,Clinic", "Mailchimp"),
        ("created_at,email disabled,EMAIL,ActiveSubscription", "Substack"),
        ("Complimentary Plan,Subscribed to emails,e-mail,Email", "Ghost"),
        ("email,name", "CSV"),
    ],
)
def test_a_tool_is_recognised_whatever_the_order_and_spelling_of_its_columns(
    header: str, tool: str
) -> None:
    assert recognise(header.split(",")).tool == tool


def test_leaving_wins_over_a_row_that_says_subscribed_in_whatever_order(
    empty: Path, bring: Import
) -> None:
    told = bring({"a.csv": SUBSCRIBED, "b.csv": CLEANED, "c.csv": UNSUBSCRIBED})
    assert "lee@example.com" not in "".join(listed(empty))
    counts = ("rows", "added", "suppressed", "newly_suppressed", "twice")
    assert [[file[name] for name in counts] for file in told["files"]] == [
        [3, 2, 1, 1, 0],
        [1, 0, 1, 1, 0],
        [2, 0, 1, 1, 1],
    ]
