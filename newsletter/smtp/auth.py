r"""Logging in, the client's side: the first command, and the answers to challenges (RFC 4954).

PLAIN is RFC 4616; old servers have LOGIN instead; Google and Microsoft require XOAUTH2 instead of
a password:

    base64("user=" USER "\x01auth=Bearer " TOKEN "\x01\x01")

A server that refuses the token answers 334 with a JSON object in base64, which says why, waits for
an empty line, and only then says no.

Compiled by mypyc.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from newsletter.basics.outcome import Reply
from newsletter.settings.values import Auth, TokenCommand
from newsletter.smtp.hidden import Hidden

_LONGEST_COMMAND: Final = 512 - len("\r\n")
"""RFC 5321, 4.5.3.1.4; a longer first answer waits for its challenge (RFC 4954, 4)."""

_NO_LOGIN: Final = "the server offers no login here: use its port 587 or 465, or remove `user`"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and their password or token; it is left out of the repr, and so of logs.

    With `command` the token is what that prints, and `password` is empty until it has run.
    """

    user: str
    password: str = field(repr=False)
    auth: Auth = Auth.PASSWORD
    command: TokenCommand | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the client sends: a command, then one answer to each challenge."""

    command: str = field(repr=False)
    answers: tuple[str, ...] = field(default=(), repr=False)


def begin(offered: Collection[str], who: Credentials) -> Exchange | str:
    """Return how to log in with one of the offered mechanisms, or why there is no way."""
    names = {name.upper() for name in offered}
    listed = Hidden(who.password).out_of_text(", ".join(sorted(names)))
    if who.auth is Auth.XOAUTH2:
        if "XOAUTH2" in names:
            return _xoauth2(who)
        return f"the server offers no login by token here but {listed}" if names else _NO_LOGIN
    if "PLAIN" in names:
        return Exchange(f"AUTH PLAIN {_base64(f'{chr(0)}{who.user}{chr(0)}{who.password}')}")
    if "LOGIN" in names:
        return Exchange("AUTH LOGIN", (_base64(who.user), _base64(who.password)))
    if not names:
        return _NO_LOGIN
    instead = ' (auth = "xoauth2" takes a token)' if "XOAUTH2" in names else ""
    return f"the server offers no login by password here but {listed}{instead}"


def refused(who: Credentials, reply: Reply, challenge: str) -> str:
    """Return the reason for a refused login; `challenge` is the last one before the reply."""
    if who.auth is Auth.PASSWORD:
        return f"the server refuses user and password: {reply}"
    status = Hidden(who.password).out_of_text(_status(challenge))
    return f"the server refuses the token: {reply}{f' (status {status[:40]})' if status else ''}"


def _xoauth2(who: Credentials) -> Exchange:
    response = _base64(f"user={who.user}\1auth=Bearer {who.password}\1\1")
    command = f"AUTH XOAUTH2 {response}"
    if len(command) <= _LONGEST_COMMAND:
        return Exchange(command, ("",))
    return Exchange("AUTH XOAUTH2", (response, ""))


def _status(challenge: str) -> str:
    """Return the status in a challenge that holds an XOAUTH2 error, else ""."""
    try:
        told = json.loads(base64.b64decode(challenge, validate=True))
    except ValueError:
        return ""
    return str(told.get("status", "")) if isinstance(told, dict) else ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
