"""Addresses that can be mailed and may be mistakes: reported, never refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.notices.domains import BIG, likely_meant
from newsletter.audience.notices.notices import Notices
from newsletter.basics.address import Address

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmil.com", "gmail.com"),
        ("hotnail.com", "hotmail.com"),
        ("hotnail.con", "hotmail.com"),
        ("otmail.com", "hotmail.com"),
        ("hotmial.fr", "hotmail.fr"),
        ("yahoo.con", "yahoo.com"),
        ("yahoo.vom", "yahoo.com"),
        ("outlok.com", "outlook.com"),
        ("gmx.dr", "gmx.de"),
        ("aol.cmo", "aol.com"),
        ("tonline.de", "t-online.de"),
    ],
)
def test_a_slip_of_a_big_host_has_a_suggestion(domain: str, meant: str) -> None:
    assert likely_meant(domain) == meant


@pytest.mark.parametrize(
    "domain",
    [
        *("mail.com", "email.com", "ymail.com", "gmx.net", "gmx.fr", "hotmail.fr", "hotmail.se"),
        *("yahoo.co.id", "yahoo.com.ar", "live.se", "aol.fr", "web.com", "web.dev", "me.de"),
        *("libera.it", "cloud.com", "love.com", "online.de", "gambler.ru", "gail.com", "hmail.com"),
        *("outlook.dk", "example.org", "gmail.example.org", "org", ""),
    ],
)
def test_a_real_domain_near_a_big_one_is_no_slip(domain: str) -> None:
    assert likely_meant(domain) is None


def test_no_big_host_is_a_slip_of_another() -> None:
    assert [domain for domain in sorted(BIG) if likely_meant(domain) is not None] == []


LIST = """email,status
ada@gmial.com,
bo@mailinator.com,
info@example.org,
cy+news@example.org,
+di@example.org,
e.f@gmail.com,
gus@hotnail.con,unsubscribed
hal@gmial.com,
"""


def test_a_check_reports_them_with_counts_and_lines_and_ends_well(
    run: Run, workspace: Path
) -> None:
    (workspace / "subscribers.csv").write_text(LIST, encoding="utf-8")
    result = run("subscribers", "check", "--json")
    told = [
        (each["rule"], each["level"], each["count"], each["lines"], each["message"])
        for each in json.loads(result.stdout)["problems"]
    ]
    slip = "gmial.com, for gmail.com?"
    assert told == [
        (
            "misspelt-domain",
            "warning",
            2,
            [2, 9],
            f"2 addresses at domains that may be misspelt: {slip} (line 2), {slip} (line 9)",
        ),
        ("throwaway-domain", "warning", 1, [3], "1 throw-away address: mailinator.com (line 3)"),
        (
            "role-addresses",
            "info",
            1,
            [4],
            "1 address of an office, not of a person: info@ (line 4)",
        ),
        ("plus-tag", "info", 1, [5], "1 address with a tag behind +: ...+news@ (line 5)"),
        ("gmail-dots", "info", 1, [7], "1 Gmail address with dots: (line 7)"),
    ]
    assert result.exit_code == 0


def test_a_check_names_the_first_lines_of_many(run: Run, workspace: Path) -> None:
    rows = "".join(f"r{number}@yahoo.con\n" for number in range(1_200))
    (workspace / "subscribers.csv").write_text(f"email\n{rows}", encoding="utf-8")
    result = run("subscribers", "check")
    assert (
        "subscribers.csv:2: warning: 1,200 addresses at domains that may be misspelt"
        in result.stderr
    )
    assert "(line 6), ...\n" in result.stderr
    assert "(line 7)" not in result.stderr
    assert result.exit_code == 0


def test_a_reader_costs_a_few_look_ups() -> None:
    notices = Notices()
    readers = [
        Member(Subscriber(Address(f"r{each}", f"host{each % 20_000}.example"), "", {}), each, None)
        for each in range(100_000)
    ]
    began = time.process_time()
    for each in readers:
        notices.add(each)
    assert time.process_time() - began < 2
    assert notices.found() == ()
