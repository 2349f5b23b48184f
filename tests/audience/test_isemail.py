"""Addresses of the is_email suite in a list: which can be mailed, and the documented few."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from newsletter.audience.audience import Audience
from newsletter.basics.address import BadAddress, parse_address
from tests.audience.isemail import CFWS, DEPREC, DNSWARN, ERR, RFC5321, RFC5322, VALID

WHITE_SPACE = " \t\r\n"


def is_accepted(text: str) -> bool:
    try:
        parse_address(text)
    except BadAddress:
        return False
    return True


def mailable_of(folder: Path, addresses: tuple[str, ...]) -> list[str]:
    """Return the addresses of a list that would be mailed, as they stand in its file."""
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("email", "number"))
    writer.writerows((address, number) for number, address in enumerate(addresses))
    file = folder / "subscribers.csv"
    file.write_text(content.getvalue(), encoding="utf-8", newline="")
    audience = Audience(file, shown=Path(file.name), today=date(2026, 11, 1))
    return [addresses[int(each.subscriber.fields["number"])] for each in audience]


@pytest.mark.parametrize("address", VALID + DNSWARN)
def test_every_valid_address_is_accepted(address: str) -> None:
    parsed = parse_address(address)
    assert str(parsed) == address


def test_of_the_unusual_ones_only_three_kinds_are_refused() -> None:
    refused = [address for address in RFC5321 if not is_accepted(address)]
    assert refused == [
        address
        for address in RFC5321
        if address.startswith('"')  # a quoted local part
        or "[" in address  # an address literal
        or "." not in address  # a top-level domain alone
    ]


def test_every_wrong_address_is_left_out_of_a_list(tmp_path: Path) -> None:
    wrong = tuple(each for each in ERR + RFC5322 if each.strip(WHITE_SPACE) != "test@iana.org")
    assert mailable_of(tmp_path, wrong) == []


def test_of_a_message_s_own_forms_only_white_space_around_is_accepted(tmp_path: Path) -> None:
    forms = CFWS + DEPREC
    assert [each for each in forms if is_accepted(each)] == [
        each for each in forms if each.strip(WHITE_SPACE) == "test@iana.org"
    ]
    assert set(mailable_of(tmp_path, forms)) <= {each for each in forms if is_accepted(each)}


def test_white_space_around_a_cell_is_no_part_of_its_address() -> None:
    around = [each for each in ERR if each.strip(WHITE_SPACE) == "test@iana.org"]
    assert {str(parse_address(each)) for each in around} == {"test@iana.org"}
    assert len(around) == 16
