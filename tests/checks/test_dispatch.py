"""How it goes out: the sender's domain, the header to leave by, limits, the time, consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsletter.audience.audience import Audience
from newsletter.basics.address import parse_address
from newsletter.checks.dossier import Consents, Dossier, Readers, RoleAddress
from newsletter.checks.reading.census import take_census
from newsletter.checks.reading.mail_hosts import organisational
from newsletter.checks.registry import check_issue
from newsletter.settings.values import DeliverySettings, Mailbox, Rate, Scheme, TransportUrl
from tests.checks.samples import SETTINGS, SOUND, message

Told = list[tuple[str, str, int | None]]


def told(dossier: Dossier) -> Told:
    found = [each for each in check_issue(dossier).findings if each.rule != "size"]
    return [(each.rule, each.level.value, each.line) for each in found]


def sent_from(address: str, host: str = "smtp.network.example", **delivery: Any) -> Dossier:
    url = TransportUrl(scheme=Scheme.SMTP, host=host, port=587)
    news = replace(SETTINGS.newsletter, sender=Mailbox(name="", address=parse_address(address)))
    settings = replace(
        SETTINGS,
        newsletter=news,
        delivery=DeliverySettings(transport=url, **delivery),
        unsubscribe_mailto=news.sender.address,
        lines={"newsletter.from": 3, "delivery.dkim_domain": 20, "delivery.connections": 21,
               "delivery.rate": 22, "unsubscribe.mailto": 12},
    )  # fmt: skip
    return replace(SOUND, settings=settings)


@pytest.mark.parametrize(
    ("address", "dkim", "expected"),
    [
        ("news@network.ca", "network.ca", []),
        ("news@mail.network.ca", "network.ca", []),
        ("news@network.ca", "eu1.network.ca", []),
        ("news@network.co.uk", "other.co.uk", [("sender-domain", "error", 20)]),
        ("news@network.ca", "mailhost.ca", [("sender-domain", "error", 20)]),
        ("news@network.ca", None, []),
    ],
)
def test_the_senders_domain_is_that_which_signs(
    address: str, dkim: str | None, expected: Told
) -> None:
    assert told(sent_from(address, "smtp.network.ca", dkim_domain=dkim)) == expected


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("network@gmail.com", "smtp.mailhost.ca", "error"),
        ("network@gmail.com", "smtp.gmail.com", "warning"),
        ("network@gmail.com", "127.0.0.1", "warning"),
        ("network@googlemail.com", "smtp.gmail.com", "warning"),
        ("network@yahoo.com", "smtp.office365.com", "error"),
        ("network@hotmail.com", "smtp.office365.com", "warning"),
        ("news@example.org", "smtp.gmail.com", "error"),
        ("news@example.org", "127.0.0.1", None),
        ("news@example.org", "smtp.example.org", None),
        ("news@gmail.com.network.ca", "smtp.network.ca", None),
    ],
)
def test_a_mailbox_that_anybody_can_have_is_no_sender(
    address: str, host: str, expected: str | None
) -> None:
    dossier = replace(sent_from(address, host), readers=Readers(mailable=2))
    found = [each for each in told(dossier) if each[0] == "sender-domain"]
    assert found == ([("sender-domain", expected, 3)] if expected else [])


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("example.org", "example.org"),
        ("a.b.example.org", "example.org"),
        ("news.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("mail.uni.ac.jp", "uni.ac.jp"),
        ("com.example.io", "example.io"),
    ],
)
def test_an_organisations_domain_is_below_the_registrys(domain: str, organisation: str) -> None:
    assert organisational(domain) == organisation


def test_many_readers_want_one_click() -> None:
    many = replace(sent_from("news@network.ca", "smtp.network.ca"), readers=Readers(mailable=5_000))
    assert told(many) == [("list-unsubscribe", "warning", 12)]
    settings = replace(many.settings, unsubscribe_url="https://news.network.ca/u")
    made = message(unsubscribe_url="https://news.network.ca/u")
    assert told(replace(many, settings=settings, message=made)) == []


def test_who_leaves_writes_to_the_senders_domain() -> None:
    settings = replace(SETTINGS, unsubscribe_mailto=parse_address("leave@other.example"))
    made = message(unsubscribe_mailto=parse_address("leave@other.example"))
    dossier = replace(SOUND, settings=settings, message=made)
    assert told(dossier) == [("list-unsubscribe", "info", None)]


@pytest.mark.parametrize(
    ("readers", "rates", "expected"),
    [
        (800, (Rate(30, 60),), [("duration", "info", 22)]),
        (20, (Rate(30, 60),), []),
        (800, (), []),
        (100_000, (Rate(30, 60),), [("duration", "warning", 22)]),
        (25_000, (Rate(10_000, 86_400),), [("duration", "warning", 22)]),
    ],
)
def test_how_long_it_takes_is_told(readers: int, rates: tuple[Rate, ...], expected: Told) -> None:
    dossier = sent_from("news@network.ca", "smtp.network.ca", rate=rates)
    settings = replace(dossier.settings, unsubscribe_url="https://news.network.ca/u")
    made = message(unsubscribe_url="https://news.network.ca/u")
    dossier = replace(dossier, settings=settings, message=made, readers=Readers(mailable=readers))
    assert told(dossier) == expected


@pytest.mark.parametrize(
    ("host", "delivery", "readers", "expected"),
    [
        ("smtp.office365.com", {"connections": 3, "rate": (Rate(30, 60),)}, 800, []),
        ("smtp.office365.com", {"connections": 5, "rate": (Rate(30, 60),)}, 800, [21]),
        ("SMTP.Office365.com", {"connections": 3}, 800, [22]),
        ("smtp.office365.com", {"connections": 3}, 20, []),
        ("smtp.office365.com", {"rate": (Rate(1, 1),)}, 800, [22]),
        ("smtp.office365.com", {"rate": (Rate(30, 60),)}, 12_000, [22]),
        ("smtp.office365.com", {"rate": (Rate(30, 60), Rate(10_000, 86_400))}, 12_000, []),
        ("smtp.gmail.com", {"rate": (Rate(100, 3_600),)}, 3_000, [22]),
        ("smtp.gmail.com", {"rate": (Rate(80, 3_600),)}, 3_000, []),
        ("smtp.unknown.example", {"connections": 50}, 3_000, []),
    ],
)
def test_what_a_host_is_known_to_take_is_not_exceeded(
    host: str, delivery: dict[str, Any], readers: int, expected: list[int]
) -> None:
    dossier = replace(
        sent_from("news@network.ca", host, **delivery), readers=Readers(mailable=readers)
    )
    found = [each for each in told(dossier) if each[0] == "host-limits"]
    assert found == [("host-limits", "warning", line) for line in expected]


# --- the list


LIST = """\
email,first_name,status,consent,consent_expires
ada@example.org,Ada,active,express,
info@example.net,Office,active,express,
grace@example.net,"Grace ""Amazing"" & Co",active,implied,2026-12-20
ida@example.net,Ida,active,implied,
old@example.net,A far longer name than any other that is mailed,active,implied,2026-01-01
left@example.com,Lee,unsubscribed,express,
eve@example.com,Eve,active,implied,2026-12-01
"""


def census(tmp_path: Path, text: str = LIST) -> Readers:
    file = tmp_path / "subscribers.csv"
    file.write_text(text, encoding="utf-8")
    audience = Audience(file, shown=Path(file.name), today=date(2026, 11, 3))
    return take_census(audience, date(2026, 11, 3))


def test_one_pass_over_the_list_counts_whatever_is_asked_of_it(tmp_path: Path) -> None:
    found = census(tmp_path)
    assert found.mailable == 5
    assert found.longest["first_name"] == 'Grace "Amazing" & Co'
    assert found.excluded == {"consent expired": 1, "unsubscribed in the list": 1}
    assert found.consents == Consents(ending=2, first=date(2026, 12, 1), line=8, open_ended=1)
    assert (found.roles, found.role_count) == ((RoleAddress("info", 3),), 1)


def test_what_the_list_says_of_consents_and_offices_is_told(tmp_path: Path) -> None:
    dossier = replace(SOUND, readers=census(tmp_path))
    assert told(dossier) == [
        ("consent", "warning", None),
        ("consent", "warning", 8),
        ("consent", "info", None),
        ("role-addresses", "info", 3),
    ]
    messages = [each.message for each in check_issue(dossier).findings if each.rule == "consent"]
    assert messages == [
        "1 reader left out: the consent is over",
        "the consent of 2 readers ends within 60 days, the first on 2026-12-01",
        "1 reader with implied consent and no date of its end",
    ]
