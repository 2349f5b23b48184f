"""The page in Chromium, over a preview that runs beside the test.

from tests.web.preview.browser import browser, desk  # noqa: F401 - fixtures
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.preview.parts import running

expect.set_options(timeout=15_000)  # the machine may run much else beside

SHOWN = "iframe.shown"
NO_COMPLAINT = ("Blocked script", "Failed to load resource", "Refused to load the image")
"""What the sandbox and a refused request say when they do their work."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def address(workspace: Path) -> Iterator[str]:
    """Serve the preview; return its address with the token."""
    with running(workspace) as address:
        yield address


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page; an error on its console fails the test."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 860},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector(SHOWN)
    yield page
    context.close()
    assert [text for text in complaints if not text.startswith(NO_COMPLAINT)] == []


def in_frame(page: Page, script: str) -> object:
    """Return what an expression gives, with `w` the window of the email."""
    return page.evaluate(f"(w => {script})(document.querySelector('{SHOWN}').contentWindow)")
