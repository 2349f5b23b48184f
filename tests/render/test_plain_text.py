"""The text part, as somebody reads it in a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.text.characters import WIDTH, display_width, wrap
from tests.conftest import SETTINGS
from tests.render.conftest import Compile, issue_with, read

LONG_URL = "https://example.org/" + "a-long-path/" * 12


def summary(body: str, front: str = "") -> dict[str, str]:
    text = f"---\ntitle: T\npublished: 2026-11\n{front}---\n{body}\n"
    return {"summaries/2026-11-two-letters.md": text, **issue_with("Hello.")}


def lines(compile_with: Compile, files: dict[str, str]) -> list[str]:
    return read(compile_with(files).text).split("\n")


def test_no_line_is_wider_than_the_screen_but_for_an_address(compile_with: Compile) -> None:
    body = (
        f"See {LONG_URL} and [this]({LONG_URL}), " + "words of every kind " * 20 + "\n\n"
        "- " + "先生は話した。" * 20 + "\n- " + "שתיקה " * 30 + "\n\n"
        "> " + "e\u0301te\u0301 " * 40 + "\n\n1. " + "👩\u200d👩\u200d👧 " * 40 + "\n"
    )

    wide = [line for line in lines(compile_with, summary(body)) if display_width(line) > WIDTH]

    assert [line.strip().strip("(),") for line in wide] == [LONG_URL, LONG_URL]


def test_an_address_is_never_broken(compile_with: Compile) -> None:
    text = "\n".join(lines(compile_with, summary(f"- > {LONG_URL}\n\n**{LONG_URL}**")))

    assert text.count(LONG_URL) == 2


def test_a_line_that_mailboxes_take_for_a_new_message_is_none(compile_with: Compile) -> None:
    for body in ("From here on it helps.", "word " * 14 + "From here on.", "- a\n\nFrom  b"):
        text = lines(compile_with, summary(body))

        assert not any(line.startswith("From ") for line in text)
        assert any("From" in line.replace("\u00a0", " ") for line in text)


@pytest.mark.parametrize("before", range(55, 75))
def test_a_statistic_stays_on_one_line_and_never_looks_like_a_quotation(before: int) -> None:
    wrapped = wrap(f"{'x' * before} M > 3.5 and p < .001, r = \u2212.29, a > b")

    assert not any(line.startswith(">") for line in wrapped.split("\n"))
    for statistic in ("M > 3.5", "p < .001", "r = \u2212.29"):
        assert statistic in wrapped


def test_emphasis_lists_and_quotations_are_told_in_characters(compile_with: Compile) -> None:
    body = (
        "It *did not* help (*p* = .3, *SD* 2), **at all**. [A page](https://example.org/x).\n\n"
        "- one\n- two\n    1. three\n\n> said\n> so\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )

    assert "\n".join(lines(compile_with, summary(body))).partition("T\n----")[2].count("\n") > 10
    assert (
        "It *did not* help (p = .3, SD 2), *at all*. A page\n(https://example.org/x).\n\n"
        "- one\n- two\n  1. three\n\n> said so\n\n* * *\n\na | b\n--+--\n1 | 2\n"
    ) in "\n".join(lines(compile_with, summary(body)))


def test_its_order_is_head_contents_summaries_news_footer(compile_with: Compile) -> None:
    text = (
        "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\nnumber: 4\n"
        "announcements:\n  - title: Meeting\n    text: Soon.\n---\nHello.\n"
    )
    told = read(compile_with({"issues/2026-11.md": text}).text)

    marks = [
        *("Practice Notes\nIssue 4 · November 2026\n", "View in the browser: https://", "Hello."),
        *("IN THIS ISSUE\n\n1. Letters", "\n2. Silence", "-\n1. Letters", "PRACTICE IMPLICATIONS"),
        *("Topics: Attachment", "-\n2. Silence", "-\nAnnouncements\n-", "Meeting\n\nSoon."),
        *("You receive Practice Notes because", "To unsubscribe:\nhttps://", "1 Example Street"),
    ]
    assert [told.find(mark) for mark in marks] == sorted(told.find(mark) for mark in marks)
    assert -1 not in [told.find(mark) for mark in marks]
    assert not re.search(r"[ \t]\n|\n{4}", told)


def test_without_a_site_it_names_no_page(compile_with: Compile) -> None:
    bare = re.sub("site_url.*\n", "", SETTINGS)

    told = read(compile_with({"newsletter.toml": bare}).text)

    assert "View in the browser" not in told
    assert "All issues" not in told


_WORDS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
        st.sampled_from(["<", ">", "=", ".05", "3", "p", LONG_URL]),
    ),
    max_size=40,
)


@given(_WORDS, st.integers(20, 72))
def test_wrapping_loses_nothing_and_keeps_the_width(words: list[str], width: int) -> None:
    wrapped = wrap(" ".join(words), width=width)

    assert "".join(wrapped.split()) == "".join(words)
    for line in wrapped.split("\n"):
        whole = display_width(line) <= width
        assert whole or len(re.sub(" [<>=≈≤≥] ?| (?=>)", "", line).split(" ")) == 1
