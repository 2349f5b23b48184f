"""Consent: what a person agreed to, how that is known, and when it ends.

Express consent does not end. Implied consent does (CASL, section 10(10): two years after a
purchase, six months after an inquiry). The soft opt-in of charities stands for people whose
details were collected after 2026-02-05 (United Kingdom, Data (Use and Access) Act 2025, section
114).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.audience.list.basis import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent: `source` is where it was given, `wording` what they were shown.

    `at` has a time zone, or is None where the day is not known. `expires` is the last day on which
    it holds; None for one that does not end. `ip` is kept only where a setting asks for it.
    """

    basis: Basis
    source: str
    wording: str = ""
    at: datetime | None = None
    expires: date | None = None
    ip: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what is known of it, for an event's evidence."""
        found = {
            "basis": self.basis.value,
            "source": self.source,
            "wording": self.wording,
            "at": self.at.isoformat() if self.at else "",
            "expires": self.expires.isoformat() if self.expires else "",
            "ip": self.ip,
        }
        return {name: value for name, value in found.items() if value}

    def as_fields(self) -> dict[str, str]:
        """Return it as the columns of a list; what is not known is empty."""
        return {
            "consent": self.basis.value,
            "consent_source": self.source,
            "consent_date": self.at.date().isoformat() if self.at else "",
            "consent_expires": self.expires.isoformat() if self.expires else "",
        }


def consent_of(evidence: Mapping[str, object]) -> Consent | None:
    """Return the consent in an event's evidence, or None where it has none."""
    found = evidence.get("consent")
    if not isinstance(found, Mapping):
        return None
    at, expires = found.get("at"), found.get("expires")
    return Consent(
        basis=Basis(found.get("basis", Basis.UNKNOWN)),
        source=found.get("source", ""),
        wording=found.get("wording", ""),
        at=datetime.fromisoformat(at) if at else None,
        expires=date.fromisoformat(expires) if expires else None,
        ip=found.get("ip", ""),
    )
