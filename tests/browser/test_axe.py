"""axe-core's judgement of every sample, light and dark, on the smallest phone and on a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.judges import PACKAGES
from tests.browser.mails import every_sample, every_template, html_of

pytestmark = [pytest.mark.stranger("chromium"), pytest.mark.stranger("judges")]

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 320),
    ("light", 640),
    ("dark", 375),
    ("dark", 800),
)
"""The phone's layout and the desktop's, both in both schemes."""
# An email is part of a mail program's page, which has the landmarks.
RUN = """async () => {
  const off = Object.fromEntries(
    ['landmark-one-main', 'region', 'bypass'].map(id => [id, { enabled: false }]))
  const { violations } = await axe.run(document, { rules: off, resultTypes: ['violations'] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html.slice(0, 200)]))
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with axe-core in it, which stays there whatever it shows."""
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort())
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text("utf-8"))
    yield page
    page.close()


def judged(page: Page, html: str) -> list[Any]:
    """Return what axe finds, each with the scheme and the width."""
    page.set_content(html)
    found: list[Any] = []
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, width, *each) for each in page.evaluate(RUN)]
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
    assert {each[:2] for each in found} == set(LOOKS)
