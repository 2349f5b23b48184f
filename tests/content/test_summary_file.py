from __future__ import annotations

import dataclasses
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.basics.errors import Problem
from newsletter.basics.files import write_text
from newsletter.content.doi import Doi
from newsletter.content.month import Month
from newsletter.content.passage import Passage
from newsletter.content.summary.file import dump_summary, read_summary
from newsletter.content.summary.summary import Summary

NAME = Path("summaries/2026-11-x.md")
WHOLE = """\
---
title: "Letters: a pilot"
published: 2026-11
citation: "Okafor, L. (2026). Letters. Invented Quarterly, 7(#2), 1-19."
doi: https://doi.org/10.5555/iq.2026.7
topics: [Attachment, "Client Factors"]   # two
research_type: Narrative review
blurb: letters between sessions          # how the sentence names it
author: G. Example
incomplete: cut off at the end of the page
---

First paragraph (p < .05).

Second.

## Practice Implications

Write.
"""


def at(line: int, text: str) -> Passage:
    return Passage(text=text, file=NAME, line=line)


def read(root: Path, text: str | bytes) -> tuple[Summary | None, list[Problem]]:
    file = root / NAME
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    summary, problems = read_summary(file, root)
    return summary, list(problems)


def told(root: Path, text: str | bytes) -> list[tuple[int | None, str, str | None]]:
    summary, problems = read(root, text)
    assert summary is None
    assert {problem.file for problem in problems} == {NAME}
    return [(each.line, each.message, each.hint) for each in problems]


def head(rows: str) -> str:
    return f"---\n{rows}\n---\nText.\n"


def test_a_whole_summary_is_read_with_its_lines(tmp_path: Path) -> None:
    summary, problems = read(tmp_path, WHOLE)
    assert problems == []
    assert summary == Summary(
        slug="2026-11-x",
        file=NAME,
        title="Letters: a pilot",
        published=Month(2026, 11),
        body=at(13, "First paragraph (p < .05).\n\nSecond."),
        implications=at(19, "Write."),
        citation="Okafor, L. (2026). Letters. Invented Quarterly, 7(#2), 1-19.",
        doi=Doi("10.5555/iq.2026.7"),
        topics=("Attachment", "Client Factors"),
        research_type="Narrative review",
        blurb="letters between sessions",
        author="G. Example",
        incomplete="cut off at the end of the page",
        lines={
            "title": 2,
            "published": 3,
            "citation": 4,
            "doi": 5,
            "topics": 6,
            "topics.0": 6,
            "topics.1": 6,
            "research_type": 7,
            "blurb": 8,
            "author": 9,
            "incomplete": 10,
        },
    )


@pytest.mark.parametrize(
    "change",
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("---\ntitle", "\ufeff---\ntitle"),
        ("---\ntitle", "--- \ntitle"),
    ],
    ids=["crlf", "cr", "bom", "blank"],
)
def test_what_an_editors_program_does_to_a_file_is_no_matter(
    tmp_path: Path, change: tuple[str, str]
) -> None:
    assert read(tmp_path, WHOLE.replace(*change)) == read(tmp_path, WHOLE)


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    file = tmp_path / "summaries" / "2026-11-cafe\u0301.md"
    file.parent.mkdir()
    file.write_text(head("title: Jose\u0301\npublished: 2026-11"), encoding="utf-8")
    summary, _ = read_summary(file, tmp_path)
    assert summary is not None
    assert (summary.slug, summary.title) == ("2026-11-caf\u00e9", "Jos\u00e9")


@pytest.mark.parametrize(
    "written",
    ["2021-02", "'2021-02'", '"2021-02"', "2021-02-15", "2021-02-15 10:00", "2021-02 # x"],
)
def test_a_month_is_a_month_however_yaml_takes_it(tmp_path: Path, written: str) -> None:
    summary, problems = read(tmp_path, head(f"title: A\npublished: {written}"))
    assert problems == []
    assert summary is not None
    assert summary.published == Month(2021, 2)


@pytest.mark.parametrize("written", ["no", "12:30:45", "2020", "1e3", "0o17", "On", "yes", "1.0"])
def test_a_title_is_a_text_whatever_yaml_takes_it_for(tmp_path: Path, written: str) -> None:
    summary, _ = read(tmp_path, head(f"title: {written}\npublished: 2026-11"))
    assert summary is not None
    assert summary.title == written


@pytest.mark.parametrize(
    "heading",
    [
        "## Practice Implications",
        "# practice implications",
        "###### PRACTICE IMPLICATIONS ######",
        "## Practice Implications:",
        "## **Practice Implications**",
        "## **Practice Implications:**",
        "### __Practice implications__:",
        "**Practice Implications:**",
        "  ##   Practice  Implications  ",
    ],
)
def test_the_heading_of_the_implications_is_known_in_its_forms(
    tmp_path: Path, heading: str
) -> None:
    summary, _ = read(tmp_path, head("title: A\npublished: 2026-11") + f"\n{heading}\nDo it.\n")
    assert summary is not None
    assert summary.body.text == "Text."
    assert summary.implications == at(8, "Do it.")


@pytest.mark.parametrize(
    "row", ["Practice Implications", "## Practice Implications for all", "#Practice Implications"]
)
def test_other_lines_are_no_such_heading(tmp_path: Path, row: str) -> None:
    summary, _ = read(tmp_path, head("title: A\npublished: 2026-11") + f"\n{row}\nDo it.\n")
    assert summary is not None
    assert summary.implications is None
    assert summary.body.text == f"Text.\n\n{row}\nDo it."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("title: A", [(2, "published is missing", "for example: published: 2026-11")]),
        ("title:\npublished: 2026-11", [(2, "title is empty", 'for example: title: "What clients remember"')]),
        ("title: A\npublished: 2021-13", [(3, "'2021-13' is no month", "for example: published: 2026-11")]),
        ("title: A\npublished: May", [(3, "'May' is no month", "for example: published: 2026-11")]),
        ("title: A\npublished: 2026-11\ntopcs: [x]", [(4, "there is no key 'topcs'", "did you mean 'topics'?")]),
        ("title: [A]\npublished: 2026-11", [(2, "title must be one text", 'write title: "..."')]),
        ("title: A\npublished: 2026-11\ntopics: {a: b}", [(4, "topics must be a list of texts", "write topics: [one, two]")]),
        ("title: A\ntitle: B\npublished: 2026-11", [(3, "'title' stands twice (first in line 2)", None)]),
        ("title: A: b\npublished: 2026-11", [(2, "put the title in quotes: a colon stands in it", 'title: "A: b"')]),
        ("title: What next:\npublished: 2026-11", [(2, "put the title in quotes: a colon stands in it", 'title: "What next:"')]),
        ("title: A #1\npublished: 2026-11", [(2, "title would be cut off at ' #', where a comment begins for YAML", 'put it in quotes: title: "A #1"')]),
        ("title: A # b\npublished: 2026-11", [(2, "title would be cut off at ' #', where a comment begins for YAML", 'put it in quotes: title: "A # b"')]),
        ("title: #1 cause\npublished: 2026-11", [(2, "title would be cut off at ' #', where a comment begins for YAML", 'put it in quotes: title: "#1 cause"')]),
        ("title: A\npublished: 2026-11\nblurb: the #1", [(4, "blurb would be cut off at ' #', where a comment begins for YAML", 'put it in quotes: blurb: "the #1"')]),
        ('title: "A" b\npublished: 2026-11', [(2, "put the title in quotes: quotes end in the middle of it", "title: '\"A\" b'")]),
        ("title: 'it's'\npublished: 2026-11", [(2, "put the title in quotes: quotes end in the middle of it", 'title: "it\'s"')]),
        ("\ttitle: A\npublished: 2026-11", [(2, "a tab stands where spaces are wanted", "begin the line without it")]),
        ('title: "A\npublished: 2026-11', [(2, "quotes are opened and never closed", 'title: "A"')]),
        ("title: A\npublished: 2026-11\ntopics: [a, b", [(4, "the bracket [ is never closed", "topics: [a, b]")]),
        ("title: *A\npublished: 2026-11", [(2, "put the title in quotes: a text that begins with *, & or ! needs quotes (YAML takes it for a mark)", 'title: "*A"')]),
        ("title: !!python/object A\npublished: 2026-11", [(2, "put the title in quotes: a text that begins with *, & or ! needs quotes (YAML takes it for a mark)", 'title: "!!python/object A"')]),
        ("title: A\n\tpublished: 2026-11", None),
        ("title: A\x07\npublished: 2026-11", [(2, "a control character (U+0007)", "take it out")]),
        ('title: "A\\x07"\npublished: 2026-11', [(2, "title holds a control character (U+0007)", None)]),
        ("- a\n- b", [(2, "these are no keys with values", "write 'key: value'")]),
        ("just words", [(2, "these are no keys with values", "write 'key: value'")]),
        ("", [(2, "title is missing", 'for example: title: "What clients remember"'), (2, "published is missing", "for example: published: 2026-11")]),
        ("title: A\npublished: 2026-11\ntopics: " + "[" * 40 + "]" * 40, None),
        ("title: A\npublished: 2026-11\ntopics: " + "[" * 40_000, None),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", None),
    ],
)  # fmt: skip
def test_each_thing_wrong_in_the_front_matter_is_told_with_its_line(
    tmp_path: Path, rows: str, expected: list[tuple[int | None, str, str | None]] | None
) -> None:
    found = told(tmp_path, head(rows))
    assert found == expected or (expected is None and found)


def test_all_of_it_is_told_at_once(tmp_path: Path) -> None:
    rows = "title: A: b\npublished: 20\nblurb: c: d\ncitation: see #3\nautor: x"
    assert [(line, message) for line, message, _ in told(tmp_path, head(rows))] == [
        (2, "put the title in quotes: a colon stands in it"),
        (3, "'20' is no month"),
        (4, "put the blurb in quotes: a colon stands in it"),
        (5, "citation would be cut off at ' #', where a comment begins for YAML"),
        (6, "there is no key 'autor'"),
    ]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", None, "the file is empty"),
        (b" \n\n", None, "the file is empty"),
        (b"title: A\n", 1, "the file must begin with a line of three hyphens (---)"),
        (b"---\ntitle: A\n\nText\n", 1, "the part that begins here with --- is never closed"),
        (b"---\ntitle: A\0B\n---\n", 2, "this is no text file (it holds zero bytes)"),
        (b"\x89PNG\r\n\x1a\n\0\0", None, "this is no text file (it holds zero bytes)"),
        ("---\ntitle: Café\n---\n".encode("latin-1"), 2, "the text is not in UTF-8 (byte 0xe9)"),
        ("---\ntitle: A\n---\n".encode("utf-16"), None, "the text is in UTF-16"),
    ],
)
def test_a_file_that_is_no_summary_is_one_clear_problem(
    tmp_path: Path, data: bytes, line: int | None, message: str
) -> None:
    assert [each[:2] for each in told(tmp_path, data)] == [(line, message)]


def test_a_folder_or_nothing_is_a_clear_problem(tmp_path: Path) -> None:
    folder = tmp_path / "x.md"
    folder.mkdir()
    assert read_summary(folder, tmp_path)[1] == (
        Problem(message="this is a folder, not a file", file=Path("x.md")),
    )
    assert read_summary(tmp_path / "y.md", tmp_path)[1] == (
        Problem(message="there is no such file", file=Path("y.md")),
    )


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("10.1/x", "10.1/x"),
        ("https://doi.org/10.1/x", "10.1/x"),
        ("http://dx.doi.org/10.1/x", "10.1/x"),
        ("doi:10.1/x", "10.1/x"),
        ("DOI: 10.1/x", "10.1/x"),
        ("https://example.org/10.1/x", "https://example.org/10.1/x"),
        ("doi: none", "doi: none"),
    ],
)
def test_a_doi_loses_what_stands_before_it(written: str, bare: str) -> None:
    assert Doi.read(written) == bare


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"),
    min_size=1,
).map(str.strip).filter(bool)  # fmt: skip
TITLE = st.one_of(
    TEXT,
    st.sampled_from(
        [
            "A: b",
            "#1",
            "a #b",
            "null",
            "True",
            "'x'",
            '"x"',
            "[a]",
            "- a",
            "a,b",
            "x:",
            "é",
            "C:\\x",
        ]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TITLE, citation=TITLE, topics=st.lists(TITLE, max_size=3, unique=True), blurb=TITLE)
def test_what_is_written_is_read_back(
    tmp_path: Path, title: str, citation: str, topics: list[str], blurb: str
) -> None:
    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    summary = Summary(
        slug="2026-11-x",
        file=NAME,
        title=nfc(title),
        published=Month(2026, 11),
        body=at(1, "Text.\n\nMore."),
        implications=at(1, "Do."),
        citation=nfc(citation),
        topics=tuple(dict.fromkeys(nfc(topic) for topic in topics)),
        blurb=nfc(blurb),
        lines={},
    )
    write_text(tmp_path / NAME, dump_summary(summary))
    again, problems = read_summary(tmp_path / NAME, tmp_path)
    assert problems == ()
    assert again is not None
    assert again.body.text == summary.body.text
    assert again.implications is not None
    bare = dataclasses.replace(
        again, lines={}, body=summary.body, implications=summary.implications
    )
    assert bare == summary


def test_a_written_summary_looks_as_if_a_person_had_written_it(tmp_path: Path) -> None:
    summary, _ = read(tmp_path, WHOLE)
    assert summary is not None
    assert (
        dump_summary(summary)
        == """\
---
title: "Letters: a pilot"
published: 2026-11
citation: "Okafor, L. (2026). Letters. Invented Quarterly, 7(#2), 1-19."
doi: 10.5555/iq.2026.7
topics: [Attachment, Client Factors]
research_type: Narrative review
blurb: letters between sessions
author: G. Example
incomplete: cut off at the end of the page
---
First paragraph (p < .05).

Second.

## Practice Implications

Write.
"""
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.text(alphabet="abc:#-[]{}'\"*&!|>%@`,? \n\t\\1~", max_size=60))
def test_nothing_written_between_the_hyphens_ends_in_a_traceback(tmp_path: Path, rows: str) -> None:
    summary, problems = read(tmp_path, f"---\ntitle: A\npublished: 2026-11\n{rows}\n---\nText\n")
    assert summary is not None or problems


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ('title: "The "quiet" room: a study"', 'The "quiet" room: a study'),
        ('title: "The "quiet" room"  # mine', 'The "quiet" room'),
        ("title: 'it's here'", "it's here"),
        ("title: 'it's \"here\"'", 'it\'s "here"'),
        ('title: "Letters" and "silences"', '"Letters" and "silences"'),
        ('title: "Letters": a study', '"Letters": a study'),
        ("title: \u201cQuiet rooms: a study\u201d", "Quiet rooms: a study"),
        ('title: \u201cQuiet rooms: a "study"\u201d # x', 'Quiet rooms: a "study"'),
        ("title: a \\ b: c", "a \\ b: c"),
    ],
)
def test_following_the_hint_makes_the_title_right(tmp_path: Path, row: str, title: str) -> None:
    [(line, message, hint)] = told(tmp_path, head(f"{row}\npublished: 2026-11"))
    assert line == 2
    assert ("typographic" in message) == ("\u201c" in row)
    assert hint is not None
    summary, problems = read(tmp_path, head(f"{hint}\npublished: 2026-11"))
    assert problems == []
    assert summary is not None
    assert summary.title == title
