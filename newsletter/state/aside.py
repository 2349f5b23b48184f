"""The second journal: outcomes that the ledger could not take, in a file beside it.

Written where a server has answered and the ledger is full or locked for good; read at the next
start, before anything is sent. One JSON object a line:

    {"delivery": 17, "state": "accepted", "at": 1.5, "due": null, "outcome": ["accepted", 250, ...]}
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newsletter.outcome import Outcome, Phase, State, Verdict
from newsletter.state.ledger import Settlement


def write_aside(file: Path, settlements: Sequence[Settlement]) -> None:
    """Append settlements and sync them; the file is for its owner alone."""
    lines = "".join(json.dumps(_as_object(each)) + "\n" for each in settlements)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(lines)
        out.flush()
        os.fsync(out.fileno())


def read_aside(file: Path) -> list[Settlement]:
    """Return what was set aside; a line that a full disk cut off says nothing."""
    if not file.exists():
        return []
    found: list[Settlement] = []
    for line in file.read_text("utf-8", errors="replace").splitlines():
        try:
            found.append(_settlement(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _as_object(each: Settlement) -> dict[str, object]:
    said = each.outcome
    outcome = [said.verdict, said.code, said.enhanced, said.text, said.phase]
    return {
        "delivery": each.delivery,
        "state": each.state,
        "at": each.at,
        "due": each.due,
        "outcome": outcome,
    }


def _settlement(raw: dict[str, Any]) -> Settlement:
    verdict, code, enhanced, text, phase = raw["outcome"]
    return Settlement(
        int(raw["delivery"]),
        State(raw["state"]),
        Outcome(Verdict(verdict), int(code), str(enhanced), str(text), Phase(phase)),
        float(raw["at"]),
        None if raw["due"] is None else float(raw["due"]),
    )
