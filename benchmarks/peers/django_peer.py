"""Django, EmailMultiAlternatives over one connection that stays open."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from benchmarks.peers.material import FROM, SUBJECT, Material


def _messages(material: Material) -> Iterator[EmailMultiAlternatives]:
    for reader in material.readers():
        text, to, headers = reader.fill(material.text), [reader.email], reader.unsubscribing()
        message = EmailMultiAlternatives(SUBJECT, text, FROM, to, headers=headers)
        message.attach_alternative(reader.fill(material.html), "text/html")
        yield message


def main() -> None:
    """Send to everybody on the list."""
    material = Material.from_command_line()
    settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=material.port)
    with get_connection() as connection:
        for message in _messages(material):
            connection.send_messages([message])


main()
