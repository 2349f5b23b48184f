"""A cell that should hold an address and nothing else, mended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.clean.repair import Kind
from newsletter.audience.list.formulas import unguard_formula
from newsletter.basics.address import Address, BadAddress, parse_address

# Soft hyphen, zero-width space, marks of direction, word joiner and invisible operators, BOM. Not
# the joiners U+200C and U+200D: RFC 5892, A.1 and A.2, allow them in a domain.
_UNSEEN = (0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_NOTHING = dict.fromkeys(_UNSEEN)
# White space beyond ASCII, as str.isspace has it.
_SPACES = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
AROUND = INVISIBLE + "\x1c\x1d\x1e\x1f" + "".join(map(chr, (*_SPACES, *_UNSEEN)))
"""White space, and what else nobody sees at the ends of a cell."""

# The NFKC of the full-width forms of ASCII (Unicode, block FF00); no other letter is touched.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_MAILTO = re.compile(r"mailto:([^?]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)  # RFC 6068, 2
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")  # RFC 5322, 3.4: name-addr
_QUOTES = " \"'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The address alone, as `text` and read; `name` stood around it ("" for none)."""

    text: str
    address: Address
    name: str
    kinds: tuple[Kind, ...]


def mend_address(cell: str) -> Mended | None:
    """Return the address of a cell, or None where what it holds is not plainly one."""
    text, kinds = cell.strip(AROUND), list[Kind]()
    name = ""
    for kind, mended in ((Kind.INVISIBLE, _NOTHING), (Kind.FULL_WIDTH, _FULL_WIDTH)):
        seen = text.translate(mended)
        if seen != text:
            text = seen
            kinds.append(kind)
    if named := _NAMED.fullmatch(text):
        name, text = named[1].strip(_QUOTES), named[2].strip(AROUND)
        kinds.append(Kind.NAME)
    if mailto := _MAILTO.fullmatch(text):
        text = mailto[1].strip(AROUND)
        kinds.append(Kind.MAILTO)
    bare = unguard_formula(text)
    if bare != text:
        text = bare
        kinds.append(Kind.GUARD)
    address = _read(text)
    if address is None or not _is_a_name(name, address):
        return None
    is_itself = "@" in name
    return Mended(text=text, address=address, name="" if is_itself else name, kinds=tuple(kinds))


def _read(text: str) -> Address | None:
    try:
        return parse_address(text)
    except BadAddress:
        return None


def _is_a_name(name: str, address: Address) -> bool:
    """Return whether a name is none of another mailbox: then two may be meant."""
    if "@" not in name:
        return True
    other = _read(name)
    return other is not None and other.key == address.key
