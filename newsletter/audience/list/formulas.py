"""Cells that a spreadsheet would run as formulas (OWASP, CSV injection)."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def guard_formula(cell: str) -> str:
    """Return a cell that spreadsheets do not run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard_formula(cell: str) -> str:
    """Undo guard_formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell
