"""Whether the compiled modules are those of the sources beside them.

Where there is a C compiler, the modules between the list and the wire are compiled when the
package is installed (tools/compile.py). Python imports a compiled module before its source, even
an outdated one. So the build writes a list of the sources with Python's own hash of each
(PEP 552); file times say nothing in a wheel.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
SOURCES = _PACKAGE / f"compiled.{sys.implementation.cache_tag}.txt"
"""A hash and a path in the package on each line; missing where nothing is compiled."""


def outdated() -> str | None:
    """Return the error for a source that was changed after it was compiled, or None."""
    first = next(_changed(), None)
    if first is None:
        return None
    return (
        f"error: {first} was changed after it was compiled, and its old code would run\n"
        "  Hint: python tools/compile.py compiles it again; so does installing newsletter again"
    )


def _changed() -> Iterator[Path]:
    try:
        lines = SOURCES.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        digest, _, name = line.partition(" ")
        source = _PACKAGE / name
        if not source.exists() or importlib.util.source_hash(source.read_bytes()).hex() != digest:
            yield source
