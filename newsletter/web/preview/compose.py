"""Composing an issue beside its email."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute


def routes(_root: Path) -> list[BaseRoute]:
    """Return the routes over the workspace at a root."""
    return []
