"""A preview over a workspace, as a client of it or a browser opens it; and a made-up message."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from starlette.testclient import TestClient

from newsletter.web.preview.app import PreviewApp, preview_app
from newsletter.web.preview.guard import Keys
from newsletter.web.preview.serve import Server, open_socket, own_hosts
from newsletter.web.preview.source import WorkspaceSource
from newsletter.web.preview.test.way_out import WayOut
from newsletter.workspace import open_workspace

HOST = "127.0.0.1:8025"
KEYS = Keys(token="the-token", cookie="the-cookie", csrf="the-csrf")
ACTING = {"origin": f"http://{HOST}", "x-newsletter-csrf": KEYS.csrf}
"""The headers of a POST that may act."""
HTML = """\
<!DOCTYPE html>
<html lang="en"><head><title>Practice Notes</title>
<meta name="color-scheme" content="light dark">
<style>:root{color-scheme:light dark} body{background:#fff;color:#111}
@media (prefers-color-scheme: dark){body{background:#111;color:#eee}}</style>
</head><body><h1 style="color:#0b5c5a">{subject}</h1><div style="height:3000px">Long</div>
<p>A summary that names (prefers-color-scheme: dark) in its text.</p>
<p><a href="https://example.org/elsewhere">Elsewhere</a></p></body></html>
"""


def message(subject: str, html: str = HTML) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Practice Notes <news@example.org>"
    mail["To"] = "Ada Lovelace <ada@example.org>"
    mail["Subject"] = subject
    mail.set_content(f"{subject}\n\nIn plain words: café.\n", cte="quoted-printable")
    mail.add_alternative(html.replace("{subject}", subject), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def app_of(
    root: Path,
    *,
    source: WorkspaceSource | None = None,
    hosts: frozenset[str] = frozenset({HOST}),
    environment: Mapping[str, str] | None = None,
    is_local: bool = True,
    password: str | None = None,
    patience: float = 60.0,
) -> PreviewApp:
    """Return the preview of a workspace with known keys, started with its settings as they are."""
    delivery = open_workspace(root).settings.delivery
    return preview_app(
        source or WorkspaceSource(root),
        "2026-11",
        keys=KEYS,
        hosts=hosts,
        environment=environment or {},
        way_out=WayOut(delivery=delivery, password=password, patience=patience),
        is_local=is_local,
    )


def opened(root: Path, *, environment: Mapping[str, str] | None = None) -> TestClient:
    """Return a client that came in with the token."""
    client = TestClient(app_of(root, environment=environment), base_url=f"http://{HOST}")
    client.get(f"/?token={KEYS.token}")
    return client


@contextmanager
def running(root: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the preview of a workspace while the block runs; yield the address with its token."""
    with open_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        app = app_of(root, hosts=own_hosts("127.0.0.1", port), environment=environment)
        started = threading.Event()
        server = Server(app, started.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert started.wait(10)
            yield f"http://127.0.0.1:{port}/?token={KEYS.token}"
        finally:
            server.should_exit = True
            thread.join(10)


def edit(file: Path, old: str, new: str) -> None:
    """Save as editors do: a new file beside, then a rename."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    fresh = file.with_name(f".{file.name}.swp")
    fresh.write_text(text.replace(old, new), encoding="utf-8")
    os.replace(fresh, file)  # noqa: PTH105
