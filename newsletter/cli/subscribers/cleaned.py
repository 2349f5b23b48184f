"""What `newsletter subscribers check --write` says of the copy, as lines and JSON."""

from __future__ import annotations

from typing import Any

from newsletter.audience.list.clean.clean import Cleaned
from newsletter.audience.list.clean.repair import WORDS
from newsletter.cli.terminal import output


def repairs_json(cleaned: Cleaned | None) -> dict[str, Any]:
    """Return the repairs and their counts by kind, both empty where no copy was written."""
    if cleaned is None:
        return {"repairs": [], "repair_counts": {}}
    return {
        "repairs": [
            {"line": each.line, "kind": each.kind, "message": each.message}
            for each in cleaned.repairs.first
        ],
        "repair_counts": dict(sorted(cleaned.repairs.counts.items())),
    }


def print_repairs(cleaned: Cleaned, file: str, *, most: int | None) -> None:
    """Print the repairs by kind, and the lines of at most `most`."""
    counts, first = cleaned.repairs.counts, cleaned.repairs.first
    told = first if most is None else first[:most]
    for each in told:
        place = f"line {each.line}" if each.line is not None else "the whole list"
        output.say(f"{place}: {each.message}")
    more = len(first) - len(told)
    if more:
        output.say(f"... and {more:,} more lines; --all shows them")
    rows = [(WORDS[kind], f"{number:,}") for kind, number in sorted(counts.items())]
    if rows:
        output.table(("repaired", "number"), rows, right=("number",))
    output.say(f"Written: {file}, {cleaned.rows:,} rows{'' if rows else ', nothing repaired'}")
