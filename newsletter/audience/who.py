"""A reader found by what an editor pastes: an address, or the token in a reader's mail."""

from __future__ import annotations

import re
from collections.abc import Callable

from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.tokens import NO_DELIVERY, find_tokens, read_delivery

_IN_BRACKETS = re.compile(r"<([^<>]+)>")
# The return address of a mailing (VERP): it is no reader's own, even with an unknown token.
_CARRIES_TOKEN = re.compile(r"[+=-][a-z2-7]{24}\Z")


def find_who(text: str, find_by_token: Callable[[str], Address | None]) -> Address:
    """Return the address that a text names, itself or by a token.

    The text is an address (also as `Ada <ada@example.org>` or `mailto:`), a token, or a text with
    one: `Re: unsubscribe-TOKEN`, the unsubscribe link, or the address that a bounce came back to,
    `bounces+TOKEN@example.org`. Raises NewsletterError, also for the token of a test or a preview,
    which belongs to nobody.
    """
    text = text.strip()
    tokens = find_tokens(text)
    found = [address for token in tokens if (address := find_by_token(token)) is not None]
    if len({each.key for each in found}) == 1:
        return found[0]
    address = _address(text)
    if address is not None and not found and not _CARRIES_TOKEN.search(address.local.lower()):
        return address
    raise _nobody(text, tokens, several=bool(found))


def _address(text: str) -> Address | None:
    inside = _IN_BRACKETS.findall(text)
    for written in (text, text.removeprefix("mailto:"), *inside[:1]):
        try:
            return parse_address(written)
        except BadAddress:
            continue
    return None


def _nobody(text: str, tokens: tuple[str, ...], *, several: bool) -> NewsletterError:
    short = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line
    if several:
        return fail(f"'{short}' holds the tokens of several readers", hint="give them one by one")
    if any(read_delivery(token) == NO_DELIVERY for token in tokens):
        return fail(
            f"'{short}' is the token of a test or a preview: it stands for nobody",
            hint="give the address of who wants to leave",
        )
    if tokens:
        return fail(
            f"no mailing of this workspace made the token in '{short}'",
            hint="copy it again from the mail, or give the reader's own address",
        )
    return fail(
        f"'{short}' is neither an address nor an unsubscribe token",
        hint="give ada@example.org, or unsubscribe- and the 24 letters after it",
    )
