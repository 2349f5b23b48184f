"""The message is read back out of its bytes; light and dark are asked for in the copy shown."""

from __future__ import annotations

import pytest

from newsletter.web.preview.shown_mail import (
    ColourScheme,
    Mail,
    in_scheme,
    snippet,
    without_style_blocks,
)
from tests.web.preview.parts import HTML, message


def test_both_bodies_and_the_headers_come_out_of_the_mime() -> None:
    mail = Mail(message("Schöne Grüße, " + "lang " * 20))
    assert mail.header("subject") == "Schöne Grüße, " + "lang " * 19 + "lang"
    assert "In plain words: café." in mail.text
    assert mail.html.startswith("<!DOCTYPE html>")
    assert mail.weight == len(mail.html.encode())


def test_a_message_without_html_is_shown_as_far_as_it_goes() -> None:
    mail = Mail(b"Subject: only text\r\n\r\nHello\r\n")
    assert (mail.text, mail.html, mail.weight, mail.header("To")) == ("Hello\n", "", 0, "")


@pytest.mark.parametrize(
    ("scheme", "holds"),
    [(ColourScheme.DARK, "(min-width:0px)"), (ColourScheme.LIGHT, "(min-width:99999px)")],
)
def test_only_style_blocks_and_metas_are_rewritten(scheme: ColourScheme, holds: str) -> None:
    shown = in_scheme(HTML, scheme)
    assert f"@media {holds}{{body" in shown
    assert f":root{{color-scheme:{scheme}}}" in shown
    assert f'<meta name="color-scheme" content="{scheme}">' in shown
    assert "A summary that names (prefers-color-scheme: dark) in its text." in shown


def test_an_at_rule_for_light_is_the_other_way_round() -> None:
    html = "<style>@media ( Prefers-Color-Scheme : LIGHT ){a{}}</style>"
    assert in_scheme(html, ColourScheme.LIGHT) == "<style>@media (min-width:0px){a{}}</style>"
    assert in_scheme(html, ColourScheme.DARK) == "<style>@media (min-width:99999px){a{}}</style>"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<title>No</title><style>no</style><div style='display:none'>Two studies</div>",
            "Two studies",
        ),
        ("<p>One</p><p>Two &amp; three</p>", "One Two & three"),
        ("<div>Hidden" + "&#847;&#8199;" * 40 + "</div><p>Not this</p>", "Hidden"),
        ("<div>Hidden" + "&nbsp;&zwnj;" * 40 + "</div><p>Not this</p>", "Hidden"),
        ("<div>Hidden" + "&#847; &zwnj; " * 40 + "</div><p>Not this</p>", "Hidden"),
        ("<table>\n <tr>\n  <td>\n\n  A\n </td>\n <td> B</td></tr></table>", "A B"),
        ("<p>A" + "\n" * 20 + " " * 20 + "B</p>", "A B"),
        ("<head><title>x</title><body>Words", "Words"),
        ("<!--[if mso]><p>Outlook</p><![endif]--><p>Others</p>", "Others"),
        ("<p>10&nbsp;000 readers</p>", "10 000 readers"),
        ("", ""),
        ("x " * 1000, "x " * 125),
    ],
)
def test_the_words_beside_the_subject_are_the_first_of_the_html(html: str, words: str) -> None:
    assert snippet(html) == words


def test_a_row_shows_name_and_day() -> None:
    mail = Mail(
        b"From: Ada <a@x.org>\r\nDate: Sun, 01 Nov 2026 12:00:00 +0000\r\n\r\nHello  you\r\n"
    )
    assert (mail.sender, mail.day, mail.snippet) == ("Ada", "1 Nov", "Hello you")
    assert Mail(b"From: a@x.org\r\nDate: soon\r\n\r\n").day == ""


def test_style_blocks_go_and_styles_on_elements_stay() -> None:
    shown = without_style_blocks(HTML)
    assert "<style" not in shown
    assert 'style="color:#0b5c5a"' in shown


def test_without_a_scheme_the_html_is_to_the_byte() -> None:
    assert in_scheme(HTML, ColourScheme.NONE) == HTML
