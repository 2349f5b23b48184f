"""Style sheets as a browser reads them: what ends a declaration, what wins, which colour it is."""

from __future__ import annotations

import pytest

from newsletter.checks.reading.colours import colour_of, first_colour
from newsletter.checks.reading.stylesheet import declarations, style_rules
from newsletter.checks.registry import check_issue
from newsletter.checks.rules.mail import nested_at_rule
from newsletter.render.contrast import Colour
from tests.checks.samples import HTML, email


def hard_to_read(css: str, body: str) -> list[str]:
    """Return what `contrast` says of some words below a style sheet."""
    page = HTML.replace("</head>", f"<style>{css}</style></head>").replace("<h1>", f"{body}<h1>")
    return [each.message for each in check_issue(email(page)).findings if each.rule == "contrast"]


@pytest.mark.parametrize(
    ("css", "important", "ordinary"),
    [
        ("COLOR: red ! important;", {"color": "red"}, {}),
        ("color:#111; color:#222", {}, {"color": "#222"}),
        (
            "color:#111; list-style-image:url(data:image/gif;color:#fefefe;base64,x)",
            {},
            {"color": "#111", "list-style-image": "url(data:image/gif;color:#fefefe;base64,x)"},
        ),
        (
            "color:#111; font-family:'a; color:#fefefe; b', serif",
            {},
            {"color": "#111", "font-family": '"a; color:#fefefe; b", serif'},
        ),
        ("color:#111; /* color:#fefefe; */ nonsense; *zoom:1; top:0", {}, {"color": "#111", "top": "0"}),
    ],
)  # fmt: skip
def test_a_declaration_ends_at_a_semicolon_outside_of_strings_urls_and_comments(
    css: str, important: dict[str, str], ordinary: dict[str, str]
) -> None:
    assert declarations(css) == (important, ordinary)


@pytest.mark.parametrize(
    "css",
    [
        # The name of an ID within an attribute's value is no ID.
        'p[title="#a #b"] { color: #fefefe } #words { color: #111111 }',
        # The specificity of :is() is that of what is in it.
        "p:is(#words) { color: #111111 } p.plain.words { color: #fefefe }",
        # A comma in brackets divides no selectors.
        ".plain { color: #fefefe } :is(#words, .other) { color: #111111 }",
        # A brace in a string opens no block.
        '.plain { color: #fefefe } .x { content: "{" } #words { color: #111111 }',
        # A rule behind a stray bracket is dropped.
        "#words { color: #111111 } } #words { color: #fefefe }",
    ],
)
def test_the_rule_that_holds_in_a_browser_holds_here(css: str) -> None:
    words = '<p id="words" class="plain words" title="#a #b">Words to read</p>'

    assert hard_to_read(css, words) == []


def test_the_stronger_of_two_selectors_comes_last_wherever_it_stands() -> None:
    rules = style_rules(("#a { color: red } p.b { color: blue } p { color: lime }",), dark=False)

    assert [rule.ordinary["color"] for rule in rules] == ["lime", "blue", "red"]


def test_a_colour_within_the_name_of_a_file_colours_nothing() -> None:
    link = (
        '<a href="https://example.org/x" style="background:url(red.png);color:#0B5C5A">Read on</a>'
    )

    assert hard_to_read("", f"<p>{link}</p>") == []
    assert first_colour("url(red.png) no-repeat Teal") == Colour(0, 128, 128)


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#1f2624", "#1F2624"),
        ("#0af8", "#00AAFF"),
        ("rgb(31 38 36 / 50%)", "#1F2624"),
        ("hsl(120, 100%, 25%)", "#008000"),
        ("RebeccaPurple", "#663399"),
        ("color()", "None"),
        ("currentColor", "None"),
        ("#12345", "None"),
    ],
)
def test_a_colour_is_read_however_css_writes_it(written: str, colour: str) -> None:
    assert str(colour_of(written)) == colour


def test_an_at_rule_within_another_is_found_and_braces_in_strings_are_not() -> None:
    assert nested_at_rule("@media print { .a { top: 0 } @Supports (x) { } }") == (
        "@media",
        "@Supports",
    )
    assert nested_at_rule('@media print { .a { content: "@media {" } } @media screen { }') is None
