"""Web and mail addresses: what is wrong with one in an email, and which two are one page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from newsletter.basics.address import BadAddress, parse_address
from newsletter.content.text.links import WHOLE_ADDRESS, leads_nowhere

WEB = re.compile(r"https?://", re.IGNORECASE)
LOCAL = re.compile(r"(?:localhost|127\.|10\.|192\.168\.|\[::1\]|.*\.(?:local|internal|test)\Z)")
"""Hosts that only the editor can reach."""
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|_hsenc|igshid)\Z")
_LONGEST = 2_000
"""Characters of a URL; programs cut off what is longer."""


def wrong_with(url: str) -> tuple[str, str | None] | None:
    """Return what is wrong with a link's address, and a hint or None; None for a sound one."""
    scheme = url.partition(":")[0].lower()
    if scheme == "mailto":
        return _wrong_mailto(url)
    if scheme in {"http", "https"}:
        return _wrong_web(url)
    if url.startswith("#"):
        return f"'{url}' leads to no place in this email", "write the whole address"
    if re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE):
        return None if scheme in {"tel", "sms"} else (f"'{scheme}:' is no link for an email", None)
    return (
        leads_nowhere(url),
        f"write https://{url}" if re.match(r"[\w-]+(\.[\w-]+)+(/|\Z)", url) else WHOLE_ADDRESS,
    )


def _wrong_mailto(url: str) -> tuple[str, str | None] | None:
    address = unquote(url[len("mailto:") :].partition("?")[0])
    hint = "for example mailto:editor@example.org"
    for each in address.split(","):
        try:
            parse_address(each.strip())
        except BadAddress as error:
            return f"'{url}' is no address to write to: {error}", hint
    return None


def _wrong_web(url: str) -> tuple[str, str | None] | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"'{shortened(url)}' is no web address", None
    if len(url) > _LONGEST:
        return f"this address has {len(url):,} characters: many programs cut it off", None
    if not host:
        return f"'{url}' names no site", "for example https://example.org/page"
    if LOCAL.match(host):
        return f"{host} is a machine of your own: readers cannot reach it", None
    if "." not in host and ":" not in host:
        return f"'{host}' is no site: its name has no ending", "for example https://example.org"
    return None


def host_of(url: str) -> str:
    """Return the host in lower case, empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def same_page(url: str) -> str:
    """Return what two addresses of one page have in common."""
    parts = urlsplit(url) if host_of(url) else None
    if parts is None:
        return url
    path = parts.path.rstrip("/")
    kept = [pair for pair in parts.query.split("&") if not _TRACKING.match(pair.partition("=")[0])]
    return f"{host_of(url).removeprefix('www.')}{path}?{'&'.join(kept)}#{parts.fragment}"


def reads_like_a_name(url: str) -> bool:
    """Whether an address reads like a name: https://doi.org/10.1037/pst0000317 does."""
    rest = WEB.sub("", url).rstrip("/")
    return "/" not in rest or rest.lower().startswith(("doi.org/", "dx.doi.org/"))


def shortened(text: str, most: int = 40) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
