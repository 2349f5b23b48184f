"""The message is read back out of its bytes; light and dark are asked for in the copy shown."""

from __future__ import annotations

import pytest

from newsletter.web.preview.mail import Scheme, in_scheme, read_mail
from tests.web.preview.parts import HTML, message


def test_both_bodies_and_the_headers_come_out_of_the_mime() -> None:
    mail = read_mail(message("Schöne Grüße, " + "lang " * 20))
    assert mail.header("subject") == "Schöne Grüße, " + "lang " * 19 + "lang"
    assert "In plain words: café." in mail.text
    assert mail.html.startswith("<!DOCTYPE html>")
    assert mail.weight == len(mail.html.encode())


def test_a_message_without_html_is_shown_as_far_as_it_goes() -> None:
    mail = read_mail(b"Subject: only text\r\n\r\nHello\r\n")
    assert (mail.text, mail.html, mail.weight, mail.header("To")) == ("Hello\n", "", 0, "")


@pytest.mark.parametrize(
    ("scheme", "holds"), [(Scheme.DARK, "(min-width:0px)"), (Scheme.LIGHT, "(min-width:99999px)")]
)
def test_only_style_blocks_and_metas_are_rewritten(scheme: Scheme, holds: str) -> None:
    shown = in_scheme(HTML, scheme)
    assert f"@media {holds}{{body" in shown
    assert f":root{{color-scheme:{scheme}}}" in shown
    assert f'<meta name="color-scheme" content="{scheme}">' in shown
    assert "A summary that names (prefers-color-scheme: dark) in its text." in shown


def test_an_at_rule_for_light_is_the_other_way_round() -> None:
    html = "<style>@media ( Prefers-Color-Scheme : LIGHT ){a{}}</style>"
    assert in_scheme(html, Scheme.LIGHT) == "<style>@media (min-width:0px){a{}}</style>"
    assert in_scheme(html, Scheme.DARK) == "<style>@media (min-width:99999px){a{}}</style>"
