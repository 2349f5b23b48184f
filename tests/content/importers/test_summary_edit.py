"""An imported summary's file is changed in the rows that must change, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.content.importing.summary_edit import with_body, with_keys, with_topic
from newsletter.content.month import Month
from newsletter.content.passage import Passage
from newsletter.content.summary.summary import Summary

NAME = Path("summaries/2026-11-x.md")
SUMMARY = Summary(
    slug="2026-11-x",
    file=NAME,
    title="T",
    published=Month(2026, 11),
    body=Passage(text="New\n\nbody", file=NAME, line=1),
    implications=None,
    lines={},
)
FRAME = "---\ntitle: T # why\n{}published: 2026-11\n---\n\nBody\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("topics:\n", "topics: [B]\n"),
        ("topics: A  # one\n", "topics: [A, B]  # one\n"),
        ("topics: []\n", "topics: [B]\n"),
        ("topics: [A,  'C' ] # two\n", "topics: [A,  'C', B ] # two\n"),
        ("topics: [A,\n  C,\n  ]\n", "topics: [A,\n  C, B\n  ]\n"),
        ("topics: [A, # first\n  C # last\n  ]\n", "topics: [A, # first\n  C, B # last\n  ]\n"),
        ("topics: [A]\n  # later\n", "topics: [A, B]\n  # later\n"),
        ("topics:\n- A # a\n\n# end\n", "topics:\n- A # a\n- B\n\n# end\n"),
        ("topics:\n    -   A\n    # c\n", "topics:\n    -   A\n    # c\n    - B\n"),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_topic_is_added_in_the_form_that_the_list_has(
    before: str, after: str, eol: str, bom: str
) -> None:
    text = (bom + FRAME.format(before)).replace("\n", eol)
    assert with_topic(text, SUMMARY, "B") == (bom + FRAME.format(after)).replace("\n", eol)


def test_a_first_topic_goes_to_its_usual_place() -> None:
    text = "---\ntitle: T\nblurb: b\ndoi: 10.5555/1\n---\n"
    assert with_topic(text, SUMMARY, "a, b") == (
        '---\ntitle: T\nblurb: b\ndoi: 10.5555/1\ntopics: ["a, b"]\n---\n'
    )


def test_a_key_gets_a_row_or_goes_and_mixed_line_ends_stay() -> None:
    text = "---\r\ntitle: old\n# c\ndoi: 10.5555/1 # x\r\nblurb: >\r\n  a\n\n# d\n---\nBody\r\n"
    rows = {"title": "title: new", "doi": None, "citation": "citation: C", "author": None}
    assert with_keys(text, NAME, rows) == (
        "---\r\ntitle: new\r\ncitation: C\r\n# c\nblurb: >\r\n  a\n\n# d\n---\nBody\r\n"
    )


@pytest.mark.parametrize("body", ["Old\r\n\r\ntext\r\n", ""])
def test_a_body_is_written_with_the_files_line_ends(body: str) -> None:
    head = "\ufeff---\r\ntitle: T\r\n---"
    text = f"{head}\r\n{body}" if body else head
    assert with_body(text, SUMMARY) == f"{head}\r\nNew\r\n\r\nbody\r\n"
