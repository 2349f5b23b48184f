"""What stands for a person who was erased: a keyed hash of their address, written like one.

`erased-LETTERS@erased.invalid` has 24 letters of keyed BLAKE2b (RFC 7693, 2.9) over the address's
key; `.invalid` is nobody's domain (RFC 2606, 2). Without the workspace's key nobody can tell from
it which address it was; with it, each address that is read later can be compared.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from newsletter.basics.address import Address
from newsletter.basics.tokens import Key

_DOMAIN: Final = "erased.invalid"
END: Final = f"@{_DOMAIN}"
"""The end of the `Address.key` of every alias."""
ERASED_AND_RESTORED: Final = "this token is of somebody who was erased and restored since"
"""What is said of a token that leads to an alias which is suppressed no more."""
_LABEL: Final = b"erased"
_OCTETS: Final = 15


def alias_of(key: str, secret: Key) -> Address:
    """Return what stands for an address, by its `Address.key`, once it is erased."""
    mac = hashlib.blake2b(
        key.encode(), digest_size=_OCTETS, key=secret.secret, person=_LABEL
    ).digest()
    return Address(f"erased-{base64.b32encode(mac).decode('ascii').lower()}", _DOMAIN)


def is_alias(key: str) -> bool:
    """Return whether an `Address.key` stands for somebody who was erased."""
    return key.endswith(END)


def spellings(address: Address) -> tuple[str, ...]:
    """Return an address as it may be written: its domain in ASCII, and in its own letters."""
    import idna  # its tables are large, and only an erasure needs them

    spelled = [str(address)]
    with contextlib.suppress(idna.IDNAError, UnicodeError):
        spelled.append(f"{address.local}@{idna.decode(address.domain)}")
    return tuple(dict.fromkeys(spelled))


class Aliases:
    """Finds who was erased among addresses: `suppressed` are keys, of which only aliases count.

    `keys` are those of the workspace: an alias may have been made with any of them.
    """

    def __init__(self, suppressed: Iterable[str] = (), keys: Sequence[Key] = ()) -> None:
        self._known: Final = frozenset(each for each in suppressed if is_alias(each))
        self._keys: Final = list(keys)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, key: str) -> str | None:
        """Return the alias that stands for an `Address.key`, or None where they were not erased."""
        if self._known:
            for secret in self._keys:
                alias = alias_of(key, secret).key
                if alias in self._known:
                    return alias
        return None
