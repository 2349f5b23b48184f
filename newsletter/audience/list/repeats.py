"""Keys of rows that were read before: each compared whole, in half the memory of a dict or less.

Compiled by mypyc.
"""

from __future__ import annotations

from array import array
from typing import Final


class Repeats:
    """The first line of each key, about `expected` of them: its octets and some 45 more.

    A hash table with chains: `heads` has the number of the newest key of each slot, `older` that
    of the one before it in the slot. Number 0 is no key. The keys stand one after another in
    `octets`. Two keys with one hash are told apart, for they are compared themselves.
    """

    def __init__(self, expected: int) -> None:
        slots = 1 << expected.bit_length()
        self._mask: Final = slots - 1
        self._heads: Final = array("Q", bytes(8 * slots))
        self._older: Final = array("Q", [0])
        self._lines: Final = array("Q", [0])
        self._ends: Final = array("Q", [0])
        self._octets: Final = bytearray()

    def first_line(self, key: str, line: int) -> int | None:
        """Return the line of the first row with a key; None, and note `line`, where this is it."""
        octets = key.encode("utf-8", "surrogatepass")
        slot = hash(key) & self._mask
        at: int = self._heads[slot]
        while at:
            if self._octets[self._ends[at - 1] : self._ends[at]] == octets:
                return self._lines[at]
            at = self._older[at]
        self._older.append(self._heads[slot])
        self._heads[slot] = len(self._lines)
        self._lines.append(line)
        self._octets.extend(octets)
        self._ends.append(len(self._octets))
        return None
