"""npm's mjml as a second opinion: what it makes of our templates looks the same."""

from __future__ import annotations

from base64 import b64encode
from itertools import cycle

import pytest
from playwright.sync_api import Page

from tests.browser.judges import ask
from tests.browser.mails import NAMES, every_template, html_by, html_of, mjml_of

pytestmark = [pytest.mark.stranger("chromium"), pytest.mark.stranger("judges")]

MOST = 0.001
"""The share of pixels that may differ."""
WIDTHS = (375, 640)
"""A phone and a desktop, taken in turn."""
# Sizes must be the same, too: a picture is as large as the larger one.
DIFFERENCE = """async shots => {
  const images = await Promise.all(shots.map(async shot => {
    const image = new Image()
    image.src = 'data:image/png;base64,' + shot
    await image.decode()
    return image
  }))
  const width = Math.max(...images.map(image => image.width))
  const height = Math.max(...images.map(image => image.height))
  const [a, b] = images.map(image => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
  })
  return a.reduce((count, pixel, index) => count + (pixel !== b[index]), 0) / a.length
}"""


def shot(page: Page, html: str, width: int) -> str:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(html)
    return b64encode(page.screenshot(full_page=True)).decode("ascii")


def difference(page: Page, ours: str, theirs: str, width: int) -> float:
    """Return the share of pixels that differ between two emails."""
    shots = [shot(page, html, width) for html in (ours, theirs)]
    if shots[0] == shots[1]:
        return 0
    page.set_content("")
    share: float = page.evaluate(DIFFERENCE, shots)
    return share


@every_template
def test_npm_mjml_makes_the_same_picture(template: str, page: Page) -> None:
    sources = {name: mjml_of(name, template) for name in NAMES}
    answers = dict(zip(NAMES, ask("mjml.mjs", list(sources.values())), strict=True))
    assert {name: answer["errors"] for name, answer in answers.items() if answer["errors"]} == {}

    shares: dict[str, float] = {}
    for name, width in zip(NAMES, cycle(WIDTHS)):
        made: str = answers[name]["html"]
        theirs = html_by({sources[name]: made}.__getitem__, name, template)
        shares[name] = difference(page, html_of(name, template), theirs, width)

    assert {name: share for name, share in shares.items() if share > MOST} == {}


def test_a_line_more_is_seen(page: Page) -> None:
    html = html_of("one", "default")

    assert difference(page, html, html.replace("</h1>", "</h1><br />"), 640) > MOST
