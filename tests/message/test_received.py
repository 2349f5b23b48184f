"""A message is read back out of its bytes as a mail program reads it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.received import Received

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


def message(subject: str, text: str, html: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Practice Notes <news@example.org>"
    made["Subject"] = subject
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    return made


@given(text=words, html=words)
def test_both_bodies_come_out_as_they_were_put_in(text: str, html: str) -> None:
    octets = message("Both", f"{text}\nend\n", f"<p>{html}</p>\n").as_bytes()
    for sent in (octets, octets.replace(b"\n", b"\r\n")):
        read = Received(sent)
        assert (read.text, read.html) == (f"{text}\nend\n", f"<p>{html}</p>\n")


def test_header_fields_are_unfolded_and_decoded_in_their_order() -> None:
    subject = "Schöne Grüße, " + "lang " * 19 + "lang"
    read = Received(message(subject, "x", "x").as_bytes())
    assert read.fields[:2] == (
        ("From", "Practice Notes <news@example.org>"),
        ("Subject", subject),
    )
    assert (read.header("subject"), read.header("To")) == (subject, "")


@pytest.mark.parametrize("octets", [b"Subject: only text\r\n\r\nHello\r\n", b"\r\nHello\r\n"])
def test_a_message_without_html_is_read_as_far_as_it_goes(octets: bytes) -> None:
    read = Received(octets)
    assert (read.text, read.html) == ("Hello\n", "")
