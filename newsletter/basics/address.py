"""One email address, validated where it is made.

The common shape is accepted by a strict ASCII pattern (RFC 5321, 4.1.2, without quoted local
parts and address literals); email-validator judges the rest, in its strict mode.

Compiled by mypyc.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from newsletter.basics.value import Value

# Possessive, so that a long list is read fast. email-validator judges a label with "--": it may be
# an A-label (RFC 5890).
_PLAIN: Final = re.compile(
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*+)"
    r"@"
    r"((?:[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+\.)+[A-Za-z][A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+)"
)
# RFC 5321, 4.5.3.1.1: at most 64 octets of local part. RFC 1035, 2.3.4: at most 63 of a label; a
# label of a domain of 63 octets is shorter.
_LONGEST_LOCAL: Final = 64
_SHORT_DOMAIN: Final = 63
_LOCAL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*+"
)
# RFC 5321, 4.5.3.1.3: at most 254 octets of both; email-validator judges what comes near.
_SHORT: Final = 200

# Labels of letters and digits of any script, and their A-labels.
_LABELS: Final = re.compile(r"(?:[^\W_]++(?:-[^\W_]++)*+\.)++[^\W_]++(?:-[^\W_]++)*+")
_ENCODED: Final = re.compile(
    r"(?:(?:xn--)?[a-z0-9]++(?:-[a-z0-9]++)*+\.)++(?:xn--)?[a-z][a-z0-9]++(?:-[a-z0-9]++)*+"
)
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


class BadAddress(ValueError):  # noqa: N818 - the name says what the text is
    """The text is no email address; str() says why, in a few words."""


class Address(Value):
    """`local@domain`: the local part as it was written (NFC), the domain lower-case in ASCII.

    An internationalised domain is kept as its A-label (RFC 5890), so only a local part outside
    ASCII makes the address need SMTPUTF8 (RFC 6531).
    """

    def __init__(self, local: str, domain: str) -> None:
        self.local: Final = local
        self.domain: Final = domain
        self._key = ""

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.local, self.domain

    @property
    def key(self) -> str:
        """The address with its case folded: equal for two spellings of one mailbox.

        RFC 5321, 2.4 lets a host tell `Ada@` from `ada@`; in practice none does, and to mail
        somebody twice, or who left, is worse than to mail them at the other spelling.
        """
        if not self._key:
            self._key = f"{self.local.casefold()}@{self.domain}"
        return self._key

    @property
    def needs_smtputf8(self) -> bool:
        """Whether a server must speak RFC 6531 to take it."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_address(text: str) -> Address:
    """Return the address that a text holds; white space around it is dropped.

    Raises BadAddress, with the reason in a few words.
    """
    text = text.strip()
    match = _PLAIN.fullmatch(text)
    if match:
        local, domain = match.groups()
        if len(local) <= _LONGEST_LOCAL and len(domain) <= _SHORT_DOMAIN:
            return Address(local, domain.lower())
    return _parse_unusual(text)


def _parse_unusual(text: str) -> Address:
    if "@" not in text:
        raise BadAddress("there is no @ in it" if text else "it is empty")
    local, _, written = text.rpartition("@")
    if not local or not written:
        where = "after" if local else "before"
        raise BadAddress(f"there must be something {where} the @-sign")
    domain = _ascii_domain(written) if len(text) <= _SHORT else None
    if domain is None or len(local) + len(domain) > _SHORT:
        return _validated(text)
    if len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local):
        return Address(local, domain)
    valid = _valid_local(local)
    if valid is None:
        return _validated(text)  # its reason names the address as it was written
    return Address(valid, domain)


@lru_cache(maxsize=65_536)
def _valid_local(local: str) -> str | None:
    """Return a local part as `Address.local` has it, or None for one that is refused.

    Cached: a list is read twice.
    """
    try:
        return _validated(f"{local}@example.org").local
    except BadAddress:
        return None


@lru_cache(maxsize=65_536)
def _ascii_domain(written: str) -> str | None:
    """Return a domain as `Address.domain` has it, or None for one that is refused.

    Cached: many readers share a domain, and an internationalised one takes long to validate.
    """
    if _LABELS.fullmatch(written):
        domain = _encoded(written)
        if domain is not None:
            return domain
    try:
        return _validated(f"a@{written}").domain
    except BadAddress:
        return None


def _encoded(written: str) -> str | None:
    """Return an internationalised domain in ASCII (RFC 5891 after UTS 46), or None to pass it on.

    This takes a third of the time of email-validator, which encodes and decodes several times.
    It checks right-to-left letters, which have rules across labels (RFC 5893).
    """
    import idna

    if any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in written):
        return None
    try:
        encoded = idna.encode(unicodedata.normalize("NFC", written), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    domain = encoded.lower()
    is_usual = len(domain) <= _SHORT_DOMAIN and _ENCODED.fullmatch(domain)
    return domain if is_usual else None


def _validated(text: str) -> Address:
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(
            text,
            check_deliverability=False,
            strict=True,
            # A workspace may use a reserved domain (.test); the mail server decides about it.
            test_environment=True,
            globally_deliverable=False,
        )
    except EmailNotValidError as error:
        why = str(error).rstrip(".")
        raise BadAddress(why[:1].lower() + why[1:]) from None
    local = unicodedata.normalize("NFC", valid.local_part)
    domain = (valid.ascii_domain or valid.domain).lower()
    if not domain.isascii() or "[" in domain:
        raise BadAddress("the part after the @ is no domain name")
    if "." not in domain:
        raise BadAddress(f"the part after the @, '{domain}', has no dot")
    return Address(local, domain)
