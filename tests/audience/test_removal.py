"""Rows are taken out of a list file; every other octet stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.list.removal import find_rows, remove_lines

ADA = "ada@example.org"
ROWS = (
    "bo@example.org;Bo\r\n",
    'bo@example.org;"Bo;\r\nthe ""second"" ada@example.org"\n',
    "\n",
    "  bo@example.org ; B\u00f6\u0151 \r\n",
    '"bo@example.org";\n',
    'bo@example.org;"Bo"x\n',
)
THEIRS = (
    "ada@example.org;Ada\n",
    'ADA@Example.org;"Ada\r\nof two\nlines"\r\n',
    '"ada@example.org";\n',
    "Ada <ada@example.org>;Ada\n",
    'ada@example.org;"Ada"x\n',
)


def without_ada(folder: Path, octets: bytes) -> bytes:
    file = folder / "list.csv"
    file.write_bytes(octets)
    found = find_rows(file, shown=file, answers={}, is_theirs=lambda key: key == ADA)
    assert remove_lines(file, found.lines, found.encoding)
    return file.read_bytes()


@given(
    st.lists(st.sampled_from([*ROWS, *THEIRS]), max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_only_the_rows_of_a_person_go(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], encoding: str
) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    whole = "".join([mark, "email;name\n", *rows])
    rest = "".join([mark, "email;name\n", *(row for row in rows if row in ROWS)])
    folder = tmp_path_factory.mktemp("list")
    assert without_ada(folder, whole.encode(encoding)) == rest.encode(encoding)


def test_a_file_in_two_encodings_keeps_both(tmp_path: Path) -> None:
    before = (
        b"email,name\nada@example.org,\xe9\n",
        "zoë@example.org,Zoë\r".encode(),
        b"b@c.org,\x85\xfc",
    )
    assert without_ada(tmp_path, b"".join(before)) == b"email,name\n" + before[1] + before[2]


def test_a_row_of_somebody_else_that_names_them_stays(tmp_path: Path) -> None:
    octets = b"email,told_by\nbo@example.org,ada@example.org\n"
    assert without_ada(tmp_path, octets) == octets


def test_the_rows_are_found_with_their_lines_and_names(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("email,first_name,last_name\nbo@x.org,,\nada@example.org,Ada,King\n")
    found = find_rows(file, shown=file, answers={}, is_theirs=lambda key: key == ADA)
    assert (found.lines, found.names, found.others) == (frozenset({3}), frozenset({"Ada King"}), 1)
