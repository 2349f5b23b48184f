"""What a template may spend, how deep it may nest, and what its styles may fetch."""

from __future__ import annotations

import pytest

from newsletter.render.inline import NotInlined, inline_css
from newsletter.render.mjml import BadMjml, to_html, unknown_tags
from newsletter.render.slots.places import MisplacedPlace, Places
from newsletter.render.templates.balance import first_unbalanced
from tests.growth import UNITS, assert_grows_evenly
from tests.render.conftest import Compile, Complaint, issue_with, read

FOOTER = (
    '<mj-section><mj-column><mj-text><a href="{{ unsubscribe }}">Leave</a>\n{}\n</mj-text>'
    "</mj-column></mj-section>"
)
PLACE = "templates/parts/footer.mjml:2: "
STEPS = "loops and calls take more than 100,000 steps in a template"
LARGE = "a template makes texts of at most 2,000,000 characters"
DEEP = "braces, brackets or blocks are nested too deeply"
LONG = "{% set a = 'a' * 100000 %}"
TWICE = "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
ROUND = "{% for a in range(1000) %}"
END = "{% endfor %}"


def part(code: str) -> dict[str, str]:
    return {"templates/parts/footer.mjml": FOOTER.replace("{}", code)}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (ROUND * 3 + "x" + END * 3, STEPS),
        (ROUND * 3 + END * 3, STEPS),
        ("{% set r = range(1000) | list %}" + "{% for a in r %}" * 3 + END * 3, STEPS),
        ("{% set x %}" + ROUND * 3 + "x" + END * 3 + "{% endset %}", STEPS),
        (TWICE + "{{ f(40) }}", STEPS),
        ("{% include 'parts/footer.mjml' %}", "the template includes itself without end"),
        ("{{ 'a' | indent(1000000000) }}", "'indent' takes at most 100,000 in a template"),
        ("{{ 'a' | center(1000000000) }}", "'center' takes at most 100,000 in a template"),
        ("{{ 'a'.ljust(1000000000) }}", "'ljust' takes at most 100,000 in a template"),
        ("{{ [1] | slice(1000000000) | list }}", "'slice' takes at most 100,000 in a template"),
        ("{{ [1] | batch(1000000000, 1) | list }}", "'batch' takes at most 100,000 in a template"),
        ("{{ [1] * 1000000000 }}", "'*' makes at most 100,000 characters in a template"),
        ("{{ '%1000000000d' | format(1) }}", "a width is at most 100,000 in a template"),
        ("{{ '%1000000000d' % 1 }}", "a width is at most 100,000 in a template"),
        ("{{ '{:1000000000}'.format(1) }}", "a width is at most 100,000 in a template"),
        ("{{ '%*d' % (1000000000, 1) }}", "'%' takes at most 100,000 in a template"),
        ("{{ '{:{}}'.format(1, 1000000000) }}", "'format' takes at most 100,000 in a template"),
        ("{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 40, LARGE),
        ("{% set a = 'aaaaaaaa' %}" + "{% set a = a + a %}" * 40, LARGE),
        (LONG + "{{ a.replace('a', a) }}", LARGE),
        (LONG + "{{ a | replace('a', a) }}", LARGE),
        (LONG + "{{ range(1000) | join(a) }}", LARGE),
        (LONG + "{{ a.join(a) }}", LARGE),
        (LONG + "{{ a.translate({97: a}) }}", LARGE),
        (LONG + "{{ (a | replace('a', 'a ')) | wordwrap(1, wrapstring=a) }}", LARGE),
        ("{{ ('\\t' * 100000).expandtabs(100000) }}", LARGE),
        ("{" * 76, DEEP),
        ("{{ " + "(" * 3000 + " }}", DEEP),
        ("{{ " + "not " * 3000 + "1 }}", DEEP),
        ("{{ " + "1 + " * 3000 + "1 }}", DEEP),
        ("{% if 1 %}" * 400 + "{% endif %}" * 400, DEEP),
        ("{% for a in [1] %}" * 30 + END * 30, DEEP),
    ],
)
def test_what_a_template_spends_is_bounded_and_told_with_its_line(
    complaint: Complaint, code: str, said: str
) -> None:
    assert complaint(part(code)).split("\n")[0] == PLACE + said


def test_a_template_that_yields_too_much_is_stopped(complaint: Complaint) -> None:
    assert complaint(part("{{ 'x' * 100000 }}" * 25)).endswith(LARGE)


def test_loops_keep_what_they_know(compile_with: Compile) -> None:
    code = "{% for a in 'xyz' %}{{ loop.index }}/{{ loop.length }}{{ a ~ loop.last }} {% endfor %}"
    html = read(compile_with(part(code)).html)
    assert "1/3xFalse 2/3yFalse 3/3zTrue" in html


@pytest.mark.parametrize("braces", ["{" * 76, "{{ " + "[" * 500 + "]" * 500 + " }}"])
def test_braces_without_end_in_the_introduction_are_told_with_their_line(
    complaint: Complaint, braces: str
) -> None:
    assert complaint(issue_with(f"Dear reader,\n\n{braces}")).startswith(
        f"issues/2026-11.md:6: in the introduction: {DEEP}"
    )


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="&#115;tylesheet" href="x.css">',
        '<link title=">" rel="stylesheet" href="x.css">',
        '<LINK REL="alternate\nStyleSheet" HREF="x.css">',
        "<link href=x.css rel=&#x53;tylesheet>",
        '<link rel="preload" as="style" href="x.css">',
        '<!--[if mso]><link rel="style&#115;heet" href="x.css"><![endif]-->',
    ],
)
def test_a_stylesheet_from_elsewhere_is_refused_however_it_is_written(head: str) -> None:
    with pytest.raises(NotInlined, match="must not fetch"):
        _inline("<p>x</p>", head)


@pytest.mark.parametrize(
    "head", ['<base href="https://e.example/">', "<!--[if mso]><BASE><p><![endif]-->"]
)
def test_an_address_that_all_links_build_on_is_refused(head: str) -> None:
    with pytest.raises(NotInlined, match="<base> is refused"):
        _inline("<p>x</p>", head)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("<style>p{}</style>" * 101, "101 styles; at most 100"),
        ("<style>" + "p{}" * 1_001 + "</style>", "1,001 rules"),
        ("<style>" + "p" * 100_001 + "</style>", "at most 100,000"),
    ],
)
def test_styles_without_end_are_refused(head: str, said: str) -> None:
    with pytest.raises(NotInlined, match=said):
        _inline("<p>x</p>", head)


HOSTILE = {
    **UNITS,
    "styles": "<style ",
    "own styles": "<style data-inline ",
    "conditions": "<!--[if x]>",
    "texts": "<mj-text>",
    "links begun": "<link ",
    "quotes": '<a b="',
    "comments of Jinja": "{#",
    "one name": "<aaaa",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_template_is_read_in_proportion(unit: str) -> None:
    for run in (unknown_tags, first_unbalanced, _mjml, _places, _inlined):
        assert_grows_evenly(run, unit)


def _inline(body: str, head: str = "") -> str:
    return inline_css(
        f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", sentinel="<!--END-->"
    )


def _inlined(text: str) -> None:
    try:
        _inline(text)
    except NotInlined:
        return


def _mjml(text: str) -> None:
    try:
        to_html(
            "<mjml><mj-body><mj-section><mj-column><mj-text>"
            f"{text}</mj-text></mj-column></mj-section></mj-body></mjml>"
        )
    except BadMjml:
        return


def _places(text: str) -> None:
    try:
        Places("abc").split_html(text)
    except MisplacedPlace:
        return
