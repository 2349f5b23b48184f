"""What a reply says about the reader it was given for, and what two replies have in common.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from typing import Final

from newsletter.basics.outcome import Outcome, Reply

# RFC 3463, 3.2: the mailbox or its domain does not exist, or the address is malformed. 5.1.10 is
# RFC 7505, a domain that takes no mail. Policy (5.7.x) says nothing about the address.
_ADDRESS_CLASS: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10"})
_WITHOUT_CODE: Final = frozenset({550, 551, 553})
_UNKNOWN: Final = (
    "unrouteable address",  # Exim, src/route.c
    "unknown user",  # Exim, the local user's router in its default configuration
    "no such user here",  # RFC 5321, D.1; Exim as cPanel sets it up
    "sorry, no mailbox here by that name",  # qmail-ldap, qmail-smtpd; it appends (#5.1.1)
)
"""How servers without enhanced codes say that an address does not exist, as the whole answer."""

_ADDRESS: Final = re.compile(r"\S*@\S*")
_PLAIN: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_TAIL: Final = re.compile(r"[\s.:;!<>@]*(\(#5\.1\.1)?")


def without_addresses(text: str) -> str:
    """Return a text with `@` in place of each address."""
    return _ADDRESS.sub("@", text)


def is_of_the_reader(reply: Reply) -> bool:
    """Return whether a reply is about the reader's address or mailbox (RFC 3463: X.1.x, X.2.x)."""
    about = reply.enhanced[2:4]
    return about == "2." or (about == "1." and reply.enhanced[2:] != "1.0") or _is_bare(reply)


def is_of_the_address(reply: Reply) -> bool:
    """Return whether a reply says that the address or its domain does not exist."""
    return f"5{reply.enhanced[1:]}" in _ADDRESS_CLASS or _is_bare(reply)


def _is_bare(reply: Reply) -> bool:
    """Return whether a server without enhanced codes says that the address does not exist."""
    if reply.enhanced or reply.code not in _WITHOUT_CODE:
        return False
    said = without_addresses(reply.text).strip(" .:;,<>()[]@-\"'").lower()
    return any(
        said.startswith(phrase) and _TAIL.fullmatch(said[len(phrase) :]) for phrase in _UNKNOWN
    )


def likeness(outcome: Outcome, *names: str) -> str:
    """Return what two replies have in common that differ in an address, a number or a name.

    `names` are the local part and domain of the recipient. A word with a digit or with a capital
    inside may be a queue's id.
    """
    own = {name.lower() for name in names}
    words = without_addresses(outcome.text).split()
    kept = [word for word in (each.strip("<>()[]{}.,;:!?\"'") for each in words) if _is_word(word)]
    told = [word.lower() for word in kept if word.lower() not in own]
    return " ".join([str(outcome.code), outcome.enhanced, *told])


def _is_word(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and (text[1:].islower() or text.isupper() or len(text) < 2)  # noqa: PLR2004
