from __future__ import annotations

import dataclasses
import email
import email.header
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.address import Address, parse_address
from newsletter.message.content import Content, content_from_json
from newsletter.message.template import Personal, envelope_sender, message_template
from newsletter.render.slots.slots import Context, Slot
from newsletter.settings.values import Mailbox

DATE = datetime(2026, 11, 1, 12, tzinfo=UTC)
UNSUBSCRIBE = Slot("unsubscribe", "", Context.TEXT)
CONTENT = Content(
    issue="2026-11",
    summaries=(("2026-11-two-letters", None), ("2026-10-quiet-rooms", "10.5555/iq.2025.7")),
    subject=("Practice Notes, November 2026",),
    html=(
        "<p>Dear ",
        Slot("reader.first_name", "colleague", Context.HTML),
        ',</p>\n<a href="',
        Slot("unsubscribe", "", Context.WHOLE_URL),
        '">Unsubscribe</a>\n',
    ),
    text=(
        "Dear ",
        Slot("reader.first_name", "colleague", Context.TEXT),
        ",\n\nUnsubscribe: ",
        UNSUBSCRIBE,
        "\n",
    ),
    sender=Mailbox(name="Practice Notes", address=Address("news", "example.org")),
    reply_to=Address("editor", "example.org"),
    contact=Address("editor", "example.org"),
    archive_url="https://news.example.org",
    list_title="Practice Notes",
    list_id="practice-notes.example.org",
    unsubscribe_mailto=Address("unsubscribe", "example.org"),
    unsubscribe_url="https://news.example.org/u",
    bounces_address=None,
)


def personal(
    *, email: str = "ada@example.org", name: str = "Ada Lovelace", **fields: str
) -> Personal:
    return Personal(parse_address(email), name, fields, "m" * 16, "u" * 24)


ADA = personal(first_name="Ada")

printable = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
lines = st.text(st.one_of(printable, st.sampled_from(list(' ."=?_<>@,;:()\\é'))), max_size=200)
bodies = st.text(st.one_of(printable, st.sampled_from(list("\n\n. =\t_-F"))), max_size=400)
tokens = st.from_regex(r"[a-z2-7]{24}", fullmatch=True)


def raw(content: Content = CONTENT, reader: Personal = ADA, *, marked: str = "") -> bytes:
    return b"".join(message_template(content, DATE, marked=marked).message(reader))


def parse(octets: bytes) -> EmailMessage:
    return email.message_from_bytes(octets, policy=email.policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


def test_the_header_fields_are_those_of_the_design_in_their_order() -> None:
    head = raw().split(b"\r\n\r\n", 1)[0].decode("ascii")
    boundary = CONTENT.digest[:32]
    assert head.split("\r\n") == [
        "From: Practice Notes <news@example.org>",
        "Reply-To: editor@example.org",
        "To: Ada Lovelace <ada@example.org>",
        "Subject: Practice Notes, November 2026",
        "Date: Sun, 01 Nov 2026 12:00:00 +0000",
        "Message-ID: <2026-11.mmmmmmmmmmmmmmmm@example.org>",
        "List-Id: Practice Notes <practice-notes.example.org>",
        "List-Unsubscribe: <https://news.example.org/u/uuuuuuuuuuuuuuuuuuuuuuuu>,",
        " <mailto:unsubscribe@example.org?subject=unsubscribe-uuuuuuuuuuuuuuuuuuuuuuuu>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Archive: <https://news.example.org>",
        "List-Help: <mailto:editor@example.org>",
        "List-Owner: <mailto:editor@example.org>",
        "List-Post: NO",
        "Feedback-ID: 2026-11:practice-notes.example.org:newsletter:example.org",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        f' boundary="=_{boundary}"',
    ]


def test_both_parts_hold_the_readers_values() -> None:
    message = parse(raw())
    url = "https://news.example.org/u/uuuuuuuuuuuuuuuuuuuuuuuu"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert body(message, "plain") == f"Dear Ada,\n\nUnsubscribe: {url}\n"
    assert body(message, "html") == f'<p>Dear Ada,</p>\n<a href="{url}">Unsubscribe</a>\n'


def test_without_a_value_the_fallback_stands_there() -> None:
    reader = personal()
    assert body(parse(raw(reader=reader)), "plain").startswith("Dear colleague,\n")


def test_html_in_a_readers_field_is_escaped_in_html_only() -> None:
    reader = personal(first_name="<b>&'\"")
    message = parse(raw(reader=reader))
    assert "Dear &lt;b&gt;&amp;&#x27;&quot;," in body(message, "html")
    assert body(message, "plain").startswith("Dear <b>&'\",\n")


def test_without_an_https_url_only_the_mailto_is_offered_and_no_one_click() -> None:
    content = dataclasses.replace(CONTENT, unsubscribe_url=None)
    head = raw(content).split(b"\r\n\r\n", 1)[0]
    mailto = b"mailto:unsubscribe@example.org?subject=unsubscribe-uuuuuuuuuuuuuuuuuuuuuuuu"
    assert b"\r\nList-Unsubscribe: <" + mailto + b">\r\n" in head
    assert b"List-Unsubscribe-Post" not in head


def test_without_a_site_there_is_no_archive_to_name() -> None:
    head = raw(dataclasses.replace(CONTENT, archive_url=None)).split(b"\r\n\r\n", 1)[0]
    assert b"List-Archive" not in head
    assert b"\r\nList-Post: NO\r\n" in head


def test_a_long_unsubscribe_url_stands_whole_in_the_bytes() -> None:
    url = "https://news.example.org/" + "u" * 200
    octets = raw(dataclasses.replace(CONTENT, unsubscribe_url=url))
    assert b"List-Unsubscribe: <" + url.encode() + b"/" + b"u" * 24 + b">,\r\n <mailto:" in octets


def test_a_bounce_address_makes_the_envelope_sender_carry_a_token() -> None:
    content = dataclasses.replace(CONTENT, bounces_address=Address("bounces", "example.org"))
    assert str(envelope_sender(content, "b" * 24)) == f"bounces+{'b' * 24}@example.org"
    assert envelope_sender(CONTENT, "b" * 24) == CONTENT.sender.address


def test_a_test_is_marked_in_its_subject() -> None:
    assert parse(raw(marked="[TEST] "))["Subject"] == "[TEST] Practice Notes, November 2026"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert raw() == raw()


def test_content_comes_back_whole_from_its_frozen_form() -> None:
    assert content_from_json(CONTENT.to_json()) == CONTENT


def test_only_the_local_part_of_an_smtputf8_address_leaves_ascii() -> None:
    reader = personal(email="zoë@bücher.example", first_name="Ada")
    assert "To: Ada Lovelace <zoë@xn--bcher-kva.example>\r\n".encode() in raw(reader=reader)


@given(subject=lines, name=lines, field=lines, text=bodies, title=lines, token=tokens)
def test_whatever_people_write_the_message_is_valid_and_comes_back_as_written(
    subject: str, name: str, field: str, text: str, title: str, token: str
) -> None:
    content = dataclasses.replace(
        CONTENT,
        subject=(subject,),
        list_title=title,
        text=(text, Slot("reader.x", "y", Context.TEXT), text, UNSUBSCRIBE, text),
        html=(text, Slot("reader.x", "y", Context.TEXT)),
    )
    reader = Personal(ADA.address, name, {"x": field}, "m" * 16, token)
    octets = raw(content, reader)
    assert octets.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", octets)
    assert not re.search(rb"(?m)^\.", octets)
    assert max(len(line) for line in octets.split(b"\r\n")) <= 98  # the two unsubscribe URLs
    message = parse(octets)
    assert message.defects == []
    url = f"https://news.example.org/u/{token}"
    value = field or "y"
    assert body(message, "plain") == f"{text}{value}{text}{url}{text}"
    assert body(message, "html") == f"{text}{value}"
    assert " ".join(str(message["Subject"]).split()) == " ".join(subject.split())
    # Before 3.13 the standard library shows a space between the encoded words of a phrase that
    # RFC 2047, 6.2 wants ignored; so names are compared without white space.
    to = [("".join(a.display_name.split()), a.addr_spec) for a in message["To"].addresses]
    assert to == [("".join(name.split()), "ada@example.org")]


@given(st.text(st.sampled_from(list("ab\u00e9\r\n\x00\x85\u2028 ")), min_size=1, max_size=120))
def test_no_value_brings_a_line_end_into_a_header_even_encoded(value: str) -> None:
    content = dataclasses.replace(
        CONTENT, subject=("Hi ", Slot("reader.first_name", "you", Context.TEXT))
    )
    reader = personal(name=value, first_name=value)

    message = email.message_from_bytes(raw(content, reader))

    for name in ("Subject", "To"):
        decoded = str(email.header.make_header(email.header.decode_header(message[name])))
        assert not re.search(r"[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028]|Bcc", decoded)
        assert "\n" not in re.sub(r"\r\n[ \t]", "", decoded)
