"""What is too much to read is refused at once, where it is read and with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.basics.toml import read_toml
from newsletter.content.frontmatter.tree import parse
from newsletter.content.importing import landmarks, references, sources
from newsletter.content.importing.escape import to_markdown
from newsletter.content.issue.file import read_issue
from newsletter.content.passage import Passage
from newsletter.content.summary.file import _HEADING, read_summary
from newsletter.content.text.markdown import render_markdown
from newsletter.render.citation.citation import render_citation
from tests.growth import UNITS, assert_grows_evenly

HEAD = "---\ntitle: Silence that helps\npublished: 2026-10\n---\n"
UNIT = pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())


def complaints(root: Path, text: str) -> list[str]:
    (root / "summaries").mkdir(exist_ok=True)
    file = root / "summaries" / "quiet.md"
    file.write_text(text)
    summary, problems = read_summary(file, root)
    assert summary is None
    return [f"{each.place}: {each.message}" for each in problems]


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("x" * 500_000, 5, "the text has 500,000 bytes; at most 200,000 can be sent"),
        ("a\n" * 50_000, 5, "the text has 50,000 lines; at most 5,000 are read"),
        (
            "https://example.org/a " * 2_001,
            5,
            "the text has more than 2,000 web addresses",
        ),
        ("[" * 6_000, 5, "the text has more than 5,000 opening square brackets"),
        (
            "One.\n\n" + "![[" * 2_400,
            7,
            "a block of 7,200 characters has too many opening square brackets",
        ),
        (
            "`a` " * 40_000,
            5,
            "the text has more than 10,000 asterisks, backticks, pipes and the like",
        ),
    ],
)
def test_a_text_beyond_what_can_be_sent_is_refused_where_it_is_read(
    tmp_path: Path, body: str, line: int, message: str
) -> None:
    assert complaints(tmp_path, HEAD + body) == [f"summaries/quiet.md:{line}: {message}"]


def test_an_introduction_beyond_what_can_be_sent_is_refused_where_it_is_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "issues").mkdir()
    file = tmp_path / "issues" / "2026-11.md"
    file.write_text("---\nsummaries: [quiet]\n---\n" + "`" * 300_000)

    with pytest.raises(NewsletterError, match=r"issues/2026-11.md:4: the text has 300,000 bytes"):
        read_issue(file, tmp_path)


def test_a_citation_of_a_hundred_authors_is_read_and_an_endless_title_is_not(
    tmp_path: Path,
) -> None:
    long = HEAD.replace("Silence that helps", "x" * 20_000)
    assert complaints(tmp_path, long) == [
        "summaries/quiet.md:2: title has 20,000 characters; at most 10,000 are taken"
    ]
    authors = ", ".join(f"Author, {letter}." for letter in "ABCDEFGHIJ" * 10)
    file = tmp_path / "summaries" / "quiet.md"
    file.write_text(HEAD.replace("---\n", f'---\ncitation: "{authors} (2026). X."\n', 1) + "Text.")
    assert read_summary(file, tmp_path)[1] == ()


@UNIT
def test_markdown_is_rendered_in_proportion(unit: str) -> None:
    assert_grows_evenly(_rendered, unit)


@UNIT
def test_front_matter_is_read_in_proportion(unit: str) -> None:
    assert_grows_evenly(lambda text: parse(f"title: {text}", Path("a.md"), 2), unit)


@UNIT
def test_the_heading_of_the_implications_is_found_in_proportion(unit: str) -> None:
    assert_grows_evenly(
        lambda text: _HEADING.fullmatch(f"## Practice Implications{_row(text)}"), unit
    )


@UNIT
def test_references_and_furniture_are_told_in_proportion(unit: str) -> None:
    for judge in (
        *(
            references.is_citation,
            references.begins,
            references.could_begin,
            references.is_bare_doi,
        ),
        *(
            references.doi,
            landmarks.month,
            landmarks.is_implications,
            landmarks.is_furniture,
            landmarks.is_head,
        ),
        *(landmarks.is_opening, landmarks.is_foot, landmarks.is_cut_month, to_markdown),
    ):
        assert_grows_evenly(lambda text, judge=judge: judge(_row(text)), unit)  # type: ignore[misc]
    assert_grows_evenly(lambda text: render_citation(" ".join(text.split())[:10_000], None), unit)


@UNIT
def test_a_page_is_imported_in_proportion(unit: str) -> None:
    assert_grows_evenly(lambda text: _page("{}", text), unit)
    assert_grows_evenly(lambda text: _page("<html><p>{}</p></html>", text), unit)


def test_a_page_of_ten_thousand_short_lines_is_imported_at_once() -> None:
    start = time.process_time()
    _page("{}", "word\n" * 9_000)
    _page("{}", "October 2026\n\nWhat it Says\n\nThis is said.\n\n" * 3_000)
    assert time.process_time() - start < 10


def test_a_page_of_more_lines_than_a_blog_has_is_refused() -> None:
    with pytest.raises(NewsletterError, match=r"at most 10,000 are read") as refused:
        sources.parse(b"October 2026\n" + b"a\n" * 200_000, Path("page.txt"))
    assert refused.value.problems[0].file == Path("page.txt")


@pytest.mark.parametrize(
    "charset",
    [
        *("hex", "zlib", "rot13", "idna", "punycode", "undefined", "base64", "quopri", "bz2"),
        *("uu", "unicode_escape", "utf-7", "utf-16", "cp037", "no-such-charset"),
    ],
)
def test_a_page_that_declares_what_is_no_encoding_of_pages_is_read_as_cp1252(charset: str) -> None:
    page = (
        f'<html><meta charset="{charset}"><h2>October 2026</h2><h3>What it Says</h3><p>caf\xe9 x</p>'
        "<h3>Practice Implications</h3><p>Say it.</p></html>"
    )
    found = sources.parse(page.encode("cp1252"), Path("page.html"))
    assert [each.paragraphs for each in found.summaries] == [("caf\xe9 x",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" + ".a" * 100_000 + " = 1", "x.toml:1: a key is more than 20 levels deep"),
        ("\n[a" + ".a" * 100_000 + "]", "x.toml:2: a key is more than 20 levels deep"),
        ("a" + '."a"' * 50_000 + " = 1", "x.toml:1: a key is more than 20 levels deep"),
        ("\na = " + "[" * 200_000, "x.toml:2: brackets are nested more than 20 levels deep"),
        ("a = [\n" + "{a = " * 40_000, "x.toml:2: brackets are nested more than 20 levels deep"),
        ("x = 1\n" + "a" * 600 + " = 1", "x.toml:2: a key of 600 characters: it has at most 500"),
        ("#" * 300_000, "x.toml:1: the file is far too large for what it is: more than"),
    ],
)
def test_a_toml_file_that_is_nested_too_deeply_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(NewsletterError) as refused:
        read_toml(tmp_path / "x.toml", Path("x.toml"))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("mark", ["[", "{", "- ", "? ", "{a: ", "[[", "&a [", "!!x ["])
def test_front_matter_that_is_nested_too_deeply_is_refused_with_its_line(
    tmp_path: Path, mark: str
) -> None:
    text = f"---\ntitle: x\npublished: 2026-10\ntopics:\n  {mark * 5_000}\n---\nText.\n"
    assert all(each.startswith("summaries/quiet.md:") for each in complaints(tmp_path, text))


def _row(text: str) -> str:
    return f"A{text.replace(chr(10), ' ')}z"


def _rendered(text: str) -> None:
    try:
        render_markdown(Passage(text=text, file=Path("a.md"), line=1))
    except NewsletterError:
        return


def _page(frame: str, text: str) -> None:
    page = f"October 2026\n\nA title of it\n\n{text}\n\nPractice Implications\n\nSay it.\n"
    try:
        sources.parse(frame.replace("{}", page).encode("utf-8", "replace"), Path("page.txt"))
    except NewsletterError:
        return
