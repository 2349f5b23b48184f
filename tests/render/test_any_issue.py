"""Any issue of ordinary writing: whatever scripts, lengths and Markdown, it comes out whole."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from lxml import html as parser

from newsletter.render.slots.slots import Slot, Slotted
from tests.browser.issues import MONTH, Sample
from tests.browser.mails import TEMPLATE_NAMES, compiled
from tests.render.conftest import read

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}

# What people really write, and what looks as if it were something else.
ODD = (
    *("p < .05", "d > 0.2", "R&D", "&amp;", "&nbsp;", "5 * 3 * 2", "a_b_c", "[...]", "[1]", "~10%"),
    *("<b>bold</b>", "</div></td></table>", "<!-- no -->", "<?php ?>", "]]>", "<![endif]-->"),
    *("{{ name }}", "{% if x %}", "{# no #}", "{ x }", "C:\\new\\table", "\\*", "|", "'", '"'),
    *("Jose\N{COMBINING ACUTE ACCENT}", "nai\N{COMBINING DIAERESIS}ve", "Nguye\u0302\u0303n"),
    *("\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}", "\N{FAMILY}", "\N{VARIATION SELECTOR-16}"),
    *("שָׁלוֹם", "سلام", "ภาษาไทย", "日本語", "한국어", "हिन्दी", "ελληνικά", "кириллица", "ﷺ"),
    *("x\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}3", "soft\N{SOFT HYPHEN}hyphen", "\N{RIGHT-TO-LEFT MARK}"),
    *("https://example.org/a_(b)?c=1&d=%20#e", "a@example.org", "10.5555/x.y;2-#", "NLTOK", "nl-token"),
)  # fmt: skip
letters = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Zs", "Cf")),
    min_size=1,
    max_size=60,
)
words = st.lists(st.one_of(letters, st.sampled_from(ODD)), min_size=1, max_size=8).map(" ".join)


def inlines() -> SearchStrategy[str]:
    return st.tuples(
        st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "[{}](https://example.org/x)", "{}\\\n"]),
        words,
    ).map(lambda each: each[0].replace("{}", each[1]))


def blocks() -> SearchStrategy[str]:
    """A block; `@` stands where a word is put to see whether it arrives."""
    shapes = st.sampled_from(
        (
            "{} @", "## {} @", "#### {} @", "- {} @\n- x", "1. {}\n   - {} @", "> {} @",
            "| x | y |\n|---|--:|\n| {} | @ |", "```\n{}\n@\n```", "---\n\n@", "@  \n{}",
        )
    )  # fmt: skip
    inner = st.lists(inlines(), min_size=1, max_size=3).map(" ".join)
    return st.tuples(shapes, inner).map(lambda each: each[0].replace("{}", _flat(each)))


def _flat(block: tuple[str, str]) -> str:
    """Return the inner text on one line, without the bar in a table."""
    shape, text = block
    line = text.replace("\\\n", " ").replace("\n", " ").replace("@", "")
    return line.replace("|", "/") if shape.startswith("|") else line


@st.composite
def issues(draw: st.DrawFn) -> tuple[Sample, list[str]]:
    """An issue of one to three summaries, and the words that must arrive, in order."""
    marks: list[str] = []

    def marked(text: str) -> str:
        marks.append(f"mark{len(marks)}end")
        return text.replace("@", marks[-1])

    summaries = {}
    introduction = marked(draw(blocks()))
    for name in "abc"[: draw(st.integers(1, 3))]:
        title, citation = draw(words).replace("@", ""), draw(words).replace("@", "")
        body = "\n\n".join(marked(block) for block in draw(st.lists(blocks(), max_size=5)))
        practice = marked(draw(blocks()))
        summaries[f"2026-10-{name}"] = (
            f"---\ntitle: {quoted(f'T {title}')}\npublished: 2026-10\n"
            f"citation: {quoted(f'C {citation}')}\n---\nwords\n\n{body}\n\n"
            f"## Practice Implications\n\n{practice}\n"
        )
    sample = Sample(
        name="any",
        summaries=summaries,
        introduction=f'{{{{ reader.first_name | fallback("x") }}}}\n\n{escaped(introduction)}',
        template=draw(st.sampled_from(TEMPLATE_NAMES)),
        language=draw(st.sampled_from(["en", "he", "fr"])),
    )
    return sample, marks


def quoted(text: str) -> str:
    """Return a YAML scalar in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def escaped(introduction: str) -> str:
    """Return an introduction whose braces are no fields."""
    return re.sub(r"\{(?=[{%#])", r"\\{\\", introduction).replace("\\{\\", "{ ")


class Nesting(HTMLParser):
    """Follows the tags: `open` are those that are not closed, `wrong` those closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.wrong.append(tag)


def slots(text: Slotted) -> set[str]:
    return {part.name for part in text if isinstance(part, Slot)}


@given(issues())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_ordinary_issue_arrives_whole(issue: tuple[Sample, list[str]]) -> None:
    sample, marks = issue

    email = compiled(sample.files)
    html, text = read(email.html), read(email.text)

    assert email.issue == MONTH
    for part in (email.html, email.text):
        assert {"reader.first_name", "unsubscribe"} <= slots(part)
    seen = parser.document_fromstring(html).text_content()
    assert re.findall(r"mark\d+end", seen) == marks
    assert re.findall(r"mark\d+end", text) == marks
    assert "1 Example Street" in seen.partition(marks[-1])[2]
    assert "1 Example Street" in text.partition(marks[-1])[2]
    nesting = Nesting()
    nesting.feed(html)
    assert (nesting.open, nesting.wrong) == ([], [])
    assert html.rstrip().endswith("</html>")
    assert not re.search(r"<script|\son\w+=|\\u\{", html)
