"""A person on the list."""

from __future__ import annotations

from typing import NamedTuple

from newsletter.address import Address


class Subscriber(NamedTuple):
    """One reader: `name` is the display name ("" where unknown).

    `fields` are the values that templates may insert: the list's known columns and any others,
    under the column's name, empty ones left out; `email` and `name` are always among them where
    they have a value.
    """

    address: Address
    name: str
    fields: dict[str, str]
