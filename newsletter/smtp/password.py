"""The mail server's password or token, from the environment or the keyring.

Never from a file, the command line or a log. Only newsletter.cli prompts for one.

Compiled by mypyc.
"""

from __future__ import annotations

import os
from typing import Final

from newsletter.settings.values import Auth, DeliverySettings, Scheme
from newsletter.smtp.auth import Credentials

VARIABLE: Final = "NEWSLETTER_SMTP_PASSWORD"
SERVICE: Final = "newsletter"
"""The service's name in the keyring."""


def account_of(delivery: DeliverySettings) -> str | None:
    """Return the account of the password, `user@host`, or None where none is needed.

    None is needed without a user, and where token_command gives a token.
    """
    url = delivery.transport
    if delivery.user is None or url is None or url.scheme is Scheme.MAILDIR:
        return None
    if delivery.token_command is not None:
        return None
    return f"{delivery.user}@{url.host}"


def without_password(delivery: DeliverySettings) -> Credentials | None:
    """Return what logs in where no password is needed: a token's command, or None."""
    if delivery.user is None or delivery.token_command is None:
        return None
    return Credentials(delivery.user, "", delivery.auth, delivery.token_command)


def at_hand(account: str) -> str | None:
    """Return the account's password or token, or None where there is none."""
    return os.environ.get(VARIABLE) or _from_keyring(account)


def credentials_of(delivery: DeliverySettings, password: str) -> Credentials:
    """Return the credentials; a token loses the blanks that were pasted around it."""
    is_token = delivery.auth is Auth.XOAUTH2
    return Credentials(
        delivery.user or "", password.strip() if is_token else password, delivery.auth
    )


def name_of(auth: Auth) -> str:
    """Return the word for it in messages: "token" or "password"."""
    return "token" if auth is Auth.XOAUTH2 else "password"


def _from_keyring(account: str) -> str | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, account)
    except keyring.errors.KeyringError:
        return None
