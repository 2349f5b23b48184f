"""Settings that name a host: a domain, a page on the web, the database, the way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from newsletter.basics.errors import did_you_mean
from newsletter.settings.judge import BadValue, line
from newsletter.settings.values import Scheme, TransportUrl

_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
                   r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")  # fmt: skip
_PORTS = {Scheme.SMTP: 587, Scheme.SMTPS: 465, Scheme.SMTP_PLAIN: 25}
_LARGEST_PORT = 65535


def domain(value: Any) -> str:
    """Take a domain's name, as in the d= of a DKIM signature."""
    text = line(value).lower()
    try:
        name = text.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if "." not in name or not _HOST.fullmatch(name):
        only = text.rpartition("@")[2].removeprefix("https://").strip("/")
        hint = f'only the domain: "{only}"' if only != text else 'for example "example.org"'
        raise BadValue(f"'{text}' is no domain", hint)
    return name


def web_url(value: Any) -> str:
    """Take an http or https URL, without a final slash."""
    text = line(value)
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise BadValue(f"'{text}' is no web address", 'for example "https://news.example.org"')
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise BadValue("pages are put under it, so it cannot hold ? or #")
    return text.rstrip("/")


def secure_url(value: Any) -> str:
    """Take an https URL, without a final slash: one-click needs it (RFC 8058, 3.1)."""
    text = web_url(value)
    if not text.lower().startswith("https://"):
        raise BadValue("it must begin with https:// (RFC 8058)")
    return text


def database(value: Any) -> str:
    """Take the path behind `sqlite:`."""
    text = line(value)
    scheme, colon, path = text.partition(":")
    if scheme in {"postgresql", "postgres"}:
        raise BadValue(
            "this version keeps its state in SQLite only", '"sqlite:.newsletter/state.db"'
        )
    if scheme != "sqlite" or not colon or not path.strip() or path.startswith("//"):
        raise BadValue(
            f"'{_without_password(text)}' names no database", '"sqlite:.newsletter/state.db"'
        )
    return path.strip()


def transport(value: Any, root: Path) -> TransportUrl:
    """Take a way out (settings.values.Scheme); a Maildir's path is relative to `root`."""
    text = line(value)
    scheme_text, colon, rest = text.partition(":")
    try:
        scheme = Scheme(scheme_text.lower())
    except ValueError:
        near = did_you_mean(scheme_text, [each.value for each in Scheme]) if colon else None
        raise BadValue(
            f"'{_without_password(text)}' is no transport",
            near or 'for example "smtp://smtp.example.org:587" or "maildir:outbox"',
        ) from None
    if scheme is Scheme.MAILDIR:
        return _maildir(rest.strip(), root)
    return _smtp(scheme, text)


def _maildir(path: str, root: Path) -> TransportUrl:
    if not path or path.startswith("//"):
        raise BadValue("the folder is missing", 'write "maildir:outbox"')
    return TransportUrl(scheme=Scheme.MAILDIR, path=root / Path(path).expanduser())


def _smtp(scheme: Scheme, text: str) -> TransportUrl:
    example = f'for example "{scheme}://smtp.example.org:{_PORTS[scheme]}"'
    parts = _split(text)
    if parts is not None and "@" in parts.netloc:
        raise BadValue(
            "name and password do not belong in the transport",
            "the name is delivery.user; the password comes from NEWSLETTER_SMTP_PASSWORD or the "
            "keyring",
        )
    if parts is None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadValue(f"'{text}' is no mail server", example)
    host = parts.hostname or ""
    host = host if ":" in host else host.encode("idna").decode("ascii")
    port = parts.port if parts.port is not None else _PORTS[scheme]
    if not 1 <= port <= _LARGEST_PORT:
        raise BadValue(f"there is no port {port}", example)
    return TransportUrl(scheme=scheme, host=host, port=port)


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL that names a host, or None."""
    if re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
        host = parts.hostname or ""
        if ":" not in host and not _HOST.fullmatch(host.encode("idna").decode("ascii")):
            return None
    except (ValueError, UnicodeError):
        return None
    return parts


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//...@", text)
