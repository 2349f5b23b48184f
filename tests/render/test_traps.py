"""What mail programs stumble over, looked for in whole emails of both templates.

The traps of mjml and premailer have their tests beside those two.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html as parser
from lxml.html import HtmlElement

from newsletter.basics.shipped import TEMPLATES
from tests.conftest import SETTINGS
from tests.render.conftest import Compile, read

every_template = pytest.mark.parametrize("template", ["default", "letter"])
EVERYTHING = """\
---
title: Everything
published: 2026-11
citation: "Oak, B. (2020). What helps. Invented Quarterly, 57(3), 426-436."
doi: 10.5555/x.1
topics: [Attachment, Client Factors]
research_type: Survey
---
Words *and* **more** `code`, p < .05, [a link](https://example.org/?a=1&b=2).

- one
- two

1. three

> said

| a | b |
|---|---|
| 1 | 2 |

---

### Heading

```
code
```

## Practice Implications

Do.
"""
LOGO = (
    '\n[design]\nlogo = "https://example.org/a.png"\nlogo_dark = "https://example.org/b.png"\n'
    'logo_alt = "He said \\"so\\"\\\\ Jose\\u0301"\n'
)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@pytest.fixture
def mail(compile_with: Compile, template: str) -> str:
    text = (
        f"---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\ntemplate: {template}\n"
        "number: 4\nannouncements:\n  - title: Meeting\n    text: Soon.\n"
        "    url: https://example.org/meeting\n---\n## Hello\n\nDear reader.\n"
    )
    files = {
        "issues/2026-11.md": text,
        "summaries/2026-11-two-letters.md": EVERYTHING,
        "newsletter.toml": SETTINGS + LOGO,
    }
    return read(compile_with(files).html)


def styles(html: str) -> list[str]:
    return _STYLE.findall(_COMMENT.sub("", html))


def elements(html: str, *tags: str) -> list[HtmlElement]:
    return list(parser.document_fromstring(html).iter(*tags))


@every_template
def test_no_style_block_is_one_that_gmail_drops(mail: str) -> None:
    for style in styles(mail):
        assert len(style.encode()) < 16_000
        assert not re.search(r"@[^{}]*\{[^{}]*@", style)  # an at-rule in an at-rule
    assert any("prefers-color-scheme" in style for style in styles(mail))


@every_template
def test_what_a_program_may_choke_on_has_a_style_block_of_its_own(mail: str) -> None:
    for style in styles(mail):
        kinds = ["data-ogs" in style, "prefers-color-scheme" in style, "max-width" in style]
        assert sum(kinds) <= 1


@every_template
def test_nothing_is_in_it_that_mail_programs_do_not_know(mail: str) -> None:
    for unknown in ("var(--", "<svg", "data:image", "@import", "@font-face", "<link", "<script"):
        assert unknown not in mail


@every_template
def test_what_is_inlined_never_beats_the_dark(mail: str) -> None:
    assert "!important" not in "".join(re.findall(r' style="([^"]*)"', mail))


@every_template
def test_both_darks_are_served(mail: str) -> None:
    metas = {meta.get("name"): meta.get("content") for meta in elements(mail, "meta")}
    css = "".join(styles(mail))

    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    assert ":root { color-scheme: light dark" in css
    assert "[data-ogsc]" in css
    assert "[data-ogsb]" in css


@every_template
def test_every_colour_of_the_light_has_one_for_the_dark(mail: str) -> None:
    css = "".join(styles(mail))
    dark = css[css.index("prefers-color-scheme") :]

    for colour in ("#1A201E", "#ECE9E3", "#B3BBB6", "#86D4C9", "#3A4441"):
        assert colour in dark


@every_template
def test_tables_are_layout_but_for_those_with_head_cells(mail: str) -> None:
    kinds = {
        (table.find("thead") is not None, table.get("role")) for table in elements(mail, "table")
    }

    assert kinds == {(True, None), (False, "presentation")}


@every_template
def test_every_picture_says_what_it_shows(mail: str) -> None:
    assert [image.get("alt") for image in elements(mail, "img")] == 2 * [
        'He said "so"\\ Jose\u0301'
    ]


@every_template
def test_every_link_is_underlined_and_says_where_it_leads(mail: str) -> None:
    for link in elements(mail, "a"):
        if link.get("href") is None:
            continue
        assert str(link.text_content()).strip()
        above = link.getparent()
        is_button = above is not None and above.get("class") == "knob"
        assert is_button or "text-decoration:underline" in (link.get("style") or "")


@every_template
def test_contents_lead_to_the_summaries(mail: str) -> None:
    leads = [str(link.get("href")) for link in elements(mail, "a") if link.get("href")]
    names = [link.get("name") for link in elements(mail, "a") if link.get("name")]

    assert [lead.removeprefix("#") for lead in leads if lead.startswith("#")] == names
    assert names == ["summary-1", "summary-2"]


@every_template
def test_headings_skip_no_level(mail: str) -> None:
    levels = [int(str(each.tag)[1]) for each in elements(mail, "h1", "h2", "h3", "h4", "h5", "h6")]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_template
def test_three_summaries_of_420_words_stay_under_60_kb(
    template: str, compile_with: Compile
) -> None:
    slugs = ("2026-11-two-letters", "2026-10-quiet-rooms", "2026-09-harbour-study")
    text = EVERYTHING.replace("Do.\n", "\n\n".join(["A sentence of six words only. " * 10] * 6))
    files = {
        "issues/2026-11.md": f"---\nsummaries: [{', '.join(slugs)}]\ntemplate: {template}\n---\nHi.\n",
        **{f"summaries/{slug}.md": text.replace("2026-11", slug[:7]) for slug in slugs},
    }

    assert len(read(compile_with(files).html).encode()) < 60_000


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.mjml")), ids=str)
def test_no_padding_is_written_as_mjml_misreads_it(file: Path) -> None:
    assert not re.search(r'padding="(?:[^"]* )?0 [^"]*"', file.read_text("utf-8"))


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("inline.css")), ids=str)
def test_what_is_to_be_inlined_is_plain(file: Path) -> None:
    css = file.read_text("utf-8")

    assert "!important" not in css
    assert "@" not in css


@every_template
def test_without_a_site_no_button_and_no_page_are_named(
    template: str, compile_with: Compile
) -> None:
    files = {
        "newsletter.toml": re.sub("site_url.*\n", "", SETTINGS),
        "issues/2026-11.md": "---\nsummaries: [2026-10-quiet-rooms, 2026-11-two-letters]\n"
        f"template: {template}\n---\nx\n",
    }

    html = read(compile_with(files).html)

    for words in ("View in the browser", "Read on the web", "All issues"):
        assert words not in html
