"""axe-core's judgement of every sample, in light and dark, from the smallest phone to a desktop."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.judges import PACKAGES
from tests.browser.mails import every_sample, every_template, html_of

pytestmark = [pytest.mark.stranger("chromium"), pytest.mark.stranger("judges")]

WIDTHS = (320, 375, 640, 800)
# An email is part of a mail program's page, which has the landmarks.
RUN = """async () => {
  const off = Object.fromEntries(
    ['landmark-one-main', 'region', 'bypass'].map(id => [id, { enabled: false }]))
  const { violations } = await axe.run(document, { rules: off, resultTypes: ['violations'] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html.slice(0, 200)]))
}"""


def judged(page: Page, html: str) -> list[Any]:
    """Return what axe finds, each with the scheme and the width."""
    page.set_content(html)
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text("utf-8"))
    found: list[Any] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        found += [("light", width, *each) for each in page.evaluate(RUN)]
        page.emulate_media(color_scheme="dark")
        found += [("dark", width, *each) for each in page.evaluate(RUN)]
    return found


@every_template
@every_sample
def test_axe_finds_nothing(name: str, template: str, page: Page) -> None:
    assert judged(page, html_of(name, template)) == []


def test_axe_finds_what_is_wrong(page: Page) -> None:
    html = html_of("one", "default")
    wrong = html.replace("</h1>", '</h1><img src="data:,"><p style="color:#777">some words</p>', 1)

    found = judged(page, wrong)

    assert {each[2] for each in found} == {"image-alt", "color-contrast"}
    assert {each[:2] for each in found} == {(s, w) for s in ("light", "dark") for w in WIDTHS}
