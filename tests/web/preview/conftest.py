"""A shelf of two issues, and a browser-like client of a preview over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.web.preview.app import create_app
from tests.web.preview.parts import HOST, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.write("2026-10", "October notes")
    shelf.write("2026-11", "November notes")
    return shelf


@pytest.fixture
def stranger(shelf: Shelf) -> TestClient:
    """Return a client that was given nothing."""
    return TestClient(create_app(shelf.parts()), base_url=f"http://{HOST}")


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    """Return a client that came in with the token."""
    stranger.get("/?token=the-token")
    return stranger
