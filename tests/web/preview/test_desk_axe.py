"""axe-core finds nothing on the desk itself, in light and in dark, wide and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.judges import PACKAGES
from tests.web.preview.browser import SHOWN, address, browser
from tests.web.preview.parts import edit

__all__ = ["address", "browser"]  # fixtures

pytestmark = [pytest.mark.stranger("chromium"), pytest.mark.stranger("judges")]

# The email in the frame has judges of its own (tests/browser).
# A source has hundreds of lines that are made alike: thirty of them stand for all.
RUN = """async () => (await axe.run({ exclude: [["iframe"], [".source-line:nth-child(n+30)"]] })).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`)"""


def violations(page: Page) -> list[Any]:
    """Return what axe finds on the page as it is, each with the scheme."""
    found: list[Any] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, each) for each in page.evaluate(RUN)]
    return found


@pytest.mark.parametrize("width", [1280, 380])
def test_no_violation_anywhere_on_the_desk(
    browser: Browser, address: str, workspace: Path, width: int
) -> None:
    edit(workspace / "issues/2026-11.md", "Dear {{", "TODO Dear {{")  # for an error and a warning
    context = browser.new_context(
        viewport={"width": width, "height": 860}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(SHOWN)
    expect(page.get_by_role("tab", name="Checks")).to_contain_text("error")
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    for key in "23456cmtpp1r?":  # views, panels, readers, keys
        page.evaluate("document.activeElement.blur()")  # out of the field that the last one led to
        page.keyboard.press(key)
        page.wait_for_timeout(200)
        assert violations(page) == [], key
    page.keyboard.press("Escape")
    page.locator("#weighed").click()
    expect(page.locator("#weights-rows tr")).not_to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.frame_locator(SHOWN).get_by_text("two short studies").first.click()
    expect(page.locator("#place")).to_be_visible()
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    context.close()
