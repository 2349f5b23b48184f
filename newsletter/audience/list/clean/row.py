"""One row of a list, mended where that is safe."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.audience.list.clean.address import AROUND, mend_address
from newsletter.audience.list.clean.repair import Kind
from newsletter.audience.list.columns import Columns
from newsletter.audience.list.gates import Gate, first_stop
from newsletter.audience.list.listfile import LONGEST_NAME, RowReader, fitted
from newsletter.audience.list.survey import keys_in
from newsletter.basics.address import BadAddress, parse_address

NAME = "name"
_NAMES = (NAME, "first_name", "last_name")
_NEVER_READ = frozenset({Kind.NAME, Kind.MAILTO, Kind.INVISIBLE})
"""With any of these around or in it, a cell is read as no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedRow:
    """A row as it may stand in the copy.

    `key` is its `Address.key`, None for a row that no mailing can use: its `cells` are then as
    they were. `name` stood around the address and has no cell yet.
    """

    cells: list[str]
    key: str | None
    kinds: tuple[Kind, ...] = ()
    name: str = ""


class RowMender:
    """Mends rows, unless somebody who is excluded now might be mailed then.

    `suppressed` and `barred` are by `Address.key`; `barred` are those of the Survey.
    """

    def __init__(
        self,
        columns: Columns,
        gates: list[Gate],
        *,
        suppressed: Collection[str],
        barred: AbstractSet[str],
        shown: Path,
    ) -> None:
        self._email = columns.email
        self._width = len(columns.names)
        self._gates = gates
        self._suppressed = suppressed
        self._barred = barred
        self._whole_name = columns.names.index(NAME) if NAME in columns.names else None
        self._names = [at for at, name in enumerate(columns.names) if name in _NAMES]
        self._reader = RowReader(columns, [], shown=shown, report=lambda _problem: None)

    def mend(self, cells: list[str], *, padded: bool) -> MendedRow:
        """Return a row mended, or as it is where it cannot be."""
        if not padded and len(cells) == self._width:
            key = self._plain_key(cells)
            if key is not None:
                return MendedRow(cells=cells, key=key)
        fitting = fitted(cells, self._width)
        row = self._best(fitting) if len(fitting) == self._width else None
        if row is None:
            return MendedRow(cells=cells, key=None)
        if len(fitting) != len(cells):
            return replace(row, kinds=(Kind.EMPTY_CELLS, *row.kinds))
        return row

    def wants_a_column(self, row: MendedRow) -> bool:
        """Return whether a row's name could be kept if the list had a column for it."""
        if self._whole_name is not None or not _is_a_name(row.name):
            return False
        return not any(row.cells[at] for at in self._names)

    def bars(self, cells: Iterable[str], *, but: str | None = None) -> bool:
        """Return whether cells hold the address of somebody, `but` one, who is barred."""
        return any(key in self._barred and key != but for key in keys_in("\n".join(cells)))

    def _plain_key(self, cells: list[str]) -> str | None:
        """Return the key of a row in which nothing can be wrong, or None; most rows are such."""
        text, cell = "".join(cells), cells[self._email]
        if len(text) > LONGEST_NAME or not text.isascii() or not text.isprintable():
            return None
        if cell.startswith("'"):
            return None
        try:
            return parse_address(cell).key
        except BadAddress:
            return None

    def _best(self, cells: list[str]) -> MendedRow | None:
        """Return a row mended, or as it is if only that is safe; None for one that is left out."""
        row = self._mended(cells)
        if row is not None and row.cells == cells:
            return row
        is_unread = row is not None and not _NEVER_READ.isdisjoint(row.kinds)
        before = None if is_unread else self._key(cells)
        if row is not None and self._is_safe(cells, before, row):
            return row
        return None if before is None else MendedRow(cells=cells, key=before)

    def _key(self, cells: list[str]) -> str | None:
        member = self._reader.read(0, list(cells))
        return None if member is None else member.subscriber.address.key

    def _mended(self, fitting: list[str]) -> MendedRow | None:
        mended = mend_address(fitting[self._email])
        if mended is None:
            return None
        cells = [cell.strip(AROUND) for cell in fitting]
        kinds = mended.kinds if cells == fitting else (Kind.SPACE, *mended.kinds)
        cells[self._email], name = mended.text, mended.name
        if self._whole_name is not None and not any(cells[at] for at in self._names):
            cells[self._whole_name] = name if _is_a_name(name) else ""
            name = "" if _is_a_name(name) else name
        key = self._key(cells)
        return None if key is None else MendedRow(cells=cells, key=key, kinds=kinds, name=name)

    def _is_safe(self, cells: list[str], before: str | None, row: MendedRow) -> bool:
        """Return whether everybody who is excluded now stays so.

        Only full-width letters and an apostrophe change an address that can be read: whoever is
        excluded under the old spelling keeps it. A row that could not be read bars every address
        in it, for any word of any cell; as a row, it bars its own, for what its columns say.
        """
        if before == row.key:
            return True
        if before is not None:
            return before not in self._suppressed and before not in self._barred
        if self.bars(cells, but=row.key):
            return False
        return row.key not in self._barred or first_stop(self._gates, row.cells) is not None


def _is_a_name(name: str) -> bool:
    """Return whether the list takes a text as a name."""
    return bool(name) and len(name) <= LONGEST_NAME and name.isprintable()
