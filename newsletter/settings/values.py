"""`newsletter.toml` as values, a class for each section."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from newsletter.basics.address import Address

KNOWN_COLUMNS = (
    *("email", "name", "first_name", "last_name", "status", "unsubscribed", "subscribed"),
    *("consent", "consent_source", "consent_date", "consent_expires", "language", "topics"),
)
"""The columns of a list that the program reads or documents."""
AS_FIELD = "field"
IGNORED = "ignore"
"""Other ways to read a column: kept for templates, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A display name (maybe empty) and an address: `Practice Notes <news@example.org>`."""

    name: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """`[newsletter]`: who writes, under which name, from where."""

    title: str
    sender: Mailbox
    """The key `from`."""
    organisation: str
    postal_address: str
    list_id: str
    tagline: str | None = None
    description: str | None = None
    author: str | None = None
    lead: str = "This month I write about {{ blurbs }}."
    subject: str = "{{ title }}, {{ month }}"
    language: str = "en"
    reply_to: Address | None = None
    contact: Address | None = None
    site_url: str | None = None
    template: str = "default"


class Scheme(StrEnum):
    """The ways out that a transport's URL can name."""

    SMTP = "smtp"
    """STARTTLS required; plain allowed to a loopback address only."""
    SMTPS = "smtps"
    """TLS from the start (RFC 8314)."""
    SMTP_PLAIN = "smtp+plain"
    """No TLS, and so no AUTH."""
    MAILDIR = "maildir"


class Auth(StrEnum):
    """How to log in: with a password, or with an OAuth 2 token (Google, Microsoft)."""

    PASSWORD = "password"  # noqa: S105 - the word
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCommand:
    """A program that prints an access token: its name and arguments, and where it is run."""

    words: tuple[str, ...]
    folder: Path


class Pipelining(StrEnum):
    """How far ahead of a server's answers commands are sent (RFC 2920)."""

    FULL = "full"
    """If the server offers it: the next message's commands leave behind the dot of the last."""
    BEFORE_DOT = "before-dot"
    """In groups, but nothing leaves behind a dot before its answer."""
    OFF = "off"
    """Each command waits for the answer to the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportUrl:
    """A parsed `transport`: host and port for SMTP, path (absolute) for a Maildir."""

    scheme: Scheme
    host: str = ""
    port: int = 0
    path: Path | None = None

    def __str__(self) -> str:
        if self.scheme is Scheme.MAILDIR:
            return f"maildir:{self.path}"
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """At most `count` messages in any `seconds` seconds."""

    count: int
    seconds: int


class Durability(StrEnum):
    """With `full` a power cut loses nothing; with `normal` it may lose the last moments."""

    FULL = "full"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """`[delivery]`: the way out and its limits."""

    transport: TransportUrl | None = None
    user: str | None = None
    auth: Auth = Auth.PASSWORD
    token_command: TokenCommand | None = None
    dkim_domain: str | None = None
    connections: int = 3
    pipelining: Pipelining = Pipelining.FULL
    rate: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`[design]`: colours, fonts, logo; a key maps to its value as the template takes it."""

    values: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`[preview]`: the desk in the browser; `editor` is a command with {file} and {line}."""

    editor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole workspace's settings; `root` is the workspace, paths are absolute.

    `lines` maps a dotted key (`newsletter.from`) to its line in the file.
    """

    root: Path
    file: Path
    newsletter: Newsletter
    subscribers_file: Path
    unsubscribe_mailto: Address
    unsubscribe_url: str | None
    bounces_address: Address | None
    delivery: DeliverySettings
    database: Path
    durability: Durability
    design: Design
    preview: Preview = field(default_factory=Preview)
    lines: dict[str, int]
    subscribers_columns: dict[str, str] = field(default_factory=dict)
    """`[subscribers.columns]`: how a column of the list is read, one of KNOWN_COLUMNS, AS_FIELD,
    IGNORED."""
    keep_ip: bool = False
    """`[subscribers] keep_ip`: whether the IP address is kept from which a consent was given."""
