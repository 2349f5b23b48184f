"""What mrml does to MJML: each trap that we know, and the cure."""

from __future__ import annotations

import re

import pytest
from lxml import html as parser

from newsletter.basics.shipped import TEMPLATES
from newsletter.render.mjml import TAGS, BadMjml, to_html, unknown_tags


def body(inside: str) -> str:
    text = f"<mj-section><mj-column><mj-text>{inside}</mj-text></mj-column></mj-section>"
    return f"<mjml><mj-body>{text}</mj-body></mjml>"


def test_no_font_is_fetched() -> None:
    html = to_html(body("x"))

    assert "fonts.googleapis" not in html
    assert "@import" not in html


@pytest.mark.parametrize("tag", ["<mj-body>", '<mj-body background-color="#123456" width="500px">'])
def test_the_preheader_is_hidden_without_a_colour_or_tiny_letters_of_its_own(tag: str) -> None:
    # SpamAssassin's HTML_FONT_LOW_CONTRAST and HTML_FONT_SIZE rules look at both.
    head = "<mj-head><mj-preview>Letters &amp; silences</mj-preview></mj-head>"
    html = to_html(body("x").replace("<mj-body>", f"{head}{tag}"))
    first = parser.document_fromstring(html).find(".//body/div")

    assert first is not None
    assert (first.text, dict(first.attrib)) == (
        "Letters & silences",
        {"style": "display:none;max-height:0;overflow:hidden;mso-hide:all;"},
    )


def test_entities_and_void_elements_come_through() -> None:
    inside = "p &lt; .05 &amp; x&#160;y <em>a</em>, <b>c</b><br />z"

    assert inside in to_html(body(inside))


@pytest.mark.parametrize("blank", [" ", "\n", " \n  "])
def test_the_space_between_two_elements_keeps_their_words_apart(blank: str) -> None:
    html = to_html(body(f"<p>x <em>a</em>{blank}<b>b</b>{blank}<a href='c'>c</a></p>"))
    paragraph = parser.document_fromstring(html).find(".//p")

    assert paragraph is not None
    assert paragraph.text_content() == "x a b c"


@pytest.mark.parametrize("blank", [" ", "  ", "\t", " \n", "\n "])
def test_blanks_between_the_tags_of_a_head_do_no_harm(blank: str) -> None:
    head = "<mj-head>@<mj-title>x</mj-title>@<mj-style>a {}</mj-style>@</mj-head>@"

    assert "<title>x</title>" in to_html(
        f"<mjml>{head.replace('@', blank)}<mj-body></mj-body></mjml>"
    )


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("<mjml>\n<mj-body>\n<mj-section>\n</mj-body>\n</mjml>", "\n<mj-section>"),
        (body("p < .05"), "p < .05"),
        ("<mjml><mj-body></mj-body></mjml", ""),
        ("no MJML", "no MJML"),
        ("<mjml><mj-body><mj-section></mj-column></mj-section></mj-body></mjml>", "</mj-column>"),
    ],
)
def test_broken_mjml_says_where(source: str, where: str) -> None:
    with pytest.raises(BadMjml) as caught:
        to_html(source)

    assert where in caught.value.source
    assert str(caught.value)


@pytest.mark.parametrize("tag", ["div", "mj-section"])
def test_what_would_end_the_process_is_refused(tag: str) -> None:
    with pytest.raises(BadMjml, match="nested more than 1,000 levels deep"):
        to_html(body(f"<{tag}>" * 20_000 + "x" + f"</{tag}>" * 20_000))


def test_many_tags_beside_each_other_are_no_depth() -> None:
    html = to_html(body("<p>x<br>y<img src='z'/></p><!-- <p> -->" * 2_000))

    assert html.count("<p>x") == 2_000


def test_language_and_direction_are_repeated_inside_the_body() -> None:
    html = to_html(body("x").replace("<mjml>", '<mjml lang="he" dir="rtl">'))

    assert re.search(r'<html [^>]*lang="he" dir="rtl"', html)
    assert re.search(r'<div [^>]*lang="he" dir="rtl"', html)


def test_unknown_tags_are_found_since_mrml_passes_them_through() -> None:
    source = "<mj-body><mj-secton><!-- <mj-x> --><mj-text></mj-text><mj-accordion /></mj-body>"

    assert unknown_tags(source) == ["mj-secton", "mj-accordion"]


def test_our_own_templates_use_known_tags_only() -> None:
    for file in TEMPLATES.rglob("*.mjml"):
        used = set(re.findall(r"<(mj-[\w-]+)", file.read_text(encoding="utf-8")))
        assert used <= TAGS, file
