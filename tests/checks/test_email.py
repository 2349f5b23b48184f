"""The finished email: subject, preheader, styles, both parts, images, structure, contrast."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checks.dossier import Dossier
from newsletter.checks.registry import check_issue
from newsletter.checks.rules.mail import nested_at_rule
from newsletter.settings.values import Design
from tests.checks.samples import HTML, ISSUE, SETTINGS, SOUND, TEXT, email

Told = list[tuple[str, str]]


def told(dossier: Dossier, *, but: str = "size") -> Told:
    """Return (rule, level) of everything but what a test is not about."""
    found = check_issue(dossier).findings
    return [(each.rule, each.level.value) for each in found if each.rule not in {"size", but}]


def with_html(old: str, new: str) -> Dossier:
    assert old in HTML
    return email(HTML.replace(old, new))


def test_a_sound_email_has_no_finding() -> None:
    assert told(email()) == []


# --- subject and preheader


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Practice Notes, November 2026", []),
        ("🎓 Practice Notes for ADHD & PTSD: what clients remember!", []),
        ("What do clients remember?", []),
        ("CBT", []),
        ("CBT, DBT, ACT, IPT und mehr", []),
        ("実践ノート 2026年11月号", []),
        ("What clients remember of a first session, and what they forget of it", []),
        ("What clients remember of a first session, and what they forget of all the rest", ["w"]),
        ("実践ノート" * 8, ["w"]),
        ("PRACTICE NOTES NOVEMBER", ["w"]),
        ("Do not miss this!!", ["w"]),
        ("Really?!", ["w"]),
        ("Re: your question", ["w"]),
        ("Fwd: Practice Notes", ["w"]),
        ("Rewards and relapses: two studies", []),
    ],
)
def test_a_subject_is_short_and_calm(subject: str, expected: list[str]) -> None:
    found = told(email(subject=subject))
    assert found == [("subject", "warning") for _ in expected]


def test_a_subject_is_told_where_it_was_written() -> None:
    long = "What clients remember of a first session, and what they forget of all the rest"
    issue = replace(ISSUE, subject=long, lines={**ISSUE.lines, "subject": 4})
    own = check_issue(replace(email(subject=long), issue=issue)).findings[0]
    assert (own.rule, str(own.file), own.line) == ("subject", "issues/2026-11.md", 4)
    settings = replace(SETTINGS, lines={"newsletter.subject": 5})
    usual = check_issue(replace(email(subject=long), settings=settings)).findings[0]
    assert (usual.rule, str(usual.file), usual.line) == ("subject", "newsletter.toml", 5)


@pytest.mark.parametrize(
    ("preheader", "expected"),
    [
        ("e" * 39, [("preheader", "info")]),
        ("e" * 40, []),
        ("e" * 90, []),
        ("e" * 91, [("preheader", "warning")]),
        ("practice notes: November 2026", [("preheader", "warning")]),
        ("", [("preheader", "warning")]),
    ],
)
def test_a_preheader_says_something_new_in_40_to_90(preheader: str, expected: Told) -> None:
    issue = replace(ISSUE, preheader=preheader or None)
    assert told(replace(SOUND, issue=issue, preheader=preheader)) == expected


# --- styles


def test_styles_over_16_kb_are_a_warning() -> None:
    style = f"<style>{'.a{color:#000}' * 1_200}</style>"
    assert told(with_html("</head>", f"{style}</head>")) == [("styles", "warning")]


@pytest.mark.parametrize(
    ("css", "nested"),
    [
        ("@media screen { @media (min-width:1px) { a { color:red } } }", ("@media", "@media")),
        ("@media screen { @font-face { font-family:x } }", ("@media", "@font-face")),
        ("@media screen { a { color:red } } @media print { b { color:red } }", None),
        ('@charset "x"; @media screen { a::after { content:"@media {" } }', None),
        ("/* @media { @media { */ a { color:red }", None),
        ("@supports (x:y) { .a { color:red } }", None),
        ("}}}{{{", None),
    ],
)
def test_an_at_rule_within_another_is_found(css: str, nested: tuple[str, str] | None) -> None:
    assert nested_at_rule(css) == nested
    found = told(with_html("</head>", f"<style>{css}</style></head>"), but="client-support")
    assert ("styles" in {rule for rule, _ in found}) is (nested is not None)


# --- both parts


def test_each_part_has_the_unsubscribe_link() -> None:
    gone = HTML.replace('<a href="{unsubscribe}"', '<a href="https://example.org/x"')
    assert ("unsubscribe-link", "error") in told(email(gone))
    hidden = HTML.replace("<p><a href=", '<p style="display:none"><a href=')
    assert ("unsubscribe-link", "error") in told(email(hidden))
    assert ("unsubscribe-link", "error") in told(email(text=TEXT.replace("{unsubscribe}", "me")))


def test_each_part_has_the_address_however_its_lines_break() -> None:
    assert told(email(HTML.replace("1 Example Street", "1&nbsp;Example<br>\nStreet"))) == []
    assert told(email(HTML.replace("1 Example Street", ""))) == [("postal-address", "error")]
    assert ("postal-address", "error") in told(email(text=TEXT.replace("1 Example Street", "")))


def test_a_heading_that_only_the_html_has_is_told() -> None:
    text = TEXT.replace("Silence that helps\n", "")
    [found] = [each for each in check_issue(email(text=text)).findings if each.rule != "size"]
    assert (found.rule, found.level.value) == ("text-differs", "warning")
    assert "'Silence that helps' is only in the HTML" in found.message


def test_a_paragraph_that_only_one_part_has_is_told() -> None:
    more = (
        "Nobody ever wrote these fifteen unusual words about otters, kelp, tides, boats, or ropes."
    )
    assert told(with_html("60 recorded sessions.", f"60 recorded sessions. {more}")) == [
        ("text-differs", "warning")
    ]
    assert told(email(text=f"{TEXT}\n{more}\n")) == [("text-differs", "warning")]


def test_typography_makes_no_difference_between_the_parts() -> None:
    html = HTML.replace("What clients remember", "What clients’ remem&shy;ber")  # noqa: RUF001
    text = TEXT.replace("What clients remember", "WHAT *CLIENTS'* REMEMBER")
    assert told(email(html, text)) == []


# --- images


IMG = '<img src="https://news.example.org/logo.png" alt="Practice Notes" width="120">'


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (IMG, []),
        (IMG.replace("Practice Notes", ""), []),
        (IMG.replace(' alt="Practice Notes"', ""), [("image-alt", "error")]),
        (
            f'<a href="https://x.example/">{IMG.replace("Practice Notes", "")}</a>',
            [("image-alt", "error")],
        ),
        (IMG.replace("Practice Notes", "logo_final.png"), [("image-alt", "warning")]),
        (IMG.replace("Practice Notes", "IMG 2041"), [("image-alt", "warning")]),
        (IMG.replace(' width="120"', ""), [("image-width", "warning")]),
        (IMG.replace("120", "100%"), []),
        (IMG.replace("120", "900"), [("image-width", "warning")]),
        (
            IMG.replace("https://news.example.org/", "data:image/png;base64,AA"),
            [("image-source", "error")],
        ),
        (IMG.replace("https://news.example.org/", "/"), [("image-source", "error")]),
        (IMG.replace("https:", "http:"), [("image-source", "warning")]),
        (IMG.replace(".png", ".svg"), [("image-source", "warning")]),
        (IMG.replace("https://news.example.org/", "cid:"), [("image-source", "error")]),
    ],
)
def test_images_have_words_a_width_and_a_source(image: str, expected: Told) -> None:
    text = TEXT.replace("PRACTICE NOTES", "PRACTICE NOTES logo_final png IMG 2041")
    found = told(email(HTML.replace("<h1>", f"{image}<h1>"), text), but="client-support")
    assert found == expected


def test_an_image_of_the_settings_is_told_at_its_setting() -> None:
    settings = replace(
        SETTINGS,
        design=Design(values={"logo": "https://news.example.org/logo.svg"}),
        lines={"design.logo": 30},
    )
    dossier = replace(with_html("<h1>", IMG.replace(".png", ".svg") + "<h1>"), settings=settings)
    [found] = [each for each in check_issue(dossier).findings if each.rule == "image-source"]
    assert (str(found.file), found.line) == ("newsletter.toml", 30)


def test_a_heavy_image_of_the_workspace_is_told(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\0" * 200_001)
    news = replace(SETTINGS.newsletter, site_url="https://news.example.org")
    settings = replace(SETTINGS, root=tmp_path, file=tmp_path / "newsletter.toml", newsletter=news)
    dossier = replace(with_html("<h1>", f"{IMG}<h1>"), settings=settings)
    assert ("image-weight", "warning") in told(dossier)


# --- structure


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<h1>Practice Notes</h1>", "<p>Practice Notes</p>", "heading-order"),
        ("<h2>Silence that helps</h2>", "<h1>Silence that helps</h1>", "heading-order"),
        ("<h2>Silence that helps</h2>", "<h4>Silence that helps</h4>", "heading-order"),
        ("<h2>Silence that helps</h2>", "<h2> </h2><h2>Silence that helps</h2>", "heading-order"),
        ('<html lang="en">', "<html>", "language"),
        ('<html lang="en">', '<html lang="de">', "language"),
        ("<p>60", "<table><tr><td>x</td></tr></table><p>60", "layout-tables"),
        ("padding:6px 0;", "", "small-targets"),
        ("color:#0B5C5A", "background:#0B5C5A;color:#FFFFFF", "small-targets"),
    ],
)
def test_structure_is_for_those_who_do_not_see_and_for_fingers(
    old: str, new: str, rule: str
) -> None:
    assert told(with_html(old, new), but="client-support") == [(rule, "warning")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>60", '<table role="presentation"><tr><td>x</td></tr></table><p>60'),
        ("<p>60", "<table><tr><th>n</th></tr><tr><td>60</td></tr></table><p>60"),
        ("<p>60", '<p>A <a href="https://x.example/">paper</a> in a line. 60'),
        ('<html lang="en">', '<html lang="EN">'),
    ],
)
def test_what_is_for_them_already_is_no_finding(old: str, new: str) -> None:
    found = told(with_html(old, new), but="client-support")
    assert [rule for rule, _ in found if rule != "contrast"] == []


# --- contrast


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("color:#767676", []),
        ("color:#777777", ["warning"]),
        ("color:#777777;font-size:24px", []),
        ("color:#777777;font-size:19px;font-weight:bold", []),
        ("color:#CCCCCC", ["error"]),
        ("color:rgb(60%, 60%, 60%)", ["warning"]),
        ("color:rgba(0,0,0,.4)", ["warning"]),
        ("background:#000000 none", ["error"]),
        ("background-image:url(https://x.example/a.png)", []),
        ("color:#FFFFFF;background-color:#0B5C5A", []),
        ("color:#FFFFFF;display:none", []),
        ("color:#FFFFFF;font-size:0px", []),
        ('font-size:0px"><span style="font-size:17px;color:#CCCCCC', ["error"]),
        ("color:hotpink", ["warning"]),
        ("color:oklch(100% 0 0)", []),
    ],
)
def test_contrast_is_computed_on_the_ground_that_is_inherited(
    style: str, expected: list[str]
) -> None:
    dossier = with_html(
        "<p>60 recorded sessions.</p>", f'<p style="{style}">60 recorded sessions.</p>'
    )
    found = told(dossier, but="client-support")
    assert [(rule, level) for rule, level in found if rule == "contrast"] == [
        ("contrast", level) for level in expected
    ]


DARK = """<style>
:root {{ color-scheme: light dark }}
@media (prefers-color-scheme: dark) {{
  body {{ background-color: #111514 !important; color: #ECE9E3 !important }}
  a {{ color: #86D4C9 !important }}
  .quiet {{ {quiet} }}
}}
@media (prefers-color-scheme: dark) and (max-width: 480px) {{ p {{ color: #111514 !important }} }}
@media (max-width: 480px) {{ p {{ color: #FFFFFF !important }} }}
</style></head>"""


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ("color: #B3BBB6 !important", []),
        ("color: #333333 !important", ["error"]),
        ("color: #333333", []),
        ("background: #ECE9E3 !important", ["error"]),
    ],
)
def test_the_dark_block_is_laid_over_the_styles(quiet: str, expected: list[str]) -> None:
    html = HTML.replace("</head>", DARK.format(quiet=quiet)).replace(
        "<p>60", '<p class="quiet" style="color:inherit">60'
    )
    if "!important" not in quiet:  # a style attribute beats an ordinary rule
        html = html.replace("color:inherit", "color:#1F2624;background-color:#FFFFFF")
    found = [each for each in check_issue(email(html)).findings if each.rule == "contrast"]
    assert [each.level.value for each in found] == expected
    assert all("in the dark" in each.message for each in found)


def test_a_colour_of_the_settings_is_told_at_its_setting() -> None:
    settings = replace(
        SETTINGS, design=Design(values={"muted": "#cccccc"}), lines={"design.muted": 9}
    )
    html = HTML.replace("<p>60", '<p style="color:#CCC">60')
    [found] = check_issue(replace(email(html), settings=settings)).errors
    assert (found.rule, str(found.file), found.line) == ("contrast", "newsletter.toml", 9)


def test_a_fault_of_her_own_template_is_told_there(tmp_path: Path) -> None:
    own = tmp_path / "templates/default"
    (own / "parts").mkdir(parents=True)
    (own / "parts/footer.mjml").write_text("<p>\n<!-- unsubscribe --></p>\n", encoding="utf-8")
    settings = replace(SETTINGS, root=tmp_path, file=tmp_path / "newsletter.toml")
    dossier = replace(
        email(HTML.replace('<a href="{unsubscribe}"', '<a href="https://example.org/x"')),
        settings=settings,
        templates=(own,),
    )
    [found] = [each for each in check_issue(dossier).errors if each.rule == "unsubscribe-link"]
    assert (str(found.file), found.line) == ("templates/default/parts/footer.mjml", 2)
