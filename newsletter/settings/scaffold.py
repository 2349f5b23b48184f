"""A new workspace: the files that `newsletter init` writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.basics import shipped
from newsletter.basics.errors import fail
from newsletter.basics.files import decode, read_bytes, write_bytes

_PRIVATE = ("subscribers.csv", "*.before-*", "suppressions.csv", ".newsletter/", "outbox/")
_WHY = "# Readers' addresses and the ledger stay on this machine."

SETTINGS = """\
# The settings of this newsletter. A line that begins with # is not in force: it shows an
# optional key with an example. Six keys have no sensible default and need your decision; they
# are marked "required". Until they are filled in, every command says which ones are missing.

[newsletter]
title = ""                  # required: "Practice Notes"
from = ""                   # required: "Practice Notes <news@example.org>"
organisation = ""           # required: "Practice Research Network"
postal_address = ""         # required, in many countries by law: "1 Example Street, Ottawa ON"
list_id = ""                # required: a name under your domain, "practice-notes.example.org"
# tagline = "Psychotherapy research, summarised for practice"
# description = "A monthly summary of two or three research articles."
# author = "G. Example"     # who wrote a summary that names nobody
# reply_to = "editor@example.org"
# contact = "editor@example.org"
# site_url = "https://news.example.org"       # without it the email has no web links
# lead = "This month I write about {{ blurbs }}."
# subject = "{{ title }}, {{ month }}"
# language = "en"
# template = "default"      # or "letter"

[subscribers]
file = "subscribers.csv"    # subscribers.example.csv shows its columns
# columns = { "Statut" = "status", "Opt-out" = "ignore" }    # how columns of another name are read
# keep_ip = false           # true keeps the IP address that another program has of a consent

[unsubscribe]
mailto = ""                 # required: a mailbox that you read, "unsubscribe@example.org"
# url = "https://news.example.org/u"          # one-click, once a page of yours takes it

[bounces]
# address = "bounces@example.org"             # where the mail servers return what they refuse

[delivery]
# transport = "smtp://smtp.example.org:587"   # or smtps://, smtp+plain://, "maildir:outbox"
# user = "news@example.org"                   # the password comes from the keyring, or from
#                                             # NEWSLETTER_SMTP_PASSWORD; never from this file
# auth = "xoauth2"          # a token of Google or Microsoft in the password's place
# token_command = "python3 token.py"          # prints such a token whenever one is needed
# dkim_domain = "example.org"  # the domain that your mail host signs with; check compares it
connections = 3
# pipelining = "before-dot"  # for a server that refuses commands behind a message
# rate = ["30/minute", "10000/day"]           # your mail host's limits

[state]
database = "sqlite:.newsletter/state.db"
durability = "full"

[design]
# accent = "#0B5C5A"        # colours, text_font, meta_font and width; the colours are page, card,
# dark_accent = "#86D4C9"   # ink, muted, accent, box, line, and each again as dark_page, ...
# logo = "https://www.example.org/logo.png"
"""


@dataclass(frozen=True, slots=True)
class Made:
    """The names of what was written, and of what existed and was kept."""

    made: tuple[str, ...]
    kept: tuple[str, ...]


def make_workspace(folder: Path) -> Made:
    """Make a folder a workspace. Existing files stay; only .gitignore gets lines added."""
    if folder.exists() and not folder.is_dir():
        raise fail("this is a file, not a folder", file=folder)
    made: list[str] = []
    kept: list[str] = []
    files = {
        "newsletter.toml": SETTINGS.encode(),
        "topics.toml": shipped.TOPICS.read_bytes(),
        "subscribers.example.csv": shipped.SUBSCRIBERS_EXAMPLE.read_bytes(),
    }
    for name in ("summaries", "issues"):
        (kept if (folder / name).is_dir() else made).append(f"{name}/")
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        if (folder / name).exists():
            kept.append(name)
        else:
            write_bytes(folder / name, data)
            made.append(name)
    (made if _ignore(folder / ".gitignore") else kept).append(".gitignore")
    return Made(tuple(made), tuple(kept))


def _ignore(file: Path) -> bool:
    """Add the private files to .gitignore; return whether any was missing."""
    name = Path(file.name)
    before = decode(read_bytes(file, name), name) if file.exists() else ""
    rows = {row.strip().removeprefix("/").rstrip("/") for row in before.splitlines()}
    missing = [entry for entry in _PRIVATE if entry.rstrip("/") not in rows]
    if missing:
        eol = "\r\n" if "\r\n" in before else "\n"
        gap = "" if not before or before.endswith("\n") else eol
        added = "".join(f"{row}{eol}" for row in (_WHY, *missing))
        write_bytes(file, (before + gap + added).encode())
    return bool(missing)
