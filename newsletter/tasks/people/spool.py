"""What is to be written later, in a temporary file without a name: it goes with the process."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self


class Spool:
    """Keeps values that JSON has, in their order, outside of memory. `count` says how many."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - see __exit__
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, value: Any) -> None:
        """Keep a value."""
        self._file.write(json.dumps(value) + "\n")
        self.count += 1

    def __iter__(self) -> Iterator[Any]:
        """Yield the values kept so far."""
        self._file.seek(0)
        yield from map(json.loads, self._file)
