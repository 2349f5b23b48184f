"""Rules about sending: the sender's domain, List-Unsubscribe, the host's limits, the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Level, Problem
from newsletter.basics.times import roughly
from newsletter.checks.dossier import Dossier
from newsletter.checks.parsed import ParsedMessage
from newsletter.checks.reading.mail_hosts import BULK, FREEMAIL, LIMITS, organisational
from newsletter.checks.reading.texts import setting_place
from newsletter.content.issue.issue import Issue
from newsletter.delivery.pace import seconds_needed
from newsletter.settings.values import Rate, Scheme, TransportUrl

_DAY = 86_400
_HOUR = 3_600
_MINUTE = 60
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_EXAMPLES = re.compile(
    r"(?:.*\.)?(?:example\.(?:org|com|net|edu)|example|test|invalid)\Z", re.IGNORECASE
)
_UNITS = {1: "second", _MINUTE: "minute", _HOUR: "hour", _DAY: "day"}


def sender_domain(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a sender whose domain is not the one that signs: readers' servers refuse such mail."""
    settings = dossier.settings
    domain = settings.newsletter.sender.address.domain.lower()
    url = settings.delivery.transport
    signs = settings.delivery.dkim_domain
    if signs is not None and organisational(signs) != organisational(domain):
        yield _setting(
            dossier,
            "delivery.dkim_domain",
            f"{signs} signs the mail, and it comes from {domain}: DMARC requires one domain",
            f"let the mail host sign as {organisational(domain)}, or send from an address there",
            Level.ERROR,
        )
    if domain in FREEMAIL:
        yield _freemail(dossier, domain)
    elif url is not None and _EXAMPLES.match(domain) and _leads_away(url):
        yield _setting(
            dossier,
            "newsletter.from",
            f"{domain} is a domain for examples: no server takes mail from it",
            "write the address that the newsletter really comes from",
            Level.ERROR,
        )


def _freemail(dossier: Dossier, domain: str) -> Problem:
    url = dossier.settings.delivery.transport
    said = f"the newsletter comes from {domain}, where anybody can have a mailbox"
    if url is not None and _leads_away(url) and not re.search(FREEMAIL[domain], url.host):
        hint = "servers take it for a forgery: send from a domain of your own"
        through = f"{said}, through {url.host}"
        return _setting(dossier, "newsletter.from", through, hint, Level.ERROR)
    hint = "from a domain of your own it is less likely to end among the spam"
    return _setting(dossier, "newsletter.from", said, hint, Level.WARNING)


def list_unsubscribe(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a List-Unsubscribe that mail programs could not use (RFC 2369, RFC 8058)."""
    if dossier.message is not None:
        yield from _unusable(dossier.message, issue)
    settings = dossier.settings
    readers = dossier.mailable
    if settings.unsubscribe_url is None and readers is not None and readers >= BULK:
        yield _setting(
            dossier,
            "unsubscribe.mailto",
            f"there is no one-click unsubscribing, and {readers:,} readers: from {BULK:,} a day on "
            "Gmail and Yahoo want it",
            "set unsubscribe.url to a page that takes it (RFC 8058)",
            Level.WARNING,
        )
    home = organisational(settings.newsletter.sender.address.domain)
    if organisational(settings.unsubscribe_mailto.domain) != home:
        yield _setting(
            dossier,
            "unsubscribe.mailto",
            f"who leaves writes to {settings.unsubscribe_mailto.domain}, not to {home}",
            "an address of the sender's own domain is trusted more",
            Level.INFO,
        )


def _unusable(message: ParsedMessage, issue: Issue) -> Iterator[Problem]:
    urls = _BRACKETED.findall(str(message.headers["List-Unsubscribe"] or ""))
    mailto = [url for url in urls if url.lower().startswith("mailto:")]
    secure = [url for url in urls if url.lower().startswith("https://")]
    if not mailto or not _is_mailto(mailto[0]) or len(mailto) + len(secure) != len(urls):
        yield Problem(
            message="List-Unsubscribe has no address that a mail program can write to",
            file=issue.file,
            hint="unsubscribe.mailto is an address that you read",
        )
    if bool(secure) != (message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"):
        yield Problem(
            message="List-Unsubscribe and List-Unsubscribe-Post do not fit: one-click fails",
            file=issue.file,
        )


def duration(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Report how long the mailing takes at the rates set; more than a day is a warning."""
    readers = dossier.mailable
    rates = dossier.settings.delivery.rate
    if not readers or not rates:
        return
    seconds = seconds_needed(readers, rates)
    count = f"{readers:,} message{'' if readers == 1 else 's'}"
    if seconds < _MINUTE:
        return
    is_long = seconds > _DAY
    yield _setting(
        dossier,
        "delivery.rate",
        f"{count} take about {roughly(seconds)} at the rates set",
        "send --limit divides it; a mail host that allows more makes it shorter"
        if is_long
        else None,
        Level.WARNING if is_long else Level.INFO,
        otherwise=issue.file,
    )


def host_limits(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find connections and rates beyond what the mail host is known to take."""
    delivery = dossier.settings.delivery
    limits = LIMITS.get(delivery.transport.host.lower()) if delivery.transport else None
    if limits is None:
        return
    if limits.connections is not None and delivery.connections > limits.connections:
        yield _setting(
            dossier,
            "delivery.connections",
            f"{limits.name} takes {limits.connections} connections at once, not "
            f"{delivery.connections}",
            f"connections = {limits.connections} ({limits.source})",
            Level.WARNING,
        )
    readers = dossier.mailable
    for count, seconds in limits.rates:
        if readers is not None and readers <= count:
            continue
        if not any(_keeps(rate, count, seconds) for rate in delivery.rate):
            unit = _UNITS[seconds]
            yield _setting(
                dossier,
                "delivery.rate",
                f"{limits.name} takes {count:,} messages a {unit}, and no rate keeps to that",
                f'rate = "{count}/{unit}" ({limits.source})',
                Level.WARNING,
            )


def _keeps(rate: Rate, count: int, seconds: int) -> bool:
    """Whether a rate never gives more than so many in so many seconds."""
    windows = max(1, -(-seconds // rate.seconds))
    return rate.count * windows <= count


def _is_mailto(url: str) -> bool:
    try:
        return bool(parse_address(url.partition(":")[2].partition("?")[0].replace("%2B", "+")))
    except BadAddress:
        return False


def _leads_away(url: TransportUrl) -> bool:
    """Whether mail leaves this machine, for a host that is no example."""
    is_here = url.host in {"localhost", "::1"} or url.host.startswith("127.")
    return url.scheme is not Scheme.MAILDIR and not is_here and not _EXAMPLES.match(url.host)


def _setting(
    dossier: Dossier,
    key: str,
    message: str,
    hint: str | None,
    level: Level,
    *,
    otherwise: Path | None = None,
) -> Problem:
    file, line = setting_place(dossier.settings, key)
    if line is None and otherwise is not None:
        file = otherwise
    return Problem(message=message, file=file, line=line, hint=hint, level=level)
