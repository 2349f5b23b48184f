"""Who is to be erased: by their address, or by the alias that stands for them already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.audience.register.alias import Aliases, alias_of, is_alias, spellings
from newsletter.basics.address import Address
from newsletter.basics.tokens import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A person: `alias` stands for them once they are erased; `keys` are the workspace's.

    `address` is None where a token led to somebody who is erased: files are searched for an
    address with that alias.
    """

    alias: Address
    address: Address | None
    keys: Sequence[Key]

    def is_theirs(self, key: str) -> bool:
        """Return whether an `Address.key` is the person's."""
        if self.address is not None:
            return key == self.address.key
        return any(alias_of(key, secret) == self.alias for secret in self.keys)

    def spellings(self) -> tuple[str, ...]:
        """Return the address as it may be written: its domain in ASCII, and in its own letters."""
        return () if self.address is None else spellings(self.address)


def sought(address: Address, aliases: Aliases, keys: Sequence[Key]) -> Sought:
    """Return who an address or an alias stands for; one that is known keeps its alias."""
    if is_alias(address.key):
        return Sought(alias=address, address=None, keys=keys)
    known = aliases.find(address.key)
    alias = next(
        (each for secret in keys if (each := alias_of(address.key, secret)).key == known),
        alias_of(address.key, keys[0]),
    )
    return Sought(alias=alias, address=address, keys=keys)
