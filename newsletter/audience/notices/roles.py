"""Local parts of offices."""

from __future__ import annotations

ROLES = frozenset(
    # RFC 2142, 3 to 5: business, network and services.
    {"info", "marketing", "sales", "support", "abuse", "noc", "security"}
    | {"postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp"}
    # Other usual mailboxes of offices and programs.
    | {"accounts", "admin", "administration", "billing", "contact", "contacto", "hello", "help"}
    | {"helpdesk", "hr", "jobs", "kontakt", "mail", "mailer-daemon", "media", "newsletter"}
    | {"no-reply", "noreply", "office", "press", "privacy", "reception", "registrar", "root"}
    | {"secretary", "spam", "subscribe", "sysadmin", "team", "unsubscribe"}
)
"""In lower case. Several people read such a mailbox, or none, and one of them may complain."""
