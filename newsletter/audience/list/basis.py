"""On which ground somebody is mailed: the words of the column `consent`."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """A ground; newsletter.audience.register.consent says which of them end."""

    EXPRESS = "express"
    IMPLIED = "implied"
    CHARITY_SOFT_OPT_IN = "charity-soft-opt-in"
    UNKNOWN = "unknown"
