"""`newsletter.toml` read and judged: every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError, Problem, did_you_mean
from newsletter.basics.toml import TomlFile, read_toml
from newsletter.settings import judge, urls
from newsletter.settings.judge import BadValue
from newsletter.settings.values import (
    Auth,
    DeliverySettings,
    Design,
    Durability,
    Mailbox,
    Newsletter,
    Preview,
    Settings,
    TokenCommand,
)

KEYS: dict[str, tuple[str, ...]] = {
    "newsletter": (
        *("title", "tagline", "description", "author", "lead", "subject", "language", "from"),
        *("reply_to", "organisation", "postal_address", "contact", "site_url", "list_id"),
        "template",
    ),
    "subscribers": ("file", "columns", "keep_ip"),
    "unsubscribe": ("mailto", "url"),
    "bounces": ("address",),
    "delivery": (
        *("transport", "user", "auth", "token_command", "dkim_domain", "connections"),
        *("pipelining", "rate"),
    ),
    "state": ("database", "durability"),
    "design": (),
    "preview": ("editor",),
}
"""The sections and their keys; those of [design] are the template's own."""

EXAMPLES = {
    "newsletter.title": '"Practice Notes"',
    "newsletter.from": '"Practice Notes <news@example.org>"',
    "newsletter.organisation": '"Practice Research Network"',
    "newsletter.postal_address": '"1 Example Street, Ottawa ON  K1N 6N5, Canada"',
    "newsletter.list_id": '"practice-notes.example.org"',
    "unsubscribe.mailto": '"unsubscribe@example.org"',
}
"""The required keys, each with an example of its value."""

T = TypeVar("T")

_NOBODY = Address("nobody", "invalid")
_SECRETS = ("password", "passwd", "pass", "passphrase", "secret")


def load_settings(file: Path) -> Settings:
    """Return the settings of a workspace; raise NewsletterError with everything that is wrong."""
    file = file.absolute()
    toml = read_toml(file, Path(file.name))
    reader = _Reader(toml)
    reader.refuse_unknown()
    settings = _settings(reader, file)
    if reader.problems:
        raise NewsletterError(*sorted(reader.problems, key=lambda each: each.line or 0))
    return settings


def _settings(read: _Reader, file: Path) -> Settings:
    root = file.parent
    return Settings(
        root=root,
        file=file,
        newsletter=_newsletter(read),
        subscribers_columns=read.columns(),
        keep_ip=read.value("subscribers.keep_ip", judge.yes_or_no) or False,
        subscribers_file=root / read.text("subscribers.file", "subscribers.csv"),
        unsubscribe_mailto=read.value("unsubscribe.mailto", judge.address) or _NOBODY,
        unsubscribe_url=read.value("unsubscribe.url", urls.secure_url),
        bounces_address=read.value("bounces.address", judge.bounces_address),
        delivery=_delivery(read, root),
        database=root / (read.value("state.database", urls.database) or ".newsletter/state.db"),
        durability=read.value("state.durability", judge.durability) or Durability.FULL,
        design=Design(values=read.design()),
        preview=Preview(**read.given("preview", editor=judge.line)),
        lines=read.toml.lines,
    )


def _newsletter(read: _Reader) -> Newsletter:
    return Newsletter(
        title=read.text("newsletter.title"),
        sender=read.value("newsletter.from", judge.mailbox) or Mailbox(name="", address=_NOBODY),
        organisation=read.text("newsletter.organisation"),
        postal_address=read.value("newsletter.postal_address", judge.lines) or "",
        list_id=read.value("newsletter.list_id", judge.list_id) or "",
        **read.given(
            "newsletter",
            tagline=judge.line,
            description=judge.lines,
            author=judge.line,
            lead=judge.lines,
            subject=judge.line,
            language=judge.language,
            reply_to=judge.address,
            contact=judge.address,
            site_url=urls.web_url,
            template=judge.name,
        ),
    )


def _delivery(read: _Reader, root: Path) -> DeliverySettings:
    delivery = DeliverySettings(
        **read.given(
            "delivery",
            transport=lambda value: urls.transport(value, root),
            user=judge.line,
            auth=judge.auth,
            token_command=lambda value: TokenCommand(words=judge.command(value), folder=root),
            dkim_domain=urls.domain,
            connections=judge.connections,
            pipelining=judge.pipelining,
            rate=judge.rates,
        )
    )
    if delivery.auth is Auth.XOAUTH2 and delivery.user is None:
        read.problem(
            "delivery.auth",
            "auth: a token logs in a user, and none is named",
            'for example: user = "news@example.org"',
        )
    if delivery.token_command is not None and delivery.auth is not Auth.XOAUTH2:
        read.problem(
            "delivery.token_command",
            'token_command: a token is used only with auth = "xoauth2"',
            'under [delivery], say auth = "xoauth2"',
        )
    return delivery


class _Reader:
    """Returns the file's values by dotted key and collects the problems."""

    def __init__(self, toml: TomlFile) -> None:
        self.toml = toml
        self.problems: list[Problem] = []

    def value(self, dotted: str, parse: Callable[[Any], T]) -> T | None:
        """Return a parsed value; None where it is missing, empty, or refused."""
        section, _, key = dotted.partition(".")
        table = self.toml.values.get(section, {})
        raw = table.get(key) if isinstance(table, dict) else None
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if dotted in EXAMPLES:
                self._missing(section, key, is_there=raw is not None)
            return None
        try:
            return parse(raw)
        except BadValue as bad:
            self.problem(dotted, f"{key}: {bad}", bad.hint)
            return None

    def text(self, dotted: str, default: str = "") -> str:
        """Return one line of text."""
        return self.value(dotted, judge.line) or default

    def given(self, section: str, **parsers: Callable[[Any], Any]) -> dict[str, Any]:
        """Return the values of those keys that the file has."""
        found = {key: self.value(f"{section}.{key}", parse) for key, parse in parsers.items()}
        return {key: value for key, value in found.items() if value is not None}

    def design(self) -> dict[str, str | int]:
        """Return [design] as it is; render.design judges its names and values by the template."""
        table = self.toml.values.get("design", {})
        keys = [key for key in table if not _is_secret(key)] if isinstance(table, dict) else []
        found = {key: self.value(f"design.{key}", judge.design) for key in keys}
        return {key: value for key, value in found.items() if value is not None}

    def columns(self) -> dict[str, str]:
        """Return [subscribers.columns]; audience.list.columns compares it with the list."""
        section = self.toml.values.get("subscribers", {})
        table = section.get("columns", {}) if isinstance(section, dict) else {}
        if not isinstance(table, dict):
            hint = 'write [subscribers.columns] on a line, and below it: "Statut" = "status"'
            self.problem("subscribers.columns", "columns is a section, not a value", hint)
            return {}
        found: dict[str, str] = {}
        for key, raw in table.items():
            try:
                found[key] = judge.column(raw)
            except BadValue as bad:
                self.problem(f"subscribers.columns.{key}", f"{key}: {bad}", bad.hint)
        return found

    def refuse_unknown(self) -> None:
        """Collect a problem for each unknown section and key."""
        for section, table in self.toml.values.items():
            if section not in KEYS:
                self._unknown_section(section, table)
            elif not isinstance(table, dict):
                self.problem(
                    section, f"{section} is a section, not a value", f"write [{section}] on a line"
                )
            else:
                self._unknown_keys(section, table)

    def _unknown_section(self, section: str, table: Any) -> None:
        if isinstance(table, dict):
            near = did_you_mean(section, KEYS) or f"the sections are {', '.join(KEYS)}"
            self.problem(section, f"no section is named [{section}]", near)
        elif _is_secret(section):
            self._password(section)
        else:
            self.problem(section, f"'{section}' stands outside any section", _home(section))

    def _unknown_keys(self, section: str, table: dict[str, Any]) -> None:
        for key in table:
            if _is_secret(key):
                self._password(f"{section}.{key}")
            elif key not in KEYS[section] and section != "design":
                near = did_you_mean(key, KEYS[section]) or _home(key)
                self.problem(f"{section}.{key}", f"[{section}] has no key '{key}'", near)

    def _password(self, dotted: str) -> None:
        self.problem(
            dotted,
            "a password does not belong in this file",
            "take it out; it is read from the environment (NEWSLETTER_SMTP_PASSWORD) or from "
            "the keyring, or asked for when it is needed",
        )

    def _missing(self, section: str, key: str, *, is_there: bool) -> None:
        what = "is empty" if is_there else f"is missing from [{section}]"
        example = EXAMPLES[f"{section}.{key}"]
        self.problem(f"{section}.{key}", f"{key} {what}", f"for example: {key} = {example}")

    def problem(self, dotted: str, message: str, hint: str | None) -> None:
        """Collect what is wrong with a key."""
        line = self.toml.line(dotted)
        self.problems.append(Problem(message=message, file=self.toml.name, line=line, hint=hint))


def _is_secret(key: str) -> bool:
    return key.lower().removeprefix("smtp_").replace("_", "").replace("-", "") in _SECRETS


def _home(key: str) -> str | None:
    """Return a hint that names the section of a key, or the nearest key."""
    for section, keys in KEYS.items():
        if key in keys:
            return f"it belongs under [{section}]"
    return did_you_mean(key, [name for keys in KEYS.values() for name in keys])
