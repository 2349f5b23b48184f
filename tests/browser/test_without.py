"""The email where something is taken from it: room, style blocks, all styles, images, its colours."""

from __future__ import annotations

import colorsys
import re

import pytest
from playwright.sync_api import Page

from tests.browser.mails import NAMES, every_template, html_of

pytestmark = pytest.mark.stranger("chromium")

_STYLE_BLOCK = re.compile(r"<style\b.*?</style>", re.DOTALL)
_STYLES = re.compile(r"<style\b.*?</style>|\sstyle=\"[^\"]*\"", re.DOTALL)
_SIZES = re.compile(r"(?<![\w-])(?:font|font-size|line-height):[^;\"}]*")
WORDS = "document.body.innerText.toLowerCase().split(/\\s+/).join(' ')"
WIDTH = "document.documentElement.scrollWidth"
PAIRS = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number)
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor)
      if (colour.length === 3 || colour[3] > 0) return colour.slice(0, 3)
    }
    return [255, 255, 255]
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode
    if (data.trim() && parentElement.offsetParent && getComputedStyle(parentElement).opacity !== '0')
      found.push([data.trim().slice(0, 40), rgb(getComputedStyle(parentElement).color),
                  behind(parentElement)])
  }
  return found
}"""

Colour = tuple[float, ...]


def opened(page: Page, html: str, width: int) -> Page:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(html)
    return page


@every_template
@pytest.mark.parametrize("width", [320, 600])
def test_nothing_scrolls_sideways_also_without_style_blocks(
    template: str, width: int, page: Page
) -> None:
    widths = {}
    for name in NAMES:
        html = html_of(name, template)
        widths[name] = (
            opened(page, html, width).evaluate(WIDTH),
            opened(page, _STYLE_BLOCK.sub("", html), width).evaluate(WIDTH),
        )

    assert {name: both for name, both in widths.items() if max(both) > width} == {}


def twice_as_large(html: str) -> str:
    return _SIZES.sub(
        lambda found: re.sub(r"(\d+)px", lambda size: f"{2 * int(size[1])}px", found[0]), html
    )


@every_template
def test_letters_of_twice_the_size_find_room_on_a_phone(template: str, page: Page) -> None:
    widths = {
        name: opened(page, twice_as_large(html_of(name, template)), 375).evaluate(WIDTH)
        for name in NAMES
    }

    assert {name: width for name, width in widths.items() if width > 375} == {}


@every_template
@pytest.mark.parametrize("stripped", [_STYLE_BLOCK, _STYLES], ids=["style blocks", "all styles"])
def test_without_styles_the_words_are_the_same_and_in_order(
    template: str, stripped: re.Pattern[str], page: Page
) -> None:
    for name in NAMES:
        html = html_of(name, template)
        words = opened(page, html, 600).evaluate(WORDS)

        bare = opened(page, stripped.sub("", html), 600).evaluate(WORDS)

        assert len(words) > 300
        assert bare.endswith(words)  # the preheader, which is hidden by a style, comes before


@every_template
def test_nothing_is_loaded_but_the_logo(template: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in NAMES:
        opened(page, html_of(name, template), 600)

    assert set(asked) <= {"https://example.org/logo.png"}


@every_template
def test_with_images_off_the_logo_is_the_organisations_name(template: str, page: Page) -> None:
    opened(page, html_of("own-design", template), 600)

    assert {image.get_attribute("alt") for image in page.locator("img").all()} <= {
        "Practice Research Network"
    }


@every_template
@pytest.mark.parametrize("how", ["everything", "only what is light behind dark words"])
def test_words_stay_readable_where_a_program_turns_the_colours_round(
    template: str, how: str, page: Page
) -> None:
    """The dark modes of programs without prefers-color-scheme: Gmail on iOS; Outlook, Android."""
    faint = []
    for name in NAMES:
        light = _STYLE_BLOCK.sub("", html_of(name, template))
        for words, ink, paper in opened(page, light, 600).evaluate(PAIRS):
            dark = how == "everything"
            shown = contrast(
                turned(ink) if dark or lightness(ink) < 0.5 else ink,
                turned(paper) if dark or lightness(paper) > 0.5 else paper,
            )
            if shown < 4.5:
                faint.append((name, words, round(shown, 1)))

    assert faint == []


def lightness(colour: Colour) -> float:
    return (max(colour) + min(colour)) / 510


def turned(colour: Colour) -> Colour:
    """Return a colour of the opposite lightness, of the same hue and saturation."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    return tuple(255 * part for part in colorsys.hls_to_rgb(hue, 1 - light, saturation))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of WCAG 2.2, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 3294.6 if part <= 10.31 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
