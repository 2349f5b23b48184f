# ruff: noqa: RUF001 - the signs that the blog's text has are the point

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.content.importing.escape import to_markdown, to_plain
from newsletter.content.passage import Passage
from newsletter.content.text.markdown import render_markdown

WRITTEN = {
    "p < .05, α = .87 – and −0.30 & more": "p < .05, α = .87 – and −0.30 & more",
    "a footnote* and a snake_case_word": "a footnote* and a snake_case_word",
    "see [1] and [2, 3]": "see [1] and [2, 3]",
    "2019. It began": r"2019\. It began",
    "1) first": r"1\) first",
    "# of sessions": r"\# of sessions",
    "- a dash": r"\- a dash",
    "> 50 sessions": r"\> 50 sessions",
    "an *important* word": r"an \*important\* word",
    "_so_ it is": r"\_so\_ it is",
    "[a](b)": r"\[a](b)",
    "a <b>bold</b> claim": r"a \<b>bold\</b> claim",
    "AT&amp;T": r"AT\&amp;T",
    "`code`": r"\`code\`",
    "~~gone~~": r"\~\~gone\~\~",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_only_what_would_become_markup_is_escaped(text: str) -> None:
    markdown = to_markdown(text)
    assert to_plain(markdown) == text
    assert markdown.count("\\") <= WRITTEN[text].count("\\")
    assert ("\\" in markdown) == ("\\" in WRITTEN[text])


CHARACTERS = st.text(
    st.sampled_from([*"ab1 *_`[]()<>#&;!\\~|-+=.:/\"'{}$^@", "α", "\u00a0", "m", "p"]),
    min_size=1,
    max_size=30,
)


@given(CHARACTERS)
@example("https://example.org/a_b_c*")
@example("<!-- {{ x }} -->")
def test_every_paragraph_comes_out_as_it_was_written(text: str) -> None:
    line = " ".join(text.split(" ")).strip()
    if not line or not line.strip("\u00a0"):
        return
    rendered = render_markdown(Passage(text=to_markdown(line), file=Path("x.md"), line=1)).text
    assert "".join(rendered.split()) == "".join(line.split())
