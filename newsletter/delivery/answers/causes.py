"""What a refusal at RCPT says: that something of ours is wrong, or that a reader's address is.

Many servers answer RCPT with what they hold against the sender or the client: Postfix does by
default (`smtpd_delay_reject`), Exim where its ACL says so. The enhanced code rarely tells
(5.7.1 stands for all of it), so the words decide; addresses in them are left out first.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from newsletter.basics.outcome import Outcome, Phase, Reply, Verdict
from newsletter.delivery.answers.readers import is_of_the_address, without_addresses

_PERMANENT: Final = 5
_LOGIN_WANTED: Final = frozenset({530, 535})
"""RFC 4954, 6: authentication is required; it is not valid."""
_THROTTLED: Final = 454


class Cause(StrEnum):
    """What is wrong on our side."""

    TLS = "tls"
    DOMAIN = "domain"
    SENDER = "sender"
    HELLO = "hello"
    CLIENT = "client"
    LIMIT = "limit"
    ACCOUNT = "account"
    LOGIN = "login"


REASONS: Final = {
    Cause.TLS: "the server wants an encrypted connection",
    Cause.DOMAIN: "the server finds that SPF, DKIM or DMARC do not allow this sender here",
    Cause.SENDER: "the server does not take mail from this sender's address",
    Cause.HELLO: "the server does not accept the name of this machine",
    Cause.CLIENT: "the server blocks this machine",
    Cause.LIMIT: "the sending limit of the account is reached",
    Cause.ACCOUNT: "the server does not let this account send",
    Cause.LOGIN: "the server wants a login before it passes mail on",
}
ADVICE: Final = {
    Cause.TLS: (
        "set `transport` in newsletter.toml to smtp:// with the server's port for STARTTLS (587),"
        " or to smtps:// (465)"
    ),
    Cause.DOMAIN: (
        "send through the mail host of the sender's domain, or let its DNS allow this server"
        " (SPF, DKIM); your mail host knows how"
    ),
    Cause.SENDER: (
        "look at `from` in newsletter.toml, and at `address` under [bounces] where it is set: it"
        " must be an address that exists and that `user` may send as"
    ),
    Cause.HELLO: (
        "give this machine a full host name (hostname -f shows it), or send through your mail"
        " host's own server, with `user`"
    ),
    Cause.CLIENT: (
        "send through your mail host's own server, with `user`; or ask whoever the answer names"
        " to lift the block"
    ),
    Cause.LIMIT: (
        "run the same command again when it is over; `rate` in newsletter.toml keeps below it; ask"
        " your mail host about its limits"
    ),
    Cause.ACCOUNT: (
        "log in at your mail host: the account may be blocked, not activated yet, or not allowed"
        " to send over SMTP; its support can tell"
    ),
    Cause.LOGIN: (
        "set `user` in newsletter.toml if it is not set; if it is, compare `transport` with what"
        " your mail host says: the server's name and its port for sending (587 or 465)"
    ),
}
ALIKE: Final = "the server refuses one reader like the other"
ASK: Final = "ask your mail host what the answer means"

_SENDER_CODES: Final = frozenset({"1.7", "1.8", "7.27", "7.60"})
"""RFC 3463, 3.2: bad sender's address; RFC 7505: its domain has a null MX; Exchange: SendAsDenied.
"""
_DOMAIN_CODES: Final = frozenset({"7.20", "7.21", "7.22", "7.23", "7.24", "7.26"})
"""RFC 7372: DKIM, SPF, or several of them."""
_LIMIT_CODES: Final = frozenset({"4.5", "1.90"})
"""Google, Microsoft: too many in a day."""
_ACCOUNT_CODES: Final = frozenset({"7.139", "7.705"})
"""Microsoft: SMTP is switched off for the account; its tenant is blocked."""
_GROUP_CODES: Final = frozenset({"7.12", *(f"7.{each}" for each in range(120, 137))})
"""Microsoft: a reader's address is a group or mailbox that takes mail from some senders only."""
_CLIENT_CODES: Final = frozenset({"7.25"})
"""RFC 7372: the client's name in DNS."""
_LOGIN_CODES: Final = frozenset({"7.54", "7.57"})
"""Exchange: unable to relay; client was not authenticated."""
_TLS_CODES: Final = frozenset({"7.10", "7.11"})
"""RFC 5248, RFC 4954: encryption is needed."""

_OF_THE_SENDER: Final = re.compile(
    r"\bsender (address )?(rejected|denied|refused|blocked|invalid|unknown|not (owned|allowed))"
    r"|\bsender verif|verif\w+ (the )?sender|not owned by user|sendas ?denied"
    r"|send[- ]as\b|(not (allowed|permitted|authori[sz]ed)|unauthori[sz]ed|(no|have) permissions?)"
    r" to (send|use)( mail| email)? (as|from|on behalf|this (sender|address))"
    r"|(bad|invalid|unauthori[sz]ed|unknown|illegal) (envelope )?sender|envelope[- ]from"
    r"|domain of sender|sender('s)? domain|(from|sender) address (is )?not (verified|allowed)"
    r"|address is not (verified|one of your)|sender (signature|identity)|return[- ]path"
    r"|mail from (address )?(is )?(not|rejected|denied)"
)
_OF_THE_ACCOUNT: Final = re.compile(
    r"\b(your|sender|sending) (\w+ )?account (\w+ ){0,3}(suspended|blocked|disabled|deactivated"
    r"|locked|restricted|(not|pending)\b)"
    r"|\b(sending|outgoing|outbound)( mail| e-?mail)?( is| was| has been)? (paused|blocked"
    r"|suspended|disabled)|unusual sending activity|bad outbound sender"
    r"|domain is (unverified|not verified)|smtpclientauthentication is disabled"
)
"""`your` is said to the sender; "this account" may be a reader's."""
_BY_WORDS: Final = (
    (
        Cause.TLS,
        re.compile(
            r"starttls|(encryption|(?<!start)\btls|\bssl)\b( connection)?( is)? (required|needed)"
            r"|requires? (an? )?(tls|ssl|encrypt\w+|secure)\b|encrypted connection"
        ),
    ),
    (Cause.DOMAIN, re.compile(r"\bspf\b|\bdmarc\b|\bdkim\b|sender policy framework")),
    (
        Cause.LIMIT,
        re.compile(
            r"(daily|hourly|sender|send|sending|relay|message|messages|outgoing|outbound"
            r"|submission|rate|user|account|mail|email)[- ]?(sending |message |user |smtp |relay )*"
            r"(quota|limit)(?!ed)"
            r"|(exceeded|reached|over) (the |your |its )?(\w+ ){0,3}(limit|quota|threshold"
            r"|number of|max\w*)|sender rate\b.{0,20}\bexceed|\bcredits? (exceeded|exhausted)"
            r"|submissionquota|max(imum)? (\w+ ){0,3}per (hour|day|minute)"
            r"|too many (\w+ ){0,2}(messages|mails|e-?mails|recipients)|too (much|many) (mail|sent)"
        ),
    ),
    (Cause.SENDER, _OF_THE_SENDER),
    (Cause.HELLO, re.compile(r"\b(helo|ehlo)\b")),
    (
        Cause.CLIENT,
        re.compile(
            r"unauthori[sz]ed ip\b|\bip\b\S* .{0,30}not (allowed|authori)"
            r"|\bclient (host|address|ip|\[)|black ?-?list|block ?-?list|deny ?-?list|\bdnsbl\b"
            r"|\brbl\b|spamhaus|spamcop|barracuda|sorbs|blocked using|listed (at|in|by|on)\b"
            r"|\bptr\b|\brdns\b|reverse[- ]?(dns|host|name|lookup)|reputation"
            r"|(your|sending|this|the) (ip|host|network|server)\b.*\b(block|ban|reject|list|deni)"
            r"|\bip (address )?(\S+ )?(is )?(blocked|banned|listed|rejected|denied)"
        ),
    ),
    (
        Cause.LOGIN,
        re.compile(
            r"relay(ing)?( access)?( is| was)? (denied|disallowed|not|prohibited|forbidden"
            r"|refused|disabled)"
            r"|(unable to|cannot|can't|don't|do not|does not|won't|not (permitted|allowed) to|no)"
            r" relay|auth\w*( is| was)? (required|needed|first)|(not|must|please|need to|first"
            r"|requires?|un)\s?(be )?(log ?in|login|logged in|authenticat(e|ed|ion))\b"
            r"|credentials for relay|(authenticate|log ?in|auth) (first|before)|smtp[- ]auth"
        ),
    ),
)
_GREYLISTED: Final = re.compile(r"gr[ae]y[- ]?list")
"""A server defers whom it does not know; a second try is taken."""
_LATER: Final = re.compile(
    r"later|again|retry|gr[ae]y|tempora|busy|wait|moment|minute|second|hour|day|slow|rate|throttl"
    r"|come back|unavailable|defer|too (fast|many|much)"
)
_MAILBOX: Final = re.compile(r"mailbox|inbox|over ?quota|receiving")
"""A limit of the reader's mailbox: it is full, or gets too much."""
_OUTGOING: Final = re.compile(r"\b(send|sending|outgoing|outbound|submission|relay) (limit|quota)")
_LISTED_LINK: Final = re.compile(r"\b(ur[li]|link)s? (\w+ ){0,2}(black|block)?-?listed")
_STORAGE: Final = frozenset({452, 552})
"""RFC 5321, 4.2.3: no room; many servers say it of a mailbox, some of what an account may send."""
_SENDING: Final = re.compile(
    r"submission|\bsen[dt]|daily|hourly|outgoing|outbound|\bper (hour|day|minute)|messages|mails"
    r"|too many"
)


def cause_of(reply: Reply) -> Cause | None:
    """Return what a refusal or deferral says is wrong on our side; None where it does not say."""
    words = without_addresses(reply.text).lower()
    about = reply.enhanced[2:]
    if _OF_THE_ACCOUNT.search(words):
        return Cause.ACCOUNT
    if about in _SENDER_CODES or (about.startswith("1.") and _OF_THE_SENDER.search(words)):
        return Cause.SENDER
    if about in _GROUP_CODES or is_of_the_address(reply) or _GREYLISTED.search(words):
        return None
    coded = _by_code(about)
    if coded is not None:
        return coded
    for cause, pattern in _BY_WORDS:
        if pattern.search(words) and not _means_another(cause, reply, words):
            return cause
    return Cause.LOGIN if reply.code in _LOGIN_WANTED else None


def _means_another(cause: Cause, reply: Reply, words: str) -> bool:
    """Return whether the words of a cause are about a reader's mailbox, or a link in the issue."""
    if cause is Cause.LIMIT:
        return _is_full(reply, words)
    return cause is Cause.CLIENT and bool(_LISTED_LINK.search(words))


def _is_full(reply: Reply, words: str) -> bool:
    """Return whether the words of a limit are about the reader's mailbox (RFC 3463: X.2.x)."""
    may_be = reply.code in _STORAGE or reply.enhanced[2:4] == "2."
    if _OUTGOING.search(words):
        return False
    return bool(_MAILBOX.search(words)) or (may_be and not _SENDING.search(words))


def is_policy(reply: Reply) -> bool:
    """Return whether a deferral is a policy's and says nothing of a later time (RFC 3463, 3.8)."""
    return (
        reply.enhanced.startswith("4.7.")
        and reply.code != _THROTTLED
        and not _LATER.search(reply.text.lower())
    )


def _by_code(about: str) -> Cause | None:
    for codes, cause in (
        (_DOMAIN_CODES, Cause.DOMAIN),
        (_CLIENT_CODES, Cause.CLIENT),
        (_LOGIN_CODES, Cause.LOGIN),
        (_LIMIT_CODES, Cause.LIMIT),
        (_ACCOUNT_CODES, Cause.ACCOUNT),
        (_TLS_CODES, Cause.TLS),
    ):
        if about in codes:
            return cause
    return None


def is_bad_address(outcome: Outcome) -> bool:
    """Return whether a refusal says that the address itself is bad."""
    if outcome.verdict is not Verdict.REFUSED or outcome.phase is not Phase.RCPT:
        return False
    reply = Reply(outcome.code, outcome.enhanced, outcome.text)
    return is_of_the_address(reply) and cause_of(reply) is None


def is_refused_at_rcpt(outcome: Outcome) -> bool:
    """Return whether a server said no to RCPT, in its own words."""
    return (
        outcome.verdict is Verdict.REFUSED
        and outcome.phase is Phase.RCPT
        and outcome.code // 100 == _PERMANENT
    )
