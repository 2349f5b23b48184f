"""The mail server's password: from the environment, from the keyring, or asked for.

Never from a file, the command line or a log.
"""

from __future__ import annotations

import os
import sys

import click

from newsletter.cli import output
from newsletter.errors import Problem, WrongUsage
from newsletter.settings import Scheme, Settings
from newsletter.smtp.session import Credentials

VARIABLE = "NEWSLETTER_SMTP_PASSWORD"
_SERVICE = "newsletter"


def credentials(settings: Settings) -> Credentials | None:
    """Return user and password, or None where the settings name no user.

    Raises WrongUsage where there is no password and nobody to ask.
    """
    delivery = settings.delivery
    url = delivery.transport
    if delivery.user is None or url is None or url.scheme is Scheme.MAILDIR:
        return None
    account = f"{delivery.user}@{url.host}"
    password = os.environ.get(VARIABLE) or _from_keyring(account)
    return Credentials(delivery.user, password or _asked(account))


def _asked(account: str) -> str:
    if not sys.stdin.isatty():
        raise WrongUsage(
            Problem(
                message=f"there is no password for {account}",
                hint=f"set {VARIABLE} in the environment, or run this once on a terminal",
            )
        )
    password: str = click.prompt(f"Password for {account}", hide_input=True, err=True)
    _offer_to_keyring(account, password)
    return password


def _from_keyring(account: str) -> str | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(_SERVICE, account)
    except keyring.errors.KeyringError:
        return None


def _offer_to_keyring(account: str, password: str) -> None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return
    if not click.confirm("Remember it in this computer's keyring?", default=True, err=True):
        return
    try:
        keyring.set_password(_SERVICE, account, password)
    except keyring.errors.KeyringError as error:
        output.say(f"The keyring did not take it ({error}); you will be asked again.")
