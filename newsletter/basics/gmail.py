"""Gmail's limits: what the checks warn of, and the preview shows."""

from __future__ import annotations

CLIP = 102_000
"""Octets of HTML; Gmail hides the rest behind a link, with the unsubscribe link in it."""
LARGE, TOO_LARGE = 80_000, 100_000
"""Octets of HTML from which on a warning and an error are due."""
STYLES = 16_000
"""Octets of styles; Gmail drops all of them where they are more (caniemail, hteumeuleu's
email-bugs 17)."""
