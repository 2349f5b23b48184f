"""The register as an audience needs it: who must not be mailed, and what people chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.audience.register.alias import Aliases
from newsletter.audience.register.choice import Choice
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics.tokens import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Suppressions and choices by `Address.key`; `aliases` finds who was erased among others."""

    suppressed: Mapping[str, Suppression] = field(default_factory=dict)
    aliases: Aliases = field(default_factory=Aliases)
    choices: Mapping[str, Choice] = field(default_factory=dict)


def register_of(
    suppressed: Mapping[str, Suppression], choices: Mapping[str, Choice], keys: Sequence[Key]
) -> Register:
    """Return the register of a workspace with these keys."""
    return Register(suppressed=suppressed, aliases=Aliases(suppressed, keys), choices=choices)
