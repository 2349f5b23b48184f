"""A repaired copy of a list: what is safe is mended, and nobody is lost or mailed again."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.audience import Audience
from newsletter.audience.list.clean.clean import Cleaned, clean
from newsletter.audience.register.event import UNDATED
from newsletter.audience.registered import Register
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics.address import parse_address
from newsletter.basics.errors import NewsletterError

SHOWN = Path("subscribers.csv")
TODAY = date(2026, 11, 1)


def wide(text: str) -> str:
    """Return a text in full-width letters."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def cleaned(
    folder: Path, content: str | bytes, *suppressed: str
) -> tuple[str, list[tuple[int | None, str]], Cleaned]:
    """Return the copy, the repairs with their lines, and both as they came."""
    file = folder / "subscribers.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    out = io.StringIO()
    done = clean(file, out.write, shown=SHOWN, suppressed=set(suppressed), today=TODAY, answers={})
    return out.getvalue(), [(each.line, each.kind) for each in done.repairs.first], done


@pytest.mark.parametrize(
    ("content", "copy", "repairs"),
    [
        (
            "email,name\n  ada@example.org \u200b,\u00a0Ada \nbo@example.org,Bo\n",
            "email,name\nada@example.org,Ada\nbo@example.org,Bo\n",
            [(2, "space")],
        ),
        (
            "email,name\nad\u200ba@example.org,\n",
            "email,name\nada@example.org,\n",
            [(2, "invisible")],
        ),
        (
            "email,name\nAda L. <ada@example.org>,\n",
            "email,name\nada@example.org,Ada L.\n",
            [(2, "name")],
        ),
        (
            'email,name\n"""Lovelace, Ada"" <ada@example.org>",\n<bo@example.org>,Bo\n',
            'email,name\nada@example.org,"Lovelace, Ada"\nbo@example.org,Bo\n',
            [(2, "name"), (3, "name")],
        ),
        (
            "email\nAda <ada@example.org>\nbo@example.org\n",
            "email,name\nada@example.org,Ada\nbo@example.org,\n",
            [(1, "name-column"), (2, "name")],
        ),
        (
            f"email,name\n{wide('ada@example')}.org,\nMAILTO:bo@example.org?subject=Hi,\n",
            "email,name\nada@example.org,\nbo@example.org,\n",
            [(2, "full-width"), (3, "mailto")],
        ),
        (
            "email,note\n'+ada@example.org,'+43\nbo@example.org,=1+1\n",
            "email,note\n+ada@example.org,'+43\nbo@example.org,=1+1\n",
            [(2, "guard")],
        ),
        (
            "email,city\nada@example.org,Graz\nADA@example.org,\nada@example.org,Linz\n",
            "email,city\nada@example.org,Graz\nada@example.org,Linz\n",
            [(3, "twice")],
        ),
        (
            b"\xef\xbb\xbfemail;Beruf \r\n\r\nzo\xe9@example.org;\xc4rztin\r\n",
            "email,Beruf\nzoé@example.org,Ärztin\n",
            [(None, "separator"), (3, "encoding"), (1, "header"), (None, "blank")],
        ),
        (
            'email;note\nada@example.org;"write to\nbo@example.org, please"\n',
            'email,note\nada@example.org,"write to bo@example.org, please"\n',
            [(None, "separator"), (2, "line-break")],
        ),
        (
            "email,name\nada@example.org,Ada,,\n",
            "email,name\nada@example.org,Ada\n",
            [(2, "empty-cells")],
        ),
    ],
)
def test_each_kind_of_repair(
    tmp_path: Path, content: str | bytes, copy: str, repairs: list[tuple[int | None, str]]
) -> None:
    assert cleaned(tmp_path, content)[:2] == (copy, repairs)


def test_a_row_that_cannot_be_mended_stays_as_it_is(tmp_path: Path) -> None:
    rows = (
        "nobody,Ada\n"
        "cy@example.org\n"
        "Lovelace, Ada,ada@example.org\n"
        "Bo <bo@example.org> or di@example.org,\n"
        "di@example.org <bo@example.org>,\n"
        "ada@example.org bo@example.org,\n"
    )
    assert cleaned(tmp_path, f"email,name\n{rows}")[:2] == (
        f"email,name\n{rows.replace(', Ada', ',Ada')}",
        [],
    )


def test_a_row_that_is_no_csv_becomes_one_cell_and_is_left_out_as_before(tmp_path: Path) -> None:
    copy, repairs, _done = cleaned(tmp_path, 'email,name\nada@example.org,"Ada"L\n')
    assert (copy, repairs) == ('email,name\n"ada@example.org,""Ada""L"\n', [])


def test_no_column_for_names_is_added_beside_rows_of_another_width(tmp_path: Path) -> None:
    copy, _repairs, done = cleaned(tmp_path, "email\nAda <ada@example.org>\nbo@example.org,x\n")
    assert copy == "email\nada@example.org\nbo@example.org,x\n"
    assert [each.message for each in done.repairs.first] == [
        "a name around the address: it is not kept, for the row has no empty cell for it"
    ]


@pytest.mark.parametrize("repeated", ["ada@example.org,unsubscribed", "ada@example.org,"])
def test_a_repeated_row_that_says_something_else_of_the_status_is_kept(
    tmp_path: Path, repeated: str
) -> None:
    content = f"email,status\nada@example.org,active\n{repeated}\n"
    assert cleaned(tmp_path, content)[:2] == (content, [])


def test_who_is_suppressed_under_the_spelling_of_the_list_keeps_it(tmp_path: Path) -> None:
    content = f"email,name\n{wide('ada')}@example.org,Ada\n"
    assert cleaned(tmp_path, content, f"{wide('ada')}@example.org")[:2] == (content, [])


def test_a_row_that_bars_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    content = (
        "email,via,status\nAda <ada@example.org>,bo@example.org,unsubscribed\n"
        "bo@example.org,,active\n"
    )
    assert cleaned(tmp_path, content)[:2] == (content, [])


def test_a_quote_that_swallowed_a_row_of_somebody_who_left_makes_no_copy(tmp_path: Path) -> None:
    content = 'email;note\nada@example.org;"open\nbo@example.org, unsubscribed"\n'
    with pytest.raises(NewsletterError, match=r"subscribers\.csv:2: a cell of this row spans"):
        cleaned(tmp_path, content)


PEOPLE = ("ada@example.org", "bo@example.org", "cy@example.org", "di@example.org")
FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str,
    str.upper,
    "  {} ".format,
    "\ufeff{}\u00a0".format,
    "Ada Example <{}>".format,
    '"Ex, Ada" <{}>'.format,
    "<{}>".format,
    "mailto:{}".format,
    "'+{}".format,
    "+{}".format,
    lambda text: wide(text.split("@")[0]) + "@example.org",
    wide,
    lambda text: text.replace("@", "\u200b@"),
    lambda text: text.replace("@", " at "),
    "{} bo@example.org".format,
)
ADDRESSES = st.builds(
    lambda form, person: form(person), st.sampled_from(FORMS), st.sampled_from(PEOPLE)
)
CELLS = st.sampled_from(
    [
        *("", "", "", "Ada", "active", "unsubscribed", "yes", "no", "Graz, inactive", "=1"),
        *("bo@example.org", "over\nlines", "see cy@example.org,\nunsubscribed", " x ", "\u200b"),
        *("said\ndi@example.org,x", "2026-01-01", "unsubscribed by phone", "x;y", '"', "\u202aAda"),
        *("gone, left", "over\rlines"),
    ]
)
HEADERS = st.sampled_from(
    [
        *(("email",), ("email", "note"), ("Name", "E-mail ", "status")),
        *(("email", "subscribed", "city"), ("email", "first_name", "unsubscribed")),
        ("status", "consent_expires", "email", "name"),
    ]
)


@st.composite
def lists(draw: st.DrawFn) -> str:
    """Return a list with a few people in many forms, as CSV or as lines that are hardly that."""
    header, separator = draw(HEADERS), draw(st.sampled_from(",;\t"))
    at = [name.strip().casefold().replace("-", "") for name in header].index("email")
    content = io.StringIO()
    writer = csv.writer(content, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    for _ in range(draw(st.integers(0, 8))):
        cells = [draw(ADDRESSES) if each == at else draw(CELLS) for each in range(len(header))]
        shape = draw(st.sampled_from(("right", "right", "right", "raw", "short", "long", "over")))
        if shape == "raw":
            content.write(separator.join(cells) + "\n")
            continue
        changed = {"short": cells[:-1], "long": [*cells, ""], "over": [draw(CELLS), *cells]}
        writer.writerow(changed.get(shape, cells))
    return content.getvalue()


def members(file: Path, suppressed: set[str]) -> dict[str, str | None]:
    known = {
        key: Suppression(
            address=parse_address(key), reason="unsubscribed", at=UNDATED, source="test"
        )
        for key in suppressed
    }
    audience = Audience(file, shown=SHOWN, register=Register(suppressed=known), today=TODAY)
    return {each.subscriber.address.key: each.excluded for each in audience}


def plain(key: str) -> str:
    """Return a key without full-width letters and the apostrophe against formulas."""
    key = unicodedata.normalize("NFKC", key)
    return key[1:] if key.startswith("'+") else key


@given(
    lists(),
    st.sets(st.sampled_from([*PEOPLE, "'+ada@example.org"]), max_size=2),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16")),
)
def test_everybody_is_as_before_in_the_copy_and_the_copy_needs_no_repair(
    tmp_path_factory: pytest.TempPathFactory, content: str, suppressed: set[str], encoding: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        copy, _repairs, done = cleaned(folder, content.encode(encoding), *suppressed)
    except NewsletterError as error:
        assert "no copy was made" in str(error)  # noqa: PT017 - the other files have a copy
        return
    before = members(folder / "subscribers.csv", suppressed)
    again, repairs, _done = cleaned(folder, copy, *suppressed)
    after = members(folder / "subscribers.csv", suppressed)
    assert (again, repairs) == (copy, [])
    assert done.rows >= len(after)
    assert {key for key, why in before.items() if why} <= {key for key, why in after.items() if why}
    assert {plain(key) for key in before} <= {plain(key) for key in after}
    # Whoever is new, or is not mailed any more, has a row that could not be read before.
    assert {plain(key) for key in after} <= set(PEOPLE) | {f"+{key}" for key in PEOPLE}
    if not any(form in content for form in ("<", "mailto", "\u200b@", "\u202a", wide("@"))):
        assert {plain(key) for key in before} == {plain(key) for key in after}
