# ruff: noqa: INP001 - a script's part, not a package
"""The pictures of the preview, for tools/pictures.py.

preview.png          composing beside the email
preview-dark.png     a passage and where it is written, in the dark
preview-checks.png   what is to be mended, with its place
preview-phone.png    reading on a phone
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

DESKTOP, PHONE = (1280, 800), (380, 760)
SUMMARY = Path("summaries", "2026-11-the-warmth-of-a-steady-voice.md")
SHOWN = "iframe.shown"


def desk_pictures(browser: Browser, address: str, workspace: Path, folder: Path) -> None:
    """Write the pictures of a preview that runs over a workspace into a folder."""
    _shot(browser, address, folder / "preview.png", _composing)
    _shot(browser, address, folder / "preview-dark.png", _place, scheme="dark")
    _shot(browser, address, folder / "preview-phone.png", _reading, size=PHONE)
    _mistake(workspace / SUMMARY)
    _shot(browser, address, folder / "preview-checks.png", _checks)


def _shot(
    browser: Browser,
    address: str,
    target: Path,
    pose: Callable[[Page], None],
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: Literal["light", "dark"] = "light",
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(address)
    page.wait_for_selector(SHOWN)
    pose(page)
    page.wait_for_timeout(800)
    page.screenshot(path=target)
    page.close()


def _composing(page: Page) -> None:
    page.get_by_role("tabpanel", name="Compose").get_by_label("Subject").wait_for()


def _place(page: Page) -> None:
    page.get_by_role("radio", name="Dark").check()
    page.wait_for_selector(f"{SHOWN}[src*='scheme=dark']")
    page.get_by_role("button", name="Side panel").click()
    page.frame_locator(SHOWN).get_by_text("The days grow shorter").first.click()
    page.locator("#place").wait_for()


def _checks(page: Page) -> None:
    page.get_by_role("tab", name="Checks").click()
    page.locator("#findings .place-link", has_text=SUMMARY.name).first.click()
    page.locator("#place").wait_for()


def _reading(page: Page) -> None:
    page.get_by_role("radio", name="Light").focus()


def _mistake(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("doi: 10.", "doi: 11.", 1), encoding="utf-8")
