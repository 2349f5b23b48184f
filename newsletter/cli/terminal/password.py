"""The mail server's password or token: from the environment, from the keyring, or asked for.

Never from a file, the command line or a log.
"""

from __future__ import annotations

import sys

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.terminal import output
from newsletter.settings.values import Auth, DeliverySettings, Settings
from newsletter.smtp.auth import Credentials
from newsletter.smtp.password import (
    SERVICE,
    VARIABLE,
    account_of,
    at_hand,
    credentials_of,
    name_of,
    without_password,
)


def credentials(settings: Settings) -> Credentials | None:
    """Return user and password, or None where the settings name no user.

    With auth = "xoauth2" the password is an OAuth 2 token, which expires after an hour or so and
    is not kept in the keyring; with `token_command` nobody is asked. Raises WrongUsage where there
    is none and no terminal to ask on.
    """
    delivery = settings.delivery
    account = account_of(delivery)
    if account is None:
        return without_password(delivery)
    return credentials_of(delivery, at_hand(account) or _asked(account, delivery))


def password_for_tests(settings: Settings) -> str | None:
    """Ask for the password when a preview starts; return None where it is not needed or given.

    It is not needed where the environment or the keyring has it; Enter gives none.
    """
    delivery = settings.delivery
    account = account_of(delivery)
    if account is None or at_hand(account) is not None or not sys.stdin.isatty():
        return None
    what = _words(delivery)
    words = f"{what[:1].upper()}{what[1:]}, for tests from the page (Enter: no tests)"
    password: str = click.prompt(words, default="", show_default=False, hide_input=True, err=True)
    if password and delivery.auth is Auth.PASSWORD:
        _offer_to_keyring(account, password)
    return password or None


def _words(delivery: DeliverySettings) -> str:
    host = delivery.transport.host if delivery.transport else ""
    return f"{name_of(delivery.auth)} for {delivery.user} at {host}"


def _asked(account: str, delivery: DeliverySettings) -> str:
    if not sys.stdin.isatty():
        raise WrongUsage(
            Problem(
                message=f"there is no {_words(delivery)}",
                hint=f"set {VARIABLE} in the environment, or run this once on a terminal",
            )
        )
    words = _words(delivery)
    password: str = click.prompt(words[:1].upper() + words[1:], hide_input=True, err=True)
    if delivery.auth is Auth.PASSWORD:
        _offer_to_keyring(account, password)
    return password


def _offer_to_keyring(account: str, password: str) -> None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return
    if not click.confirm("Remember it in this computer's keyring?", default=True, err=True):
        return
    try:
        keyring.set_password(SERVICE, account, password)
    except keyring.errors.KeyringError as error:
        output.say(f"The keyring did not take it ({error}); you will be asked again.")
