"""Work on a list grows with its size, and memory does not."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from newsletter.audience.audience import Audience
from newsletter.audience.list.repeats import Repeats
from newsletter.audience.suppression.record import read_record
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import NewsletterError

ADA = "email,name\nada@example.org,Ada\n"


def audience_of(folder: Path, content: str) -> Audience:
    (folder / "list.csv").write_text(content, encoding="utf-8", newline="")
    return Audience(folder / "list.csv", shown=Path("list.csv"), today=date(2026, 11, 1))


def test_blank_rows_are_passed_in_constant_memory_and_counted(tmp_path: Path) -> None:
    audience = audience_of(tmp_path, ADA + ",\n" * 300_000 + "bo@example.org,Bo\n")
    tracemalloc.start()
    try:
        assert [each.line for each in audience] == [2, 300_003]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (audience.figures.blank, audience.problems) == (300_000, ())
    assert peak < 20_000_000


def test_a_header_of_a_million_columns_is_refused_at_once(tmp_path: Path) -> None:
    for header in ("email" + "," * 1_000_000, ",".join(f"c{at}" for at in range(1_000_000))):
        began = time.process_time()
        with pytest.raises(NewsletterError, match=r"list\.csv:1: the first line names 1,000,00"):
            list(audience_of(tmp_path, f"{header}\nada@example.org\n"))
        assert time.process_time() - began < 5


GROWING: dict[str, Callable[[int], str]] = {
    "blank": lambda size: ADA + ",\n" * (size // 2),
    "blank and wide": lambda size: "email,a,b,c,d,e,f\n" + (",,,,\n" * (size // 5)),
    "spaces": lambda size: ADA + " , \n" * (size // 4),
    "one long row": lambda size: ADA + "," * size,
    "quotes": lambda size: ADA + '"' * size,
    "quotes, each on a line": lambda size: ADA + '"\n' * (size // 2),
    "quotes that never close": lambda size: ADA + 'p",""",\n' * (size // 8),
    "a quote before each line": lambda size: ADA + '"a@x.org,\n' * (size // 10),
    "rows that say who left": lambda size: ADA + "a@x.org,b,unsubscribed\n" * (size // 23),
    "a row that says who left": lambda size: ADA + "a@x.org " * (size // 8) + ",,unsubscribed\n",
    "words for leaving": lambda size: ADA + "a@x.org," + "unsub opt " * (size // 10) + "\n",
    "lines of words": lambda size: ADA + "a@x.org,unsub opt\n" * (size // 18),
    "one domain": lambda size: ADA + "".join(f"r{n}@bücher.example,\n" for n in range(size // 24)),
    "local parts": lambda size: ADA + "".join(f"é{n}@x.org,\n" for n in range(size // 15)),
    "no addresses": lambda size: ADA + "é@,\n" * (size // 5),
    "one long cell": lambda size: ADA + "é" * (size // 2) + "@x.org,\n",
    "statuses": lambda size: (
        "email,status\n" + "".join(f"r{n}@x.org,s{n}\n" for n in range(size // 18))
    ),
    "leaving": lambda size: (
        "email,Left\n" + "".join(f"r{n}@x.org,s{n}\n" for n in range(size // 18))
    ),
}


@pytest.mark.parametrize("kind", list(GROWING))
def test_half_a_megabyte_of_anything_is_read_in_seconds(tmp_path: Path, kind: str) -> None:
    audience = audience_of(tmp_path, GROWING[kind](500_000))
    began = time.process_time()
    for _ in audience:
        pass
    assert time.process_time() - began < 5
    assert len(audience.problems) <= 1_002


@pytest.mark.parametrize("kind", ["blank", "quotes", "one domain", "no addresses"])
def test_half_a_megabyte_of_anything_as_suppressions_is_read_in_seconds(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "suppressions.csv").write_text(GROWING[kind](500_000), encoding="utf-8")
    began = time.process_time()
    read_record(tmp_path / "suppressions.csv", shown=Path("suppressions.csv"))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        *(
            "zoë@bücher.example",
            "r1@bücher.example",
            "r2@BÜCHER.example",
            "a@xn--bcher-kva.example",
        ),
        *(
            "zoë@x.org",
            "\uff41da@x.org",
            "ada@\uff58.org",
            "a@bücher..example",
            "a@-ü.example",
            "é..a@ü.de",
        ),
        *("a b@ü.de", "@ü.de", "a@ü", "a@b@ü.de", f"{'a' * 65}@ü.de", f"a@{'ü' * 64}.de"),
        *(f"a@{'ü.' * 60}de", f"{'é' * 40}@ü.de", '"a"@ü.de', "a@[ü]", "a@ü.de.", "Ada <a@ü.de>"),
    ],
)
def test_an_unusual_address_is_judged_the_same_the_first_time_and_every_other(text: str) -> None:
    def judged() -> str:
        try:
            return str(parse_address(text))
        except BadAddress as error:
            return f"no: {error}"

    from newsletter.basics.address import _validated

    try:
        expected = str(_validated(text))
    except BadAddress as error:
        expected = f"no: {error}"
    assert [judged(), judged()] == [expected, expected]


def test_a_list_that_has_everybody_twice_is_read_in_little_more_memory_than_it_takes(
    tmp_path: Path,
) -> None:
    rows = "".join(f"reader{number}@example.org,\n" for number in range(20_000))
    audience = audience_of(tmp_path, ADA + rows + rows)
    tracemalloc.start()
    try:
        assert sum(1 for _ in audience) == 20_001
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (audience.figures.twice, audience.figures.left_out) == (20_000, 0)
    assert peak < 6_000_000


def test_keys_with_one_hash_are_told_apart() -> None:
    repeats = Repeats(expected=0)  # one or two slots: each key meets others there
    keys = [f"r{number}@bücher.example" for number in range(200)]
    assert [repeats.first_line(key, line) for line, key in enumerate(keys)] == [None] * 200
    assert [repeats.first_line(key, 999) for key in keys] == list(range(200))
