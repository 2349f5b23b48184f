"""The features that mail programs lack: what is found in an email, and what is said of it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from newsletter.basics.errors import Level, Problem
from newsletter.basics.shipped import TEMPLATES
from newsletter.checks.reading.fallbacks import FALLBACKS
from newsletter.checks.reading.features import features_of
from newsletter.checks.reading.properties import property_slug
from newsletter.checks.registry import RULES
from newsletter.checks.rules.clients import FAMILIES, client_support, table
from newsletter.settings.values import Design
from tests.browser.mails import every_template, html_of
from tests.checks.samples import ISSUE, SOUND, email


def used(body: str = "", style: str = "") -> set[str]:
    root = parser.document_fromstring(f"<html><body>{body}</body></html>")
    return set(features_of(root, [style], table().slugs)) - {"html-body"}


def bare(body: str = "", style: str = "") -> set[str]:
    root = parser.document_fromstring(f"<html><body>{body}</body></html>")
    found = features_of(root, [style], table().slugs)
    return {slug for slug, use in found.items() if use.bare} - {"html-body"}


def told(body: str, style: str = "", templates: Path = Path("/none")) -> list[Problem]:
    page = f"<html><head><style>{style}</style></head><body>{body}</body></html>"
    dossier = replace(email(page), templates=(templates,), shipped=(TEMPLATES,), is_thorough=True)
    return list(client_support(dossier, ISSUE))


def test_the_table_knows_the_programs_that_are_named() -> None:
    assert {client.partition("/")[0] for client in table().clients[:15]} == set(FAMILIES)
    assert {len(answers) for _, answers in table().features.values()} == {len(table().clients)}
    assert set("".join(answers for _, answers in table().features.values())) == set("yanu")
    assert set(FALLBACKS) <= set(table().features)
    assert len(table().features) > 300


@pytest.mark.parametrize(
    ("style", "slugs"),
    [
        ("border-left-color: red", {"css-border"}),
        ("border-top-left-radius: 2px", {"css-border-radius", "css-unit-px"}),
        ("margin-inline-start: 0", {"css-margin-inline-start-end"}),
        ("padding-block: 0", {"css-padding-inline-block"}),
        ("border-inline-end-color: red", {"css-border-inline-block-longhand"}),
        ("inset-inline: 0", {"css-inset"}),
        ("row-gap: 0", {"css-gap"}),
        ("display: INLINE-flex", {"css-display", "css-display-flex"}),
        ("flex-direction: column", {"css-flex-direction"}),
        ("flex-direction: row; font-family: x; color: red", set()),
        ("-webkit-text-size-adjust: 100%; mso-line-height-rule: exactly", {"css-unit-percent"}),
        ("--ink: red; color: var(--ink)", {"css-variables"}),
        ("width: calc(1rem + 2VW)", {"css-width", "css-unit-calc", "css-unit-rem", "css-unit-vw"}),
        ("color: #12e5ec; background: URL(A.WEBP)", {"css-background", "image-webp"}),
        ("font: 1em system-ui !important", {"css-font", "css-unit-em", "css-sytem-ui", "css-important"}),
        ("background-image: url('data:image/png;base64,a;b')", {"css-background-image", "image-base64"}),
        ("font-family: 'a: 1rem; display: grid', serif", set()),
        ("color: RGBA(0, 0, 0, .5)", {"css-rgba"}),
        ("nonsense", set()),
    ],
)  # fmt: skip
def test_the_features_of_a_style_attribute(style: str, slugs: set[str]) -> None:
    assert used(f'<p style="{style}">x</p>') - {"html-p"} == slugs


@pytest.mark.parametrize(
    ("css", "slugs"),
    [
        ("p > a + b ~ c {}", {"css-selector-child", "css-selector-adjacent-sibling",
          "css-selector-general-sibling", "css-selector-type"}),
        ("p a{}", {"css-selector-type", "css-selector-descendant"}),
        (".a.b, #c {}", {"css-selector-class", "css-selector-chaining", "css-selector-id",
          "css-selector-grouping"}),
        ("[href~='a > b'] {}", {"css-selector-attribute"}),
        ("*{}", {"css-selector-universal"}),
        (".a:hover {} .b::before {} .c:after {}", {"css-selector-class", "css-pseudo-class-hover",
          "css-pseudo-element-before", "css-pseudo-element-after"}),
        ("@media (prefers-color-scheme: dark) and (orientation: portrait) { .a {} }",
         {"css-at-media", "css-at-media-prefers-color-scheme", "css-at-media-orientation",
          "css-selector-class"}),
        ("@import url(x.css); @font-face { font-family: x }", {"css-at-import", "css-at-font-face"}),
        ("@supports (display:grid) { @media print { .a { float: left } } }",
         {"css-at-supports", "css-at-media", "css-selector-class", "css-float"}),
        (".a { color: red; & b { color: blue } }", {"css-selector-class", "css-nesting"}),
        ("/* display: grid */ .a { content: '}' } .b { float: left }",
         {"css-comments", "css-selector-class", "css-float"}),
        ("} { ;; .a { float", set()),
    ],
)  # fmt: skip
def test_the_features_of_a_style_block(css: str, slugs: set[str]) -> None:
    assert used(style=css) == slugs


@pytest.mark.parametrize(
    ("body", "slugs"),
    [
        ("<h2>x</h2><ul></ul><nav></nav>", {"html-h1-h6", "html-lists", "html-semantics"}),
        ("<input><button type='submit'>x</button>", {"html-input-text", "html-button-submit"}),
        ("<a href='#x'>x</a>", {"html-anchor-links"}),
        ("<a href='mailto:a@b.c' target='_blank'>x</a>", {"html-mailto-links", "html-target"}),
        ("<img src='a.AVIF?x=1' loading='lazy' srcset='b 2x'>",
         {"html-img", "image-avif", "html-loading-attribute", "html-srcset"}),
        ("<div style='' title='x' class='y'>x</div>", {"html-div"}),
        ("<!--[if mso]><video></video><![endif]-->", set()),
    ],
)  # fmt: skip
def test_the_features_of_html(body: str, slugs: set[str]) -> None:
    assert used(body) == slugs


def test_what_stands_in_for_a_feature_is_seen() -> None:
    fallen = '<div style="color:#000;color:oklch(1 2 3)"><video><img src="a.png" alt=""></video>'
    behind = '<div style="background-color:#fff;background-image:linear-gradient(red,blue)">x</div>'
    inside = "@media print { .a { display: grid } }"

    assert not {"css-modern-color", "html-video"} & bare(fallen)
    assert not {"css-background-image", "css-linear-gradient"} & bare(behind)
    assert "css-display-grid" not in bare(style=inside)
    assert "css-selector-attribute" not in bare(style="[data-ogsc] .a { color: red }")


@pytest.mark.parametrize(
    "selector",
    [
        "a[x-apple-data-detectors]",
        "u + .body a",
        "[data-ogsc] .a > b",
        "#outlook a",
        'div[style*="margin: 16px 0"]',
    ],
)
def test_a_selector_that_is_aimed_at_one_program_needs_no_fallback(selector: str) -> None:
    assert bare(style=f"{selector} {{ text-decoration: none }}") == set()


def test_a_feature_counts_as_bare_where_one_of_its_uses_is() -> None:
    both = "<video>words</video><video src='a'></video>"

    assert "html-video" in bare(both)
    assert "css-display-grid" in bare(
        style="@media print { .a { display:grid } } b { display:grid }"
    )


@given(st.text(alphabet="ab:;{}()[]<>\"'/*@#.,!-1%\\ \n", max_size=200))
def test_whatever_stands_in_a_style_is_looked_at_without_an_accident(css: str) -> None:
    used(f'<p style="{html.escape(css)}">x</p>', css)


@pytest.mark.parametrize(
    "css",
    [
        "@media a {" * 5_000,
        "a{" * 5_000,
        "a:" + "(" * 50_000 + ")" * 50_000,
        "/*" * 50_000,
        "a " * 50_000,
    ],
)
def test_a_style_that_nobody_wrote_takes_no_time(css: str) -> None:
    used(f'<p style="{css}">x</p>', css + " {}" + css)


@pytest.mark.parametrize("name", ["", "-", "color", "mso-hide", "font-style"])
def test_a_property_that_no_table_knows_has_no_slug(name: str) -> None:
    assert property_slug(name, table().slugs) == ""


def test_a_layout_that_falls_apart_is_a_warning_with_those_who_lack_it() -> None:
    found = told('<div style="display:flex">a</div><div style="display:flex">b</div>')

    assert [(each.level, each.message) for each in found if "flex" in each.message] == [
        (
            Level.WARNING,
            "display:flex: not in Outlook (Windows) (17% of the mail programs)",
        )
    ]
    assert found[0].hint == "https://www.caniemail.com/features/css-display-flex/"


def test_what_does_without_is_an_info_with_what_is_seen_instead(tmp_path: Path) -> None:
    own = tmp_path / "default" / "parts" / "own.css"
    own.parent.mkdir(parents=True)
    own.write_text("\n.card { box-shadow: 0 0 2px }\n", encoding="utf-8")

    found = told('<p style="box-shadow:0 0 2px">x</p>', templates=tmp_path)

    assert [each for each in found if "shadow" in each.message] == [
        Problem(
            message="box-shadow: not in Gmail (web, a phone's browser), Outlook (Windows) or Yahoo (37% "
            "of the mail programs); "
            "there is no shadow there",
            file=own,
            line=2,
            level=Level.INFO,
        )
    ]


def test_what_only_yahoo_lacks_is_no_warning() -> None:
    [found, *_] = told('<map name="x"></map>')

    assert found.message == "<map>: not in Yahoo (Android) (15% of the mail programs)"
    assert found.level is Level.INFO


@every_template
@pytest.mark.parametrize("name", ["three-long", "markdown", "hebrew"])
def test_our_own_templates_do_without_what_a_program_lacks(name: str, template: str) -> None:
    dossier = replace(email(html_of(name, template)), shipped=(TEMPLATES,), is_thorough=True)

    [found] = client_support(dossier, ISSUE)

    assert found.level is Level.INFO
    assert re.fullmatch(
        r"nothing to do: \d+ details of the design look plainer in some mail programs, "
        r"and no text is lost \(Gmail, .*; Outlook: .*border-radius.*\)",
        found.message,
    )


@every_template
def test_without_a_template_of_ones_own_nothing_is_said(template: str, tmp_path: Path) -> None:
    usual = replace(email(html_of("three-long", template)), shipped=(TEMPLATES,))
    colours = replace(usual.settings, design=Design(values={"accent": "#0B5C5A", "width": 600}))
    words = tmp_path / "default" / "words" / "en.toml"
    copied = tmp_path / "default" / "parts" / "footer.mjml"
    for file, text in (
        (words, 'lead = "border-radius"'),
        (copied, (TEMPLATES / "default" / "parts" / "footer.mjml").read_text("utf-8")),
    ):
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")

    for dossier in (
        usual,
        replace(usual, settings=colours),
        replace(usual, templates=(tmp_path / "default",)),
        replace(usual, templates=(TEMPLATES / template,)),
    ):
        assert list(client_support(dossier, ISSUE)) == []


def test_with_a_part_of_ones_own_all_is_said(tmp_path: Path) -> None:
    own = tmp_path / "default" / "parts" / "own.mjml"
    own.parent.mkdir(parents=True)
    own.write_text("<mj-text>Our own words</mj-text>", encoding="utf-8")
    usual = replace(email(html_of("three-long", "default")), shipped=(TEMPLATES,))

    [found] = client_support(replace(usual, templates=(tmp_path / "default",)), ISSUE)

    assert found.message.startswith("nothing to do: ")


def test_what_a_design_setting_brings_is_told_with_its_line(tmp_path: Path) -> None:
    page = '<p style="font-family:system-ui, Arial">x</p>'
    settings = replace(
        SOUND.settings,
        root=tmp_path,
        file=tmp_path / "newsletter.toml",
        design=Design(values={"text_font": "system-ui, Arial"}),
        lines={"design.text_font": 40},
    )

    [found] = client_support(replace(email(page), settings=settings), ISSUE)

    assert (found.file, found.line, found.level) == (Path("newsletter.toml"), 40, Level.INFO)


def test_without_an_email_there_is_nothing_to_say() -> None:
    assert list(client_support(replace(SOUND, message=None), ISSUE)) == []


def test_the_rule_has_one_name() -> None:
    assert [rule.id for rule in RULES if rule.look is client_support] == ["client-support"]
