"""What a program printed, read as an OAuth 2 access token with the time of its end.

Three forms are read: a JSON object as RFC 6749, 5.1, has it (`access_token`, `expires_in`), the
same with `expires_on` in seconds since 1970 (Azure), and the token alone. A token that is a JWT
has its end within it (RFC 7519, 4.1.4).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from newsletter.basics.controls import CONTROLS, SEPARATORS, SURROGATES
from newsletter.smtp.hidden import Hidden

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, 2.1."""
_PARTS_OF_JWT: Final = 3
_SECRET: Final = re.compile(r"[A-Za-z0-9._~+/=-]{12,}")
"""A run of letters in a program's output that may be a token."""
_LONG: Final = re.compile(r"[A-Za-z0-9._~+=-]{40,}")
"""A run of letters in its words about an error that may be one: no path, which has a slash."""
_UNPRINTED: Final = re.compile(rf"[{CONTROLS}{SEPARATORS}{SURROGATES}]+")
_TRACEBACK: Final = "Traceback (most recent call last):"
_LONGEST_WORDS: Final = 160


class NoToken(ValueError):  # noqa: N818 - what there is not
    """An output holds no token; str() says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token; `until` is its end in seconds since 1970, None where nothing says so."""

    text: str = field(repr=False)
    until: float | None = None


def read_token(output: str, now: float) -> AccessToken:
    """Return the token in a program's output; raise NoToken. `now` is in seconds since 1970."""
    text = output.strip()
    if not text:
        raise NoToken("printed nothing")
    if text.startswith("{"):
        return _from_json(text, now)
    if "\n" in text:
        raise NoToken(f"printed {len(text.splitlines())} lines that are no JSON")
    return _token(text)


def words_of_error(errors: str, output: str) -> str:
    """Return the line of a program's stderr that says most, shortened and without a token.

    That is the first one, of a Python traceback the last. What the program printed on stdout, and
    any other word as long as a token, is hidden.
    """
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    if not lines:
        return ""
    words = lines[-1] if lines[0] == _TRACEBACK else lines[0]
    for secret in _SECRET.findall(output):
        words = Hidden(secret).out_of_text(words)
    words = _UNPRINTED.sub(" ", _LONG.sub("[hidden]", words))
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 3]}..."


def _from_json(text: str, now: float) -> AccessToken:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise NoToken("printed something that begins as JSON and is none") from None
    found = told.get("access_token")
    if not isinstance(found, str):
        raise NoToken("printed JSON without access_token")
    token = _token(found.strip())
    lasts, until = _number(told.get("expires_in")), _number(told.get("expires_on"))
    if lasts is not None:
        return AccessToken(token.text, now + lasts)
    return token if until is None else AccessToken(token.text, until)


def _token(text: str) -> AccessToken:
    if not _TOKEN.fullmatch(text):
        raise NoToken("printed something that is no token: it has blanks or other characters")
    return AccessToken(text, _end_of_jwt(text))


def _end_of_jwt(text: str) -> float | None:
    """Return `exp` of a JWT, None for any other token; the signature is the server's matter."""
    parts = text.split(".")
    if len(parts) != _PARTS_OF_JWT:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return _number(claims.get("exp")) if isinstance(claims, dict) else None


def _number(value: Any) -> float | None:
    """Return a number, or one written as text (Azure's `expires_on`), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
