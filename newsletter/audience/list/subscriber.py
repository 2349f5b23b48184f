"""A person on the list.

Compiled by mypyc.
"""

from __future__ import annotations

from typing import Final

from newsletter.basics.address import Address
from newsletter.basics.value import Value


class Subscriber(Value):
    """One reader: `name` is the display name ("" where unknown).

    `fields` are the values that templates may insert: the list's known columns and any others,
    under the column's name, empty ones left out; `email` and `name` are always among them where
    they have a value.
    """

    def __init__(self, address: Address, name: str, fields: dict[str, str]) -> None:
        self.address: Final = address
        self.name: Final = name
        self.fields: Final = fields

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.address, self.name, self.fields
