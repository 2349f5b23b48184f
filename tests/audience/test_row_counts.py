"""Each row below the header of a list is counted once, whatever is wrong with the file."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.audience import Audience
from newsletter.audience.figures import Figures
from newsletter.basics.errors import NewsletterError

SHOWN = Path("subscribers.csv")
Run = Callable[..., Result]
Piece = tuple[str, int, int]
"""A text, with the rows and the blank rows that it stands for; `;` is the separator."""

# Names and addresses are numbered, so that no piece repeats another but where it means to.
READABLE = ("{n}@example.org;Ada {n};active", "{n}@example.org;;unsubscribed", "{n}@example.org;;")
BROKEN = (
    "{n}",
    "{n}@example.org",
    "{n}@example.org;Ada;active;and;more",
    "Lovelace;{n}@example.org;unsubscribed",
    "email;name;status",
    "{n}@example.org;Ada\0;active",
    "{n}@example.org;\ufeffAda;nobody knows",
    "\ufeff{n}@example.org;Ada;active",
    "Ada <{n}@example.org>;;",
    "{n}@example.org,Ada,active",
    "{n}@example.org\tAda\tactive",
    "same@example.org;Ada;active",
    '"{n}@example.org";"Ada ""Ace"" L.";active',
    '{n}@example.org;"over\nthree\nlines";active',
    '{n}@example.org;"Ada"L;active',
    "é{n}@example.org;Zoé;active",
    "{n}@example.org;" + "x" * 140_000 + ";active",
)
BLANK = ("", ";;", ";;;;")
NEVER_CLOSED = '{n}@example.org;"Ada;active'


def rows_and_blanks(kinds: list[str]) -> list[Piece]:
    return [
        (kind.replace("{n}", f"r{n}"), int(kind not in BLANK), int(kind in BLANK))
        for n, kind in enumerate(kinds)
    ]


PIECES = st.lists(st.sampled_from(READABLE + BROKEN + BLANK), max_size=25).map(rows_and_blanks)
HEADERS = st.sampled_from(
    ("email;name;status", "E-Mail;Name;Statut", "a;b;c", "email;email;status", "\ufeffemail;name;")
)


def figures_of(folder: Path, content: bytes) -> Figures | None:
    """Return what a check counts, or None where the file cannot be read."""
    file = folder / "subscribers.csv"
    file.write_bytes(content)
    audience = Audience(file, shown=SHOWN, today=date(2026, 11, 1))
    try:
        members = sum(1 for _ in audience)
    except NewsletterError:
        return audience.figures if audience.is_counted else None
    assert audience.figures.mailable + audience.figures.excluded.total() == members
    return audience.figures


@given(
    HEADERS,
    PIECES,
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")),
)
def test_the_rows_add_up_in_any_broken_file(
    tmp_path_factory: pytest.TempPathFactory,
    header: str,
    pieces: list[Piece],
    opens_a_quote: bool,
    line_end: str,
    encoding: str,
) -> None:
    if opens_a_quote:  # it is a row, and those after it are read one by one
        tail = [each for each in pieces if '"' not in each[0]]
        pieces = [*pieces, (NEVER_CLOSED.replace("{n}", "open"), 1, 0), *tail]
    lines = [header, *(text for text, _rows, _blank in pieces)]
    text = line_end.join(line.replace("\n", line_end) for line in lines) + line_end
    found = figures_of(tmp_path_factory.getbasetemp(), text.encode(encoding, "replace"))
    assert found is not None
    rows = sum(rows for _text, rows, _blank in pieces)
    assert (found.rows, found.blank) == (rows, sum(blank for _text, _rows, blank in pieces))


@given(
    st.binary(max_size=300)
    | st.text(alphabet='a@.,;"\n\r\t\0é', max_size=200).map(
        lambda text: ("email;name\n" + text).encode("utf-16-le")
    )
    | st.lists(st.sampled_from(['"', "a@x.org", ",", ";", "\n", "\0", "\ufeff"]), max_size=60).map(
        lambda parts: ("email,name\n" + "".join(parts)).encode()
    )
)
def test_no_file_has_more_rows_than_lines(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    found = figures_of(tmp_path_factory.getbasetemp(), content)
    if found is not None:
        assert 0 <= found.rows + found.blank <= content.count(b"\n") + content.count(b"\r") + 1


@pytest.mark.parametrize(
    ("content", "rows", "blank"),
    [
        (b"", 0, 0),
        (b"\n\n \n", 0, 0),
        (b"\xef\xbb\xbf", 0, 0),
        (b"email,name\n", 0, 0),
        (b"email,name", 0, 0),
        (b"email,name\nemail,name\n", 1, 0),
        (b"name,city\nAda,Graz\n\nBo,Wien\n", 2, 1),
        (b"email,e-mail\na@example.org,b@example.org\n", 1, 0),
        (b"c," * 1_001 + b"email\n" + b"a@example.org\n" * 3, 3, 0),
        (b"email\n" + b"x" * 1_000_000 + b"\nada@example.org\n", 2, 0),
        ("email\na\n".encode("utf-16-le"), 2, 0),  # too short to be told from text with NULs
    ],
)
def test_a_list_that_cannot_be_used_is_counted_too(
    run: Run, workspace: Path, content: bytes, rows: int, blank: int
) -> None:
    (workspace / "subscribers.csv").write_bytes(content)
    counts = json.loads(run("subscribers", "check", "--json").stdout)["counts"]
    left = counts["left_out"] + counts["mailable"] + counts["twice"]
    assert (counts["rows"], counts["blank"], left) == (rows, blank, rows)


def test_a_file_that_is_no_text_has_no_counts(run: Run, workspace: Path) -> None:
    for content in (b"PK\x03\x04 a spreadsheet", "email\na@x.org\n".encode("utf-16-le") * 9):
        (workspace / "subscribers.csv").write_bytes(content)
        assert json.loads(run("subscribers", "check", "--json").stdout)["counts"] is None


def test_a_line_of_a_megabyte_costs_little_more_than_itself(tmp_path: Path) -> None:
    content = b"email,name\n" + b'a@example.org,"' + b"x" * 1_000_000 + b'"\nb@example.org,Bo\n'
    tracemalloc.start()
    try:
        found = figures_of(tmp_path, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == Figures(mailable=1, left_out=1)
    assert peak < 20_000_000
