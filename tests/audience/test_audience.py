"""The list file, read as people and spreadsheets write it."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.audience import Audience
from newsletter.audience.figures import Figures
from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.list.table import Table
from newsletter.audience.registered import Register
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics import shipped
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError

SHOWN = Path("subscribers.csv")
TODAY = date(2026, 11, 1)
HEADER = "email,name,status\n"


def audience_of(
    folder: Path, content: str | bytes, suppressed: dict[str, Suppression] | None = None
) -> Audience:
    file = folder / "subscribers.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return Audience(file, shown=SHOWN, register=Register(suppressed=suppressed or {}), today=TODAY)


def rows_of(audience: Audience) -> list[tuple[int, str, str, str | None]]:
    return [
        (each.line, str(each.subscriber.address), each.subscriber.name, each.excluded)
        for each in audience
    ]


def told(audience: Audience) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in audience.problems]


def refusal(audience: Audience) -> str:
    with pytest.raises(NewsletterError) as caught:
        rows_of(audience)
    return str(caught.value)


def test_a_row_becomes_a_member_with_every_column_as_a_field(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path,
        "E-Mail , First name,LAST-NAME,Status,Topics,Job (title),consent_expires\n"
        " Ada@Example.ORG ,Ada,Lovelace,Active,Attachment;Client Factors,,2026-11-01\n",
    )
    assert list(audience) == [
        Member(
            Subscriber(
                Address("Ada", "example.org"),
                "Ada Lovelace",
                {
                    "email": "Ada@example.org",
                    "first_name": "Ada",
                    "last_name": "Lovelace",
                    "status": "Active",
                    "topics": "Attachment;Client Factors",
                    "consent_expires": "2026-11-01",
                    "name": "Ada Lovelace",
                },
            ),
            2,
            None,
        )
    ]
    assert audience.problems == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("email,name\na@x.org,Zoë\nb@x.org,B\n".encode(), id="UTF-8"),
        pytest.param("\ufeffemail,name\na@x.org,Zoë\nb@x.org,B\n".encode(), id="BOM"),
        pytest.param("email,name\na@x.org,Zoë\nb@x.org,B".encode("utf-16"), id="UTF-16"),
        pytest.param(
            b"\xfe\xff" + "email,name\na@x.org,Zoë\nb@x.org,B".encode("utf-16-be"), id="UTF-16-BE"
        ),
        pytest.param("email,name\r\na@x.org,Zoë\r\nb@x.org,B\r\n".encode(), id="CRLF"),
        pytest.param("email,name\ra@x.org,Zoë\rb@x.org,B\r".encode(), id="lone CR"),
        pytest.param("email ,name\na@x.org ,Zoë \nb@x.org,B ".encode(), id="spaces behind"),
        pytest.param("email,name \r\na@x.org ,Zoë \r\nb@x.org,B\r\n".encode(), id="and CRLF"),
        pytest.param("email;name\na@x.org;Zoë\nb@x.org;B\n".encode(), id="semicolon"),
        pytest.param("email\tname\na@x.org\tZoë\nb@x.org\tB\n".encode(), id="tab"),
        pytest.param('"email", "name"\n"a@x.org", "Zoë"\nb@x.org,B\n'.encode(), id="quotes"),
        pytest.param("email,name,,\na@x.org,Zoë,,\nb@x.org,B,,,,\n".encode(), id="empty columns"),
    ],
)
def test_the_same_list_in_another_form_gives_the_same_members(
    tmp_path: Path, content: bytes
) -> None:
    audience = audience_of(tmp_path, content)
    assert rows_of(audience) == [(2, "a@x.org", "Zoë", None), (3, "b@x.org", "B", None)]


def test_excels_own_first_line_and_empty_lines_do_not_shift_the_line_numbers(
    tmp_path: Path,
) -> None:
    audience = audience_of(tmp_path, "sep=;\nemail;name\n\n;\na@x.org;A\n")
    assert rows_of(audience) == [(5, "a@x.org", "A", None)]


def test_windows_text_is_read_and_the_first_such_line_named(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path, "email,name\na@x.org,Zoë\n".encode() + "b@x.org,Bö €\n".encode("cp1252")
    )
    assert rows_of(audience) == [(2, "a@x.org", "Zoë", None), (3, "b@x.org", "Bö €", None)]
    assert told(audience) == [(3, "this line is not UTF-8; it was read as Windows text (cp1252)")]


def test_all_bad_rows_are_told_at_once_and_stop_nobody(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path,
        HEADER + ",Nobody,\n"
        "ada,Ada,\n"
        "bo@x.org,Bo\n"
        "cy@x.org,Lovelace, Cy,active\n"
        'di@x.org,"Di\nD",\n'
        "el@x.org,E\0l,\n"
        f"fa@x.org,{'F' * 201},\n"
        'gi@x.org,"Gi" G,\n'
        "ha@x.org,Ha,\n",
    )
    assert rows_of(audience) == [(11, "ha@x.org", "Ha", None)]
    out = "; the row was left out"
    assert told(audience) == [
        (2, "the row has no email address; it was left out"),
        (3, f"this is no email address: there is no @ in it{out}"),
        (4, f"2 cells where the header names 3 columns{out}"),
        (5, f"4 cells where the header names 3 columns{out}"),
        (6, f"'name' holds a line break (or a quote that opens here is never closed){out}"),
        (8, f"'name' holds a control character (U+0000){out}"),
        (9, f"'name' has 201 characters, more than 200{out}"),
        (10, f"a quote stands in the middle of a cell{out}"),
    ]
    assert audience.figures == Figures(mailable=1, left_out=8)


@pytest.mark.parametrize(
    "broken",
    [
        'a@x.org,"A,\nb@x.org,"B",\n',
        'a@x.org,"A,\nb@x.org,B,"\nb@x.org,B,\n',
        'a@x.org,"A,\nb@x.org,B,\n' + "\n" * 200,
    ],
)
def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path, broken: str) -> None:
    audience = audience_of(tmp_path, HEADER + broken)
    assert [address for _, address, _, _ in rows_of(audience)] == ["b@x.org"]
    assert told(audience)[0] == (
        2,
        "a quote that opens on this line is never closed; the row was left out",
    )


def test_a_long_note_over_several_lines_is_one_field_on_one_line(tmp_path: Path) -> None:
    audience = audience_of(tmp_path, 'email,name,notes\na@x.org,A,"one\r\n\ttwo, three"\nb@x.org,,')
    members = list(audience)
    assert [(each.line, each.subscriber.fields.get("notes")) for each in members] == [
        (2, "one two, three"),
        (4, None),
    ]


def test_who_must_not_be_mailed_is_excluded_with_the_reason(tmp_path: Path) -> None:
    gone = Suppression(
        address=Address("s", "x.org"),
        reason="unsubscribed",
        at=datetime(2026, 10, 2, 8, tzinfo=UTC),
        source="subscribers",
    )
    audience = audience_of(
        tmp_path,
        "email,status,consent_expires\n"
        "S@x.org,active,\n"
        "u@x.org,UNSUBSCRIBED,\n"
        "m@x.org,maybe,\n"
        "e@x.org,,2026-10-31\n"
        "d@x.org,,01.02.26\n"
        "k@x.org,,2026-11-01\n",
        {"s@x.org": gone},
    )
    assert rows_of(audience) == [
        (2, "S@x.org", "", "suppressed: unsubscribed, 2026-10-02"),
        (3, "u@x.org", "", "unsubscribed in the list"),
        (4, "m@x.org", "", "unknown status 'maybe'"),
        (5, "e@x.org", "", "consent expired on 2026-10-31"),
        (6, "d@x.org", "", "unreadable consent_expires '01.02.26'"),
        (7, "k@x.org", "", None),
    ]
    assert told(audience) == [
        (4, "unknown status 'maybe': this row is not mailed"),
        (6, "unreadable consent_expires '01.02.26': this row is not mailed"),
    ]
    assert audience.figures == Figures(
        mailable=1,
        excluded=Counter(
            {
                "suppressed": 1,
                "unsubscribed in the list": 1,
                "unknown status": 1,
                "consent expired": 1,
                "unreadable consent_expires": 1,
            }
        ),
    )


def test_an_address_twice_is_kept_once_and_its_stricter_row_wins(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path,
        HEADER + "a@x.org,A,active\nb@x.org,B,\nA@X.ORG,A,Unsubscribed\nb@x.org,B again,\n",
    )
    assert rows_of(audience) == [
        (2, "a@x.org", "A", "unsubscribed in the list"),
        (3, "b@x.org", "B", None),
    ]
    assert told(audience) == [
        (
            4,
            (
                "the same address as on line 2; it is kept once, and not mailed,"
                " because one of its rows excludes it"
            ),
        ),
        (5, "the same address as on line 3; it is kept once"),
    ]


def test_a_bad_row_that_says_unsubscribed_still_excludes_her(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path, HEADER + "müller@bücher.example,M,\nmüller@bücher.example,L, M,unsubscribed\n"
    )
    assert [excluded for *_, excluded in rows_of(audience)] == ["unsubscribed in the list"]


def test_hundreds_of_repeated_addresses_are_found_exactly(tmp_path: Path) -> None:
    rows = [f"reader{number % 700}@x.org,R," for number in range(1_000)]
    audience = audience_of(tmp_path, HEADER + "\n".join(rows))
    assert len(list(audience)) == 700
    assert audience.figures == Figures(mailable=700, twice=300)


def test_no_list_of_problems_is_longer_than_a_thousand(tmp_path: Path) -> None:
    audience = audience_of(tmp_path, HEADER + "nobody,N,\n" * 1_500)
    assert rows_of(audience) == []
    assert len(audience.problems) == 1_002
    assert told(audience)[-1] == (None, "and 500 more problems")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "subscribers.csv: the file is empty"),
        (b"\xef\xbb\xbf\r\n", "subscribers.csv: the file is empty"),
        (b"PK\x03\x04" + bytes(50), "subscribers.csv: this is a spreadsheet file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "subscribers.csv: this is no text file"),
        ("email,name\n".encode("utf-16") + b"a", "subscribers.csv:2: the file begins as UTF-16"),
        (b"ada@x.org,Ada\n", "subscribers.csv:1: no column is named 'email' (found: ..., 'Ada')"),
        (b"emial,name\na,b\n", "is it the column 'emial'? Rename it to email"),
        (b"email,E mail\na,b\n", "subscribers.csv:1: two columns have the same name: 'email'"),
    ],
)
def test_a_file_that_holds_no_list_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    assert words in refusal(audience_of(tmp_path, content))


def test_a_missing_list_and_a_folder_are_refused_in_words(tmp_path: Path) -> None:
    missing = Audience(tmp_path / "no.csv", shown=Path("no.csv"), today=TODAY)
    assert refusal(missing).startswith("no.csv: there is no such file")
    folder = Audience(tmp_path, shown=Path("folder"), today=TODAY)
    assert refusal(folder) == "folder: this is a folder, not a file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER, "the list has no readers"),
        (HEADER + "nobody,N,\n", "no row of the list could be used"),
    ],
)
def test_a_list_without_a_usable_reader_is_an_error(
    tmp_path: Path, content: str, message: str
) -> None:
    audience = audience_of(tmp_path, content)
    assert rows_of(audience) == []
    assert [each.message for each in audience.problems if each.level == "error"] == [message]


@given(
    st.binary(max_size=400)
    | st.text(alphabet='a@.,;"\n\r\t\0é é', max_size=200).map(
        lambda text: b"email," + text.encode()
    )
)
def test_no_bytes_whatever_end_in_anything_but_members_and_problems(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    audience = audience_of(tmp_path_factory.getbasetemp(), content)
    try:
        members = list(audience)
    except NewsletterError:
        return
    assert len({each.subscriber.address.key for each in members}) == len(members)


@given(
    st.sampled_from(",;\t"),
    st.text(alphabet="a@ ,;\t\n\r\f\x85\u2028é", max_size=120),
    st.sampled_from([0, 20_000]),
)
def test_a_table_without_quotes_reads_as_the_csv_module_reads_it(
    tmp_path_factory: pytest.TempPathFactory, separator: str, text: str, rows_before: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "list.csv"
    text = f"b{separator}c\n" * rows_before + text
    file.write_text(f"email{separator}b\n{text}", encoding="utf-8", newline="")
    with Table(file, shown=SHOWN) as table:
        rows = list(table.rows())
    lines = io.StringIO(text, newline="")
    expected = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    assert rows == [(line, cells) for line, cells in enumerate(expected, start=2) if any(cells)]


def test_the_example_that_documents_the_format_is_without_a_problem() -> None:
    audience = Audience(shipped.SUBSCRIBERS_EXAMPLE, shown=SHOWN, today=date(2026, 11, 1))
    assert [each.excluded for each in audience if each.excluded] == [
        "unsubscribed in the list",
        "consent expired on 2025-10-01",
    ]
    assert audience.problems == ()


def test_a_list_that_is_a_pipe_is_refused_before_anybody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    pipe = Audience(tmp_path / "pipe.csv", shown=Path("pipe.csv"), today=TODAY)
    assert refusal(pipe) == (
        "pipe.csv: this is a pipe or a device, not a file\n"
        "  Hint: it is read more than once: write it to a file first"
    )


def test_a_list_of_many_blocks_keeps_its_lines_around_cells_that_span_some(tmp_path: Path) -> None:
    """The quick way takes a block of lines at once; around such a cell the rows come one by one."""
    rows = [f'r{i}@example.org,"Re{chr(10) * (i % 500 == 7)}ader {i}"' for i in range(9_000)]
    audience = audience_of(tmp_path, "email,job\n" + "\n".join(rows) + '\nlast@x.org,"open\n')
    members = list(audience)
    spanning = [i for i in range(9_000) if i % 500 == 7]
    assert [each.line for each in members] == [
        2 + i + sum(before < i for before in spanning) for i in range(9_000)
    ]
    assert members[507].subscriber.fields["job"] == "Re ader 507"
    assert told(audience) == [
        (
            9_002 + len(spanning),
            "a quote that opens on this line is never closed; the row was left out",
        )
    ]


def test_a_search_ends_where_she_is_found(tmp_path: Path) -> None:
    audience = audience_of(tmp_path, HEADER + "a@x.org,A,\nb@x.org,B,\nno address,,\n")
    found = audience.find("b@x.org")
    assert found is not None
    assert (found.line, audience.problems) == (3, ())
    assert audience.find("c@x.org") is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inner", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", [0, 4_000])
def test_a_row_has_the_number_of_the_line_on_which_an_editor_shows_its_beginning(
    tmp_path: Path, end: str, inner: str, before: int
) -> None:
    rows = [
        "",
        f'email,name,"how{inner}she{inner}heard"',
        *(f"r{number}@x.org,R,x" for number in range(before)),
        f'a@x.org,A,"one{inner}two, ""three""{inner}"',
        f'no address,N,"{inner}{inner}"',
        "b@x.org,B,",
        ",,",
        f'c@x.org,"C{inner}C",',
        'd@x.org,D,"open',
        "e@x.org,E",
        "f@x.org,F,",
    ]
    audience = audience_of(tmp_path, end.join(rows).encode())
    first = 5 + before
    assert [line for line, *_ in rows_of(audience)][before:] == [first, first + 6, first + 12]
    assert [line for line, _ in told(audience)] == [first + k for k in (3, 8, 10, 11)]
