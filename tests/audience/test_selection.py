"""Which readers `--where` takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.audience.audience import Audience
from newsletter.audience.registered import Register
from newsletter.audience.selection import (
    Selection,
    Unselectable,
    as_options,
    is_same,
    selection_from_json,
    selection_of,
)
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics.errors import WrongUsage

LIST = """\
E-mail,First name,Topics,Sprache,status
ada@example.org,Ada,Depression; Attachment,fr,
grace@example.net,Grace,depression,en,
bob@example.net,Bob,Anxiety,fr,
cleo@example.org,Cleo,Depression,FR ,unsubscribed
"""


def audience(tmp_path: Path, *where: str, text: str = LIST, **more: object) -> Audience:
    file = tmp_path / "subscribers.csv"
    file.write_text(text, "utf-8")
    today = date(2026, 11, 29)
    suppressed: dict[str, Suppression] = {}
    return Audience(
        file,
        shown=Path("subscribers.csv"),
        register=Register(suppressed=suppressed),
        today=today,
        selection=selection_of(where),
        **more,  # type: ignore[arg-type]
    )


def taken(found: Audience) -> list[str]:
    return [member.subscriber.address.local for member in found]


@pytest.mark.parametrize(
    ("where", "locals_"),
    [
        (["topics=Depression"], ["ada", "grace", "cleo"]),
        (["TOPICS= depression "], ["ada", "grace", "cleo"]),
        (["topics=Depression", "sprache=FR"], ["ada", "cleo"]),
        (["topics=Depression", "topics=attachment"], ["ada"]),
        (["first name=ada"], ["ada"]),
        (["First-Name=Ada"], ["ada"]),
        (["email=ADA@example.org"], ["ada"]),
    ],
)
def test_a_reader_is_taken_where_every_condition_holds(
    tmp_path: Path, where: list[str], locals_: list[str]
) -> None:
    assert taken(audience(tmp_path, *where)) == locals_


@pytest.mark.parametrize("written", ["Cafe\u0301  Nord", "CAFÉ\u00a0nord", "café nord"])
def test_values_that_look_the_same_are_the_same(tmp_path: Path, written: str) -> None:
    text = f"email,place\nada@example.org,{written}\nbob@example.org,Cafe Nord\n"
    assert taken(audience(tmp_path, "place=Café Nord", text=text)) == ["ada"]


def test_a_column_has_the_name_that_the_settings_give_it_and_that_of_its_header(
    tmp_path: Path,
) -> None:
    for name in ("Sprache", "language"):
        found = audience(tmp_path, f"{name}=en", answers={"Sprache": "language"})
        assert taken(found) == ["grace"]


def test_only_the_selected_are_counted_and_how_many_are_passed_over(tmp_path: Path) -> None:
    found = audience(tmp_path, "topics=depression")
    taken(found)
    figures = found.figures
    assert (figures.mailable, figures.passed_over) == (2, 1)
    assert dict(figures.excluded) == {"unsubscribed in the list": 1}


def test_a_column_that_the_list_lacks_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(Unselectable) as error:
        taken(audience(tmp_path, "topcis=Depression"))
    assert str(error.value) == (
        "subscribers.csv:1: the list has no column 'topcis'\n"
        "  Hint: did you mean 'topics'? The columns are email, first_name, topics, sprache, status"
    )


def test_where_nobody_is_taken_the_most_frequent_values_are_named_and_no_address(
    tmp_path: Path,
) -> None:
    with pytest.raises(Unselectable) as error:
        taken(audience(tmp_path, "topics=Grief", "email=nobody@example.org"))
    assert str(error.value) == (
        "subscribers.csv:1: nobody on the list has topics=Grief and email=nobody@example.org\n"
        "  Hint: topics has 'Depression' (3), 'Attachment' (1), 'Anxiety' (1);"
        " email has no value that can be shown"
    )


@pytest.mark.parametrize("text", ["topics", "=x", "topics=", " - =x"])
def test_a_condition_is_a_column_and_a_value(text: str) -> None:
    with pytest.raises(WrongUsage, match=f"^--where takes COLUMN=VALUE, not '{text}'"):
        selection_of([text])


def test_selections_are_the_same_whatever_their_order_and_case() -> None:
    one = selection_of(["topics=Depression", "E-Mail=Ada@example.org"])
    assert is_same(one, selection_of(["email=ada@example.org", "Topics=DEPRESSION "]))
    assert not is_same(one, selection_of(["topics=Depression"]))
    assert not is_same(one, None)


def test_a_selection_is_kept_as_json_and_given_again_as_options() -> None:
    one = selection_of(["topics=Mood & sleep", "topics=Mood & sleep", "place=x"])
    assert isinstance(one, Selection)
    assert selection_from_json(one.to_json()) == one
    assert as_options(one) == " --where 'topics=Mood & sleep' --where place=x"
    assert as_options(None) == ""
