from __future__ import annotations

from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.basics.errors import NewsletterError
from newsletter.content.passage import Passage
from newsletter.content.text.bounds import LARGEST
from newsletter.content.text.characters import display_width
from newsletter.content.text.links import find_urls, safe_url
from newsletter.content.text.markdown import Rich, render_markdown

FILE = Path("summaries/2026-09-harbour-study.md")


def render(text: str, *, top: int = 3, base: str = "ltr") -> Rich:
    return render_markdown(Passage(text=text, file=FILE, line=9), top=top, base=base)


def complaint(text: str) -> str:
    with pytest.raises(NewsletterError) as caught:
        render(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a bare p < .05, and d > 0.4",
        "AT&T & Sons",
        "{{ x }} and {% if y %} and {# z #}",
        "<script>alert(1)</script> <b onclick=x>bold</b>",
        "שלום עולם",
        "ภาษาไทย",
        "Jose\u0301 Müller",
        "👩\u200d👩\u200d👧 together",
        "a p\u00a0<\u00a0.001",
        'say "yes", it\'s a \\ backslash',
        "snake_case_words and 5 * 3",
        "[1](2) and [x](javascript:alert(1))",
        "<javascript:alert(1)> and <data:text/html,x>",
        "@import url(x.css);",
    ],
)
def test_what_people_write_comes_out_as_written(text: str) -> None:
    rich = render(text)

    assert rich.text == text
    assert "".join(etree.fromstring(rich.html).itertext()) == text
    assert "<script" not in rich.html


def test_an_indented_line_is_a_paragraph() -> None:
    assert render("One.\n\n    Two, indented.") == Rich(
        "<p>One.</p><p>Two, indented.</p>", "One.\n\nTwo, indented."
    )


def test_a_table_of_many_columns_is_marked_so_that_its_words_may_break() -> None:
    assert "<table><thead>" in render("|a" * 5 + "|\n" + "|-" * 5 + "|").html
    assert '<table class="wide"><thead>' in render("|a" * 6 + "|\n" + "|-" * 6 + "|").html


def test_every_kind_of_block_has_both_forms() -> None:
    rich = render(
        "One *em* **strong** `code`\nsoft  \nhard [link](https://example.org/?a=1&b=2).\n\n"
        "- a\n- b\n  1. c\n\n3. d\n\n   e\n\n> quoted\n\n| x | y |\n|--|--:|\n| 1 | 2 |\n\n---\n\n"
        "```\nx < y\n  z\n```\n\n![a picture](https://example.org/x.png)"
    )

    assert rich.html == (
        "<p>One <em>em</em> <strong>strong</strong> <code>code</code> soft<br />hard "
        '<a href="https://example.org/?a=1&amp;b=2">link</a>.</p>'
        "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"
        '<ol start="3"><li><p>d</p><p>e</p></li></ol>'
        "<blockquote><p>quoted</p></blockquote>"
        '<table><thead><tr><th scope="col">x</th><th align="right" scope="col">y</th></tr></thead>'
        '<tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table>'
        "<hr /><pre>x &lt; y<br />  z</pre><p>a picture</p>"
    )
    assert rich.text == (
        "One em *strong* code soft\nhard link (https://example.org/?a=1&b=2).\n\n"
        "- a\n- b\n  1. c\n\n3. d\n\n   e\n\n> quoted\n\nx | y\n--+--\n1 | 2\n\n* * *\n\n"
        "    x < y\n      z\n\na picture"
    )


def test_in_plain_text_a_heading_is_underlined_and_columns_stand_below_each_other() -> None:
    text = "## Über *alles*\n\n| Group | n | |\n|:-:|--:|---|\n| Told | 120 | é |\n| 先生 | 8 | |\n"

    assert render(text).text == (
        "Über *alles*\n------------\n\nGroup |   n |\n------+-----+--\nTold  | 120 | é\n先生  |   8 |"
    )


def test_a_table_too_wide_for_the_lines_stays_as_it_is() -> None:
    wide = "word " * 15

    assert render(f"| a | {wide}|\n|---|---|\n| b | c |").text == f"a | {wide.strip()}\nb | c"


def test_headings_begin_below_the_emails_own() -> None:
    assert render("# A\n\n### B\n\n# C", top=4).html == "<h4>A</h4><h5>B</h5><h4>C</h4>"


def test_no_level_of_headings_is_skipped() -> None:
    html = render("## A\n\n#### B\n\n### C\n\n###### D\n\n# E\n\n###### F", top=3).html

    assert html == "<h3>A</h3><h4>B</h4><h4>C</h4><h5>D</h5><h3>E</h3><h4>F</h4>"


@pytest.mark.parametrize("nothing", ["#", "# ![](https://example.org/x.png)", "# &nbsp;"])
def test_a_heading_without_words_is_none(nothing: str) -> None:
    assert render(f"{nothing}\n\n## A", top=3).html == "<h3>A</h3>"


def test_a_column_without_a_name_has_no_header() -> None:
    html = render("| | x |\n|--|--|\n| a | b |").html

    assert '<tr><td></td><th scope="col">x</th></tr>' in html


def test_a_written_address_becomes_a_link_without_the_punctuation_after_it() -> None:
    assert render("See (https://example.org/a_(b)), or <https://example.org/c>.").html == (
        '<p>See (<a href="https://example.org/a_(b)">https://example.org/a_(b)</a>), or '
        '<a href="https://example.org/c">https://example.org/c</a>.</p>'
    )


def test_a_block_that_runs_against_the_newsletter_says_so() -> None:
    assert render("שלום p < .05\n\nplain\n\n- א\n- ב").html == (
        '<p dir="rtl">שלום p<span class="stat"> &lt; .05</span></p><p>plain</p><ul dir="rtl"><li>א</li><li>ב</li></ul>'
    )
    assert render("שלום\n\nplain", base="rtl").html == '<p>שלום</p><p dir="ltr">plain</p>'


@pytest.mark.parametrize("target", ["www.example.org", "/page", "page.html", "#part"])
def test_a_link_that_leads_nowhere_from_an_email_is_named_with_its_line(target: str) -> None:
    assert complaint(f"One.\n\nTwo [here]({target}).") == (
        f"summaries/2026-09-harbour-study.md:11: the link to '{target}' has no place to lead to"
        " from an email\n  Hint: write the whole address, with https:// or mailto: before it"
    )


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x0b", "\x7f", "\x85", "\ud800", "\ufffe"])
def test_characters_that_break_an_email_are_named_with_their_line(character: str) -> None:
    said = complaint(f"One.\n\nTwo {character} three")

    assert said.startswith("summaries/2026-09-harbour-study.md:11: ")
    assert f"U+{ord(character):04X}" in said


@pytest.mark.parametrize(
    "text", [">" * 300 + " x", "- " * 300 + "x", "*" * 300 + "x" + "*" * 300, "> 1. " * 60 + "x"]
)
def test_nesting_without_end_is_an_error(text: str) -> None:
    assert complaint(f"One.\n\n{text}") == (
        "summaries/2026-09-harbour-study.md:11: lists, quotes or emphasis are nested more than 50"
        " levels deep"
    )


def test_fifty_levels_are_taken_whole() -> None:
    assert render(">" * 49 + " the end").html.count("the end") == 1


def test_a_huge_text_is_an_error() -> None:
    assert "the text has 10,000,000 bytes; at most 200,000" in complaint("x" * 10_000_000)
    assert "more than 5,000 opening square brackets" in complaint("[" * 100_000)
    assert len(render("word " * (LARGEST // 5)).html) == LARGEST + len("<p></p>") - 1


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
@settings(deadline=None)
def test_whatever_is_written_gives_well_formed_clean_html_on_one_line(text: str) -> None:
    try:
        rich = render(text)
    except NewsletterError:
        return

    assert "\n" not in rich.html
    etree.fromstring(f"<x>{rich.html}</x>".encode())
    as_html = rich.html.replace(" />", ">").replace("&#160;", "&nbsp;")
    assert nh3.clean(as_html, link_rel=None, attributes=_allowed()) == as_html


def _allowed() -> dict[str, set[str]]:
    tags = ("p", "pre", "ul", "ol", "blockquote", "table", "h3", "h4", "h5", "h6", "td", "th", "a")
    return {tag: {"dir", "start", "align", "href"} for tag in tags}


@given(st.lists(st.text("abcdefgh-", min_size=1, max_size=30), max_size=60))
def test_plain_text_keeps_its_words_in_lines_of_seventy_two(words: list[str]) -> None:
    text = render("x " + " ".join(words)).text

    assert max(display_width(line) for line in text.split("\n")) <= 72
    assert text.split() == ["x", *words]


def test_plain_text_never_breaks_a_url() -> None:
    url = "https://example.org/" + "long-part/" * 12

    assert render(f"Some words before [the page]({url}) and after it.").text == (
        f"Some words before the page\n({url})\nand after it."
    )


def test_text_without_spaces_breaks_between_wide_characters() -> None:
    lines = render("中" * 50).text.split("\n")

    assert [display_width(line) for line in lines] == [72, 28]


def test_a_url_is_percent_encoded_where_it_must_be() -> None:
    assert safe_url("https://example.org/ü <x>?a=1&b=%20") == (
        "https://example.org/%C3%BC%20%3Cx%3E?a=1&b=%20"
    )


def test_urls_are_found_whole() -> None:
    text = "a https://example.org/x. b http://[ c"

    assert [text[start:end] for start, end in find_urls(text)] == [
        "https://example.org/x",
        "http://[",
    ]
