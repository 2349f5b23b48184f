"""Whom a text means."""

from __future__ import annotations

import pytest

from newsletter.audience.who import find_who
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.tokens import Key, Purpose, Signer

SIGNER = Signer(Key(b"k" * 32), "mailing")
TOKEN = SIGNER.token(Purpose.UNSUBSCRIBE, 7)
ADA = Address("Ada", "example.org")


def find(token: str) -> Address | None:
    return ADA if token == TOKEN else None


@pytest.mark.parametrize(
    "text",
    [
        "Ada@example.org",
        " Ada <Ada@Example.org> ",
        "mailto:Ada@example.org",
        TOKEN,
        TOKEN.upper(),
        f"unsubscribe-{TOKEN}",
        f"Re: AW: unsubscribe-{TOKEN}",
        f"https://news.example.org/u/{TOKEN}",
        f"<mailto:unsubscribe@example.org?subject=unsubscribe-{TOKEN}>",
        f"bounces+{TOKEN}@example.org",
        f"Mail Delivery <bounces+{TOKEN.upper()}@example.org>",
        f"unsubscribe-{TOKEN}@example.org",
    ],
)
def test_an_address_or_whatever_a_token_was_pasted_with_is_understood(text: str) -> None:
    assert find_who(text, find) == ADA


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada", "'Ada' is neither an address nor an unsubscribe token"),
        (SIGNER.token(Purpose.UNSUBSCRIBE, 0), "a test or a preview: it stands for nobody"),
        (SIGNER.token(Purpose.UNSUBSCRIBE, 8), "no mailing of this workspace made the token"),
        ("", "'' is neither an address"),
        (f"bounces+{'a' * 24}@example.org", "is the token of a test or a preview"),
        (f"bounces+{'b' * 24}@example.org", "no mailing of this workspace made the token"),
        (f"<bounces+{'b' * 24}@example.org>", "no mailing of this workspace made the token"),
    ],
)
def test_what_means_nobody_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(NewsletterError, match=words):
        find_who(text, find)


def test_a_reader_whose_own_address_looks_like_a_token_is_found() -> None:
    address = f"{'b' * 24}@example.org"
    assert find_who(address, find) == Address("b" * 24, "example.org")
