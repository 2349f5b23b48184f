"""A row that says that its reader left holds against every other row of the address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.audience.audience import Audience

HEADER = "name,email,status\n"
GOOD = "Ada,ada@ex.org,active\n"


def mailed(folder: Path, content: str) -> list[str]:
    (folder / "list.csv").write_text(content, encoding="utf-8", newline="")
    audience = Audience(folder / "list.csv", shown=Path("list.csv"), today=date(2026, 11, 1))
    return [str(each.subscriber.address) for each in audience if each.excluded is None]


SHIFTED = [
    "Lovelace, Ada,ada@ex.org,unsubscribed\n",
    "Ada,ada@ex.org,,unsubscribed\n",
    "Ada,ada@ex.org,active,unsubscribed\n",
    "ada@ex.org,unsubscribed\n",
    "unsubscribed,ada@ex.org\n",
    "Ada;ada@ex.org;unsubscribed\n",
    "Ada\tada@ex.org\tunsubscribed\n",
    '"Ada,ada@ex.org,unsubscribed"\n',
    "Lovelace, Ada,ada@ex.org,désabonnée\n",
    "Lovelace, Ada,ada@ex.org,abgemeldet\n",
    "Lovelace, Ada,ada@ex.org,de baja\n",
    "Lovelace, Ada,ada@ex.org,Cleaned\n",
    "Lovelace, Ada,ada@ex.org,inactive\n",
    "Lovelace, Ada,ada@ex.org,blocklisted\n",
    "Lovelace, Ada,ada@ex.org,UNSUBSCRIBED (by phone)\n",
]
QUOTED_BADLY = [
    '"Ada" Lovelace,ada@ex.org,unsubscribed\n',
    'Ada,"ada@ex.org" x,unsubscribed\n',
    '"Ada,ada@ex.org,unsubscribed\n',
    'Ada,ada@ex.org,"unsubscribed\n',
    '"Ada "Ace" L.",ada@ex.org,unsubscribed\n',
    '"Ada\nLovelace" L,ada@ex.org,unsubscribed\n',
    '"Ada\nLovelace",ada@ex.org,unsubscribed\n',
    '"X,\nAda,ada@ex.org,unsubscribed,\n",x@ex.org,active\n',
]
NO_PLAIN_ADDRESS = [
    "Ada,Ada <ada@ex.org>,unsubscribed\n",
    'Ada,"Lovelace, Ada <ADA@EX.ORG>",unsubscribed\n',
    "Ada,mailto:ada@ex.org,unsubscribed\n",
    "Ada,ada@ex.org / ada@ex.net,unsubscribed\n",
    "Ada,(ada@ex.org),unsubscribed\n",
    "ada@ex.org,Ada,unsubscribed\n",
    "Ada,<ada@ex.org>.,unsubscribed\n",
    "Ada,unsubscribed,ada@ex.org\n",
    "unsubscribed,ada@ex.org,\n",
    "Unsubscribed,ada@ex.org ,active\n",
    "Ada,\u00a0ada@ex.org\u200b,unsubscribed\n",
    "Ada,ada@ex.org, unsubscribed \n",
    "A\x00da,ada@ex.org,unsubscribed\n",
    f"{'A' * 300},ada@ex.org,unsubscribed\n",
]


@pytest.mark.parametrize("row", SHIFTED + QUOTED_BADLY + NO_PLAIN_ADDRESS)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("padding", [0, 5_000])
def test_a_row_that_says_she_left_wins_whatever_is_wrong_with_it(
    tmp_path: Path, row: str, is_first: bool, padding: int
) -> None:
    rows = row + GOOD if is_first else GOOD + row
    others = "".join(f"R,r{number}@ex.org,active\n" for number in range(padding))
    left = mailed(tmp_path, HEADER + others + rows + "Bo,bo@ex.org,active\n")
    assert left[padding:] == ["bo@ex.org"]


@pytest.mark.parametrize(
    "row",
    [
        "Lovelace, Ada,ada@ex.org,FALSE\n",
        "Lovelace, Ada,ada@ex.org,no\n",
        "ada@ex.org,no\n",
        "Ada,,ada@ex.org,no\n",
    ],
)
def test_a_shifted_no_of_a_column_of_those_who_stay_counts_as_left(
    tmp_path: Path, row: str
) -> None:
    content = f"name,email,subscribed\nAda,ada@ex.org,yes\n{row}Bo,bo@ex.org,yes\n"
    assert mailed(tmp_path, content) == ["bo@ex.org"]


@pytest.mark.parametrize(
    "row",
    [
        "Lovelace, Ada,ada@ex.org,active\n",
        '"Ada" Lovelace,ada@ex.org,active\n',
        "Ada,Ada <ada@ex.org>,active\n",
        "ada@ex.org\n",
        "Ada,unsubscribe@ex.org ada@ex.org,active\n",
    ],
)
def test_a_bad_row_that_does_not_say_so_costs_nobody_their_other_row(
    tmp_path: Path, row: str
) -> None:
    assert mailed(tmp_path, HEADER + row + GOOD) == ["ada@ex.org"]


def test_every_address_of_a_broken_row_that_says_so_counts(tmp_path: Path) -> None:
    rows = "".join(f"R,{name}@ex.org,active\n" for name in ("ada", "bo", "cy"))
    both = "Ada and Bo, ada@ex.org bo@ex.org, unsubscribed, 2025\n"
    assert mailed(tmp_path, HEADER + rows + both) == ["cy@ex.org"]
