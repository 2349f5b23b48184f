"""The email in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.render.conftest import Compile, read

LONG = "Wortzusammensetzungswiederholungsungetüm" * 4
SUMMARY = f"""\
---
title: A title with {LONG}
published: 2026-11
citation: "A. (2026). {LONG}. https://doi.org/10.5555/{"long-" * 30}"
doi: 10.5555/{"long-" * 30}
---
{LONG} https://example.org/{"path/" * 40}

| Measure | {LONG} |
|---|---|
| x | 1 |

```
{"code " * 60}
```

שלום {"מילה" * 40}

## Practice Implications

- {LONG}
"""

CONTRASTS = """() => {
  const light = c => { const v = c.map(x => { x /= 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4 });
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2] };
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const paper = e => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.offsetParent) continue;
    if (getComputedStyle(e).opacity === '0') continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(paper(e))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.mark.stranger("chromium")
@pytest.mark.parametrize("width", [320, 375, 640, 800])
@pytest.mark.parametrize("language", ["en", "he"])
def test_nothing_scrolls_sideways(
    width: int, language: str, browser: Browser, compile_with: Compile, tmp_path: Path
) -> None:
    from tests.conftest import SETTINGS

    newsletter = SETTINGS.replace("[newsletter]\n", f'[newsletter]\nlanguage = "{language}"\n')
    compiled = compile_with(
        {"newsletter.toml": newsletter, "summaries/2026-11-two-letters.md": SUMMARY}
    )
    file = tmp_path / "mail.html"
    file.write_text(read(compiled.html), encoding="utf-8")

    page = browser.new_page(viewport={"width": width, "height": 700})
    page.goto(file.as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


@pytest.mark.stranger("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_enough(
    scheme: Literal["light", "dark"], browser: Browser, compile_with: Compile, tmp_path: Path
) -> None:
    file = tmp_path / "mail.html"
    file.write_text(read(compile_with().html), encoding="utf-8")

    page = browser.new_page(color_scheme=scheme)
    page.goto(file.as_uri())
    found = page.evaluate(CONTRASTS)

    assert len(found) > 15
    assert [text for contrast, text in found if contrast < 4.5] == []
    page.close()


PREHEADER = """() => {
  const first = document.body.firstElementChild;
  const { height } = first.getBoundingClientRect();
  const next = first.nextElementSibling.getBoundingClientRect();
  return [first.textContent.slice(0, 7), height, next.top] }"""


@pytest.mark.stranger("chromium")
@pytest.mark.parametrize("hides", ["display:none;", "max-height:0;overflow:hidden;"])
def test_the_preheader_takes_no_room_also_where_display_is_ignored(
    hides: str, browser: Browser, compile_with: Compile, tmp_path: Path
) -> None:
    other = {"display:none;": "max-height:0;overflow:hidden;"}.get(hides, "display:none;")
    file = tmp_path / "mail.html"
    file.write_text(read(compile_with().html).replace(other, "", 1), encoding="utf-8")

    page = browser.new_page(viewport={"width": 640, "height": 700})
    page.goto(file.as_uri())
    found = page.evaluate(PREHEADER)
    page.close()

    assert found == ["Letters", 0, 0]
