"""A workspace opened: the one place that picks implementations."""

from __future__ import annotations
