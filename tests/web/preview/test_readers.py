"""Readers are found by typing, a few at a time, and made up within the limits of a list."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.basics.errors import NewsletterError
from newsletter.web.preview.reader_choice import ChosenReaders, Hit, ReaderKind, made_up, search
from tests.web.preview.parts import ACTING

TODAY = date(2026, 11, 3)
LIST = Path("subscribers.csv")


def found(workspace: Path, wanted: str) -> list[str]:
    hits, _ = search(workspace / LIST, LIST, wanted, TODAY, {})
    return [hit.email for hit in hits]


def test_every_word_must_stand_in_name_or_address(workspace: Path) -> None:
    assert found(workspace, "") == ["ada@example.org", "grace@example.net", "left@example.com"]
    assert found(workspace, "GRACE hop") == ["grace@example.net"]
    assert found(workspace, "example.n") == ["grace@example.net"]
    assert found(workspace, "active") == []


def test_why_she_would_not_be_mailed_stands_beside_her(workspace: Path) -> None:
    assert search(workspace / LIST, LIST, "left", TODAY, {}) == (
        [Hit(name="Lee Left", email="left@example.com", note="unsubscribed in the list")],
        False,
    )


def test_a_large_list_is_searched_in_a_moment_and_never_told_whole(
    client: TestClient, workspace: Path
) -> None:
    rows = (f"r{number}@example.org,Reader {number},R,active\n" for number in range(100_000))
    (workspace / LIST).write_text("email,name,first_name,status\n" + "".join(rows))
    start = time.monotonic()
    told = client.post("/api/issues/2026-11/readers", json={"search": "reader"}, headers=ACTING)
    last = client.post("/api/issues/2026-11/readers", json={"search": "r99999@"}, headers=ACTING)
    assert time.monotonic() - start < 3
    assert (len(told.json()["hits"]), told.json()["more"]) == (20, True)
    assert [one["name"] for one in last.json()["hits"]] == ["Reader 99999"]


def test_a_row_twice_and_a_row_without_an_address_do_no_harm(workspace: Path) -> None:
    with (workspace / LIST).open("a") as file:
        file.write("ADA@example.org,Ada Again,Ada,active\nnobody,Ada Bad,Ada,active\n")
    assert found(workspace, "ada") == ["ada@example.org"]


def test_a_made_up_reader_has_a_name_of_her_parts() -> None:
    who = made_up({"first_name": " Zoë ", "last_name": "Ngũgĩ", "clinic": "", "email": "z@x.org"})
    assert (str(who.address), who.name) == ("z@x.org", "Zoë Ngũgĩ")
    assert who.fields == {
        "first_name": "Zoë",
        "last_name": "Ngũgĩ",
        "email": "z@x.org",
        "name": "Zoë Ngũgĩ",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "no address"},
        {"name": "a\r\nBcc: evil@example.org"},
        {"name": "x" * 201},
        {"clinic": "x" * 2001},
        {"name": ["a"]},
        {"bad name": "x"},
        {"name": "\u202eevil"},
    ],
)
def test_what_no_list_could_hold_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(NewsletterError):
        made_up(fields)


def test_the_oldest_readers_are_forgotten() -> None:
    readers = ChosenReaders()
    first = readers.take(ReaderKind.MADE_UP, made_up({"name": "First"}))
    assert readers.named(first.handle) is first
    for _ in range(200):
        readers.take(ReaderKind.MADE_UP, made_up({"name": "Another"}))
    assert readers.named(first.handle).kind is ReaderKind.SAMPLE
