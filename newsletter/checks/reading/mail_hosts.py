"""What is known of mail hosts: their limits, and whose domains nobody else may send from.

Each fact has its source. A host that is not here has limits, too: they are not known.
"""

from __future__ import annotations

from dataclasses import dataclass

_DAY = 86_400
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a host takes: connections at once, messages in so many seconds; `source` says so."""

    name: str
    connections: int | None = None
    rates: tuple[tuple[int, int], ...] = ()
    source: str


_MICROSOFT = Limits(
    name="Microsoft 365",
    connections=3,
    rates=((30, _MINUTE), (10_000, _DAY)),
    source="learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements",
)
_GOOGLE = Limits(
    name="Gmail",
    rates=((2_000, _DAY),),
    source="support.google.com/a/answer/166852 (Workspace; a trial or free account has 500)",
)
LIMITS = {
    "smtp.office365.com": _MICROSOFT,
    "smtp-legacy.office365.com": _MICROSOFT,
    "smtp.gmail.com": _GOOGLE,
    "smtp.googlemail.com": _GOOGLE,
}
"""By host name, in lower case."""

FREEMAIL = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), "gmail|google"),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com"), "office365|outlook"),
    **dict.fromkeys(("yahoo.com", "ymail.com", "rocketmail.com", "aol.com"), "yahoo|aol"),
    **dict.fromkeys(("yahoo.co.uk", "yahoo.ca", "yahoo.fr", "yahoo.de"), "yahoo"),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), "me\\.com|icloud"),
    **dict.fromkeys(("gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch"), "gmx"),
    **dict.fromkeys(("web.de",), "web\\.de"),
    **dict.fromkeys(("proton.me", "protonmail.com", "pm.me"), "proton"),
    **dict.fromkeys(("mail.ru", "yandex.ru", "yandex.com"), "mail\\.ru|yandex"),
}
"""Domains of mailboxes that anybody can have; the pattern tells their own mail servers."""

BULK = 5_000
"""From so many messages a day on, Gmail and Yahoo require one-click unsubscribing
(support.google.com/a/answer/81126, senders.yahooinc.com/best-practices)."""

# Where the registry sells names below these, the organisation's domain has three labels.
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gc", "go", "gob", "gov", "gouv", "ltd"})
_MORE_SECOND_LEVEL = frozenset({"ne", "net", "nhs", "nic", "or", "org", "plc", "sch"})


def organisational(domain: str) -> str:
    """Return the domain that an organisation registered, by which DMARC aligns (RFC 7489, 3.2).

    Without the Public Suffix List: exact for the usual registries, one label too many at worst.
    """
    labels = domain.lower().rstrip(".").split(".")
    country_code = 2
    is_deep = (
        len(labels) > country_code
        and len(labels[-1]) == country_code
        and labels[-2] in _SECOND_LEVEL | _MORE_SECOND_LEVEL
    )
    return ".".join(labels[-3 if is_deep else -2 :])
