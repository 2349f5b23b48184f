"""A browser-like client of the preview over a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.preview.parts import HOST, KEYS, app_of


@pytest.fixture
def stranger(workspace: Path) -> TestClient:
    """Return a client that was given nothing."""
    return TestClient(app_of(workspace), base_url=f"http://{HOST}")


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    """Return a client that came in with the token."""
    stranger.get(f"/?token={KEYS.token}")
    return stranger
