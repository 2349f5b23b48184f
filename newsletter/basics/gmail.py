"""Gmail's domains and limits, for the checks and the preview."""

from __future__ import annotations

DOMAINS = frozenset({"gmail.com", "googlemail.com"})
"""Two names of one host, which also ignores dots in a local part (support.google.com/mail/answer/
7436150)."""
CLIP = 102_000
"""Octets of HTML; Gmail hides the rest behind a link, with the unsubscribe link in it."""
LARGE, TOO_LARGE = 80_000, 100_000
"""Octets of HTML: more is a warning, or an error."""
STYLES = 16_000
"""Octets of styles; Gmail drops all of them where they are more (caniemail, hteumeuleu's
email-bugs 17)."""
