from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.render.slots.places import MisplacedPlace, Places
from newsletter.render.slots.slots import Context, Slot, Slotted


def split(template: str) -> Slotted:
    places = Places("n0nce")
    token = places.token("name", "friend")
    return places.split_html(template.replace("@", token).replace("LEAVE", places.unsubscribe))


@pytest.mark.parametrize(
    ("html", "context"),
    [
        ("<p>@</p>", Context.HTML),
        ("<title>@</title>", Context.HTML),
        ('<img alt="for @">', Context.HTML),
        ("<!-- it's --><p>@</p><!-- isn't -->", Context.HTML),
        ('<a href="https://example.org/?n=@">x</a>', Context.URL),
        ("<a title='>' href='https://example.org/@'>x</a>", Context.URL),
        ('<a href="mailto:@">x</a>', Context.URL),
        ("<p>https://example.org/?n=@</p>", Context.URL),
        ('<!--[if mso]><td title="@"><![endif]-->', Context.HTML),
    ],
)
def test_a_slot_gets_its_context_from_where_it_stands(html: str, context: Context) -> None:
    before, after = html.split("@")

    assert split(html) == (before, Slot("reader.name", "friend", context), after)


def test_the_unsubscribe_url_is_the_whole_of_its_link() -> None:
    assert split('<a href="LEAVE">x</a>') == (
        '<a href="',
        Slot("unsubscribe", "", Context.WHOLE_URL),
        '">x</a>',
    )


@pytest.mark.parametrize(
    "html",
    [
        '<a href="@">x</a>',
        '<a href="https://@/">x</a>',
        '<a href="https://example.org@/">x</a>',
        '<a href="javascript:@">x</a>',
        '<a href="LEAVE?x=1">x</a>',
        '<p style="color:@">x</p>',
        '<p onclick="@">x</p>',
        "<style>p { color: @ }</style>",
        "<script>@</script>",
        "<p @>x</p>",
        "<!-- it's @ -->",
        "<p>NLTOKn0nceN7Z</p>",
        "<p>nltokN0NCEn0z</p>",
    ],
)
def test_a_slot_where_none_is_safe_is_refused(html: str) -> None:
    with pytest.raises(MisplacedPlace):
        split(html)


def test_in_plain_text_a_slot_inside_a_url_is_percent_encoded() -> None:
    places = Places("n0nce")
    token = places.token("name", "")

    assert places.split_text(f"{token}https://example.org/?n={token} {token}") == (
        Slot("reader.name", "", Context.TEXT),
        "https://example.org/?n=",
        Slot("reader.name", "", Context.URL),
        " ",
        Slot("reader.name", "", Context.TEXT),
    )


@given(st.lists(st.sampled_from([("a", "x"), ("a", "y"), ("b c", ""), None, "text", "5", "NLTOK"])))
def test_what_was_put_in_comes_out_in_order(pieces: list[tuple[str, str] | str | None]) -> None:
    places = Places("n0nce")
    text = "".join(
        places.unsubscribe + " "
        if piece is None
        else piece + " "
        if isinstance(piece, str)
        else places.token(*piece)
        for piece in pieces
    )

    parts = places.split_text(text)

    assert [part for part in parts if isinstance(part, Slot)] == [
        Slot("unsubscribe", "", Context.TEXT)
        if piece is None
        else Slot(f"reader.{piece[0]}", piece[1], Context.TEXT)
        for piece in pieces
        if not isinstance(piece, str)
    ]
    assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(parts))


def test_the_width_of_a_slot_is_that_of_its_fallback_whatever_the_nonce() -> None:
    short, long = Places("a"), Places("a" * 40)

    assert short.measure(short.token("x", "friend") + "!") == 7
    assert long.measure(long.token("x", "friend") + "!") == 7
    assert short.measure(short.unsubscribe) == long.measure(long.unsubscribe)
