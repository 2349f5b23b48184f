# ruff: noqa: RUF001 - the signs that the blog's text has are the point

from __future__ import annotations

import codecs
import contextlib
import html
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import NewsletterError
from newsletter.content.importing.month_reader import Cut
from newsletter.content.importing.sources import parse
from newsletter.content.month import Month
from tests.content.importers.pages import (
    ADVICE,
    ADVICE_2,
    FORMS,
    HEAD,
    LETTERS,
    LIGHTHOUSE,
    MONTHS,
    TEA,
    Entry,
    Months,
    as_text,
    kinds,
)

PAGE = Path("page.txt")
Found = tuple[Month, Entry]


def found(data: bytes | str) -> list[Found]:
    read = parse(data.encode() if isinstance(data, str) else data, PAGE)
    assert [s.incomplete for s in read.summaries] == [None] * len(read.summaries)
    return [
        (s.month, Entry(s.title, s.paragraphs, s.implications, s.citation, s.doi))
        for s in read.summaries
    ]


def expected(months: Months) -> list[Found]:
    return [(month, entry) for month, entries in months for entry in entries]


TEXT = as_text(MONTHS)


@pytest.mark.parametrize("form", FORMS)
def test_text_and_html_of_any_markup_give_the_same_summaries(form: str) -> None:
    assert found(FORMS[form](MONTHS)) == expected(MONTHS)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\n\n").encode(),
        TEXT.replace("\n", " \t\u00a0\n\u00a0 ").encode(),
        TEXT.replace("Practice Implications", "PRACTICE IMPLICATION:").encode(),
        TEXT.replace("Practice Implications\n", "Practice implications: ").encode(),
    ],
    ids=[
        *("crlf", "cr", "bom", "utf-16", "utf-16-be", "utf-32", "blank lines", "stray spaces"),
        *("other case", "on the same line"),
    ],
)
def test_a_capture_may_be_written_in_any_of_the_usual_ways(data: bytes) -> None:
    assert found(data) == expected(MONTHS)


def test_a_capture_in_cp1252_is_read() -> None:
    western = tuple(
        (month, tuple(each for each in entries if _is_western(each))) for month, entries in MONTHS
    )
    assert found(as_text(western).encode("cp1252")) == expected(western)


def _is_western(entry: Entry) -> bool:
    try:
        "".join((*entry.paragraphs, *entry.implications, entry.citation or "")).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def wrapped(width: int, between: str) -> str:
    lines = (textwrap.wrap(line, width, break_long_words=False) for line in TEXT.split("\n"))
    return between.join("\n".join(each) for each in lines)


@pytest.mark.parametrize("width", [64, 72, 80, 100])
def test_wrapped_lines_with_blank_lines_between_are_made_whole(width: int) -> None:
    assert found(wrapped(width, "\n\n")) == expected(MONTHS)


@pytest.mark.parametrize("width", [64, 72, 80, 100])
def test_wrapped_lines_without_blank_lines_lose_no_word(width: int) -> None:
    assert [joined(each) for each in found(wrapped(width, "\n"))] == [
        joined(each) for each in expected(MONTHS)
    ]


def joined(pair: Found) -> Found:
    """Return a summary whose paragraphs are one: where one ended, a full line does not tell."""
    month, entry = pair
    texts = " ".join(entry.paragraphs), " ".join(entry.implications)
    return month, replace(entry, paragraphs=(texts[0],), implications=(texts[1],))


def test_a_title_that_stands_twice_is_one_title() -> None:
    titles = [entry.title for _, entry in expected(MONTHS)]
    twice = re.sub(rf"(?m)^({'|'.join(map(re.escape, titles))})$", r"\1\n\1", TEXT)
    assert found(twice) == expected(MONTHS)


def test_what_stands_before_the_first_month_is_no_summary() -> None:
    with pytest.raises(NewsletterError, match="no month heading"):
        parse("\n".join(HEAD).encode(), PAGE)


def test_a_month_within_a_sentence_is_no_heading() -> None:
    text = "May 2020 was quiet. " + TEA
    months = ((Month(2021, 3), (Entry("Quiet Months", (text,), ("In May 2020.",)),)),)
    assert found(as_text(months)) == expected(months)


CITATIONS = {
    "Ng, M. (2020). Waiting. Journal of Lamps, 3(4), 5-6. doi:10.5555/jl.3.4": "10.5555/jl.3.4",
    "Ng, M. (2020). Waiting. DOI 10.5555/jl.3.4.": "10.5555/jl.3.4",
    "Ng, M. (2020). Waiting (https://doi.org/10.5555/jl(3)4).": "10.5555/jl(3)4",
    "Ng, M. (2020). Waiting. http://dx.doi.org/10.5555/jl.3.4 [Epub]": "10.5555/jl.3.4",
    "Ng, M. (2020). Waiting. https://doi.org/10.5555/ jl.3.4": "10.5555/jl.3.4",
    "Ng, M. (2020). Waiting. doi: 10.5555/appi.ajp. 2020.2005": "10.5555/appi.ajp.2020.2005",
    "Ng, M. (2020). Waiting. doi: 10.5555/x-7 Advance online publication.": "10.5555/x-7",
    "Ng, M. (2020). Waiting. doi: 10.5555/x7.Advance online publication.": "10.5555/x7",
    "Ng, M. (2020). W. Online First Publication: https://doi.org/10.5555/x": "10.5555/x",
    "Ng, M. (2020). W. https://doi.org/10.1002/%28SICI%291%3C2%3A%3A3%3E": "10.1002/(SICI)1<2::3>",
    "Ng, M. (2022, September). Waiting. Lamps. Advance online publication.": None,
    "Ng, M. & Ó Murchú, S. (in press). Waiting. Journal of Lamps.": None,
    "van den Berg, A.-M., d’Arc, J., & al-Said, N. (2019, December 5). Waiting. Lamps.": None,
    "Milrod B., Ng, M., Tran T. (2020) Waiting. Journal of Lamps, 12, 3-4": None,
    "Ng, M., Oe, K., ... Zu, A. (2020). Waiting: A review? Lamps, 1.": None,
    "Institute for Lamps and Waiting (2021). Guideline. Author.": None,
    "Norcross & Ng (2018). Waiting that works. Lamp Press.": None,
    "山本, 恵, & 李, 娜. (2021). 待つこと. 灯台, 3, 4-5.": None,
    "Παππάς, Ν., et al. (2020). Waiting. Journal of Lamps.": None,
    "Ng, M. Waiting and lamps. Journal of Lamps, 12(3), 45-61.": None,
}


@pytest.mark.parametrize("citation", CITATIONS)
def test_a_citation_and_its_doi_are_found_in_every_form(citation: str) -> None:
    entry = Entry("Waiting: Why? And for Whom", (TEA,), (ADVICE,), citation, CITATIONS[citation])
    months = ((Month(2021, 3), (entry, replace(entry, title="Waiting Again"))),)
    assert found(as_text(months)) == expected(months)


@pytest.mark.parametrize(
    "opening",
    [
        "Bordin (1979) held that keepers agree on the lamp before they agree on the ship. ",
        "However, J. Smith (2020) found no lamp at all, and neither did anybody else. ",
        "In a study by Ng and Tran (2020), keepers were asked about the nights. ",
        "Freud (1912), in a paper that few have read, speaks of lighthouses. ",
        "American lighthouses (built before 1900) are tall. ",
        "Smith and colleagues (2018) looked at stairs. ",
        "(2020) is the year in which the lamps became electric. ",
    ],
)
def test_a_paragraph_that_names_a_year_is_no_citation(opening: str) -> None:
    months = ((Month(2021, 3), (Entry("Stairs", (opening + TEA,), (ADVICE,)),) * 1),)
    assert found(as_text(months)) == expected(months)


def test_a_doi_behind_the_words_of_a_link_is_found() -> None:
    source = (
        "<h2>May 2020</h2><h3>Lamps</h3><p>Ng, M. (2020). Waiting. <em>Lamps</em>, 3. "
        f'<a href="https://doi.org/10.5555/lamps.3">Read it here</a></p><p>{TEA}</p>'
        f"<h4>Practice Implications</h4><p>{ADVICE}</p>"
    )
    assert [entry.doi for _, entry in found(source)] == ["10.5555/lamps.3"]


WORDS = st.lists(
    st.sampled_from(["Lamps", "Tea", "Waiting", "Letters", "Stairs", "Nights", "Ships"]),
    min_size=2,
    max_size=8,
    unique=True,
).map(" ".join)
TITLES = st.builds(lambda words, end: words + end, WORDS, st.sampled_from(["", "?", ": A Review"]))
PROSE = st.lists(
    st.sampled_from(
        [
            "Keepers of lamps were asked (n = 24; p < .05) what they remember of the stairs.",
            "Nobody had counted them since May 2020.",
            "“It is 199 steps – or 200,” said one.",
            "Is that many? It depends.",
            "Ng and Tran (2020) thought so; α = .87 and χ²(2) = 4.1.",
        ]
    ),
    min_size=3,
    max_size=9,
).map(" ".join)
PARAGRAPHS = st.lists(PROSE.filter(lambda text: len(text) > 130), min_size=1, max_size=3)
ENTRIES = st.builds(
    lambda title, paragraphs, implications, cited: Entry(
        title,
        tuple(paragraphs),
        tuple(implications),
        f"Ng, M., & Öz, K. (2020). {title}. Journal of Lamps, 3, 4–5. doi: 10.5555/jl.3"
        if cited
        else None,
        "10.5555/jl.3" if cited else None,
    ),
    TITLES,
    PARAGRAPHS,
    PARAGRAPHS,
    st.booleans(),
)


@given(
    st.lists(st.lists(ENTRIES, max_size=3), min_size=1, max_size=4).filter(any),
    st.sampled_from(sorted(FORMS)),
)
def test_every_page_of_the_form_is_read_back(entries: list[list[Entry]], form: str) -> None:
    months = tuple((Month(2021, 9 - number), tuple(each)) for number, each in enumerate(entries))
    assert found(FORMS[form](months)) == expected(months)


START = len(TEXT.partition("Training\n")[0].encode())
TITLES_OF_PAGE = [entry.title for _, entry in expected(MONTHS)]


@given(st.integers(START, len(TEXT.encode())))
def test_a_page_cut_off_anywhere_loses_and_invents_nothing(length: int) -> None:
    data = TEXT.encode()[:length]
    cut = data.decode(errors="ignore")
    try:
        read = parse(data, PAGE)
    except NewsletterError:
        assert "February 2021\nWhat Keepers of Lighthouses Know About Waiting\n" not in cut
        return
    begun = [title for title in TITLES_OF_PAGE if re.search(f"(?m)^{re.escape(title)}\n.", cut)]
    assert [summary.title for summary in read.summaries] == begun
    whole = parse(TEXT.encode(), PAGE).summaries
    for summary, reference in zip(read.summaries[:-1], whole, strict=False):
        assert summary == reference
    if read.summaries:
        last, reference = read.summaries[-1], whole[len(read.summaries) - 1]
        assert last.citation in {None, reference.citation}
        assert last.doi in {None, reference.doi}
        text = " ".join((*last.paragraphs, *last.implications))
        assert " ".join((*reference.paragraphs, *reference.implications)).startswith(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_a_clear_error(data: bytes) -> None:
    with contextlib.suppress(NewsletterError):
        parse(data, PAGE)


@given(st.text(max_size=300), st.sampled_from(["<p>", "<!DOCTYPE html>", "May 2020\n"]))
def test_any_text_after_a_beginning_is_read_without_a_crash(text: str, head: str) -> None:
    page_text = f"{head}{text}\nMay 2020\nPractice Implications\n{text}"
    with contextlib.suppress(NewsletterError):
        parse(page_text.encode("utf-8", "replace"), PAGE)


def test_where_a_summary_breaks_off_is_said() -> None:
    start = "May 2020\nLamps and Stairs\nNg, M. (2020). Lamps. Journal of Lamps, 3, 4-5.\n"
    cuts = {
        start: Cut.IN_CITATION,
        start[:40]: Cut.IN_CITATION,
        f"{start}{TEA[:80]}": Cut.IN_SUMMARY,
        f"{start}{TEA}": Cut.NO_IMPLICATIONS,
        f"{start}{TEA}\nPractice Impl": Cut.NO_IMPLICATIONS,
        f"{start}{TEA}\nPractice Implications": Cut.IN_IMPLICATIONS,
        f"{start}{TEA}\nPractice Implications\n{ADVICE[:50]}": Cut.IN_IMPLICATIONS,
        f"{start}{TEA}\nPractice Implications\n{ADVICE}": None,
        f"{start}{TEA}\nApril 2020\n": Cut.WITHOUT_IMPLICATIONS,
    }
    said = {text: parse(f"Topics\n{text}".encode(), PAGE).summaries[0].incomplete for text in cuts}
    assert said == cuts


@pytest.mark.parametrize(
    "end", ["Institute for Lamps. (201", "Institute for Lamps (2019)", "Tran T, Ng M, et a"]
)
def test_a_citation_that_is_cut_off_is_no_text(end: str) -> None:
    read = parse(f"Topics\nMay 2020\nLamps and Stairs\n{end}".encode(), PAGE).summaries
    assert [(s.title, s.paragraphs) for s in read] == [("Lamps and Stairs", ())]


def test_a_title_alone_at_the_end_is_a_fragment() -> None:
    read = parse((TEXT + "Stairs and Their Cou").encode(), PAGE)
    assert [s.title for s in read.summaries] == TITLES_OF_PAGE
    assert [fragment.text for fragment in read.fragments] == ["Stairs and Their Cou"]


def test_what_surrounds_the_summaries_of_a_saved_page_is_left_out() -> None:
    source = f"""<!DOCTYPE html><html><body>
      <header><nav><ul><li>January 2019</li></ul></nav></header>
      <form><select><option>ALL Topics</option></select></form>
      <article><header><h2>February&nbsp;2021</h2></header>
      <p><strong>What Keepers Know</strong> <em>Ng, M. (2020). Lamps. Lamps, 3.</em></p>
      <p>{TEA}</p><p><strong>Practice Implications</strong> {ADVICE}</p><p>&nbsp;</p>
      <h3><a href="/tea">Who Makes the Tea?</a></h3><p><b>Who Makes the Tea?</b></p>
      <p>{TEA}</p><p><b>Practice</b> <b>implications:</b></p><ul><li>Ask.</li></ul></article>
      <div class="sidebar"><h3>Archives</h3><ul><li>May 2020</li></ul></div>
      <h4>Contact us</h4><p>1 Tea Street</p><footer>May 2017</footer></body></html>"""
    february = Month(2021, 2)
    cited = "Ng, M. (2020). Lamps. Lamps, 3."
    assert found(source) == [
        (february, Entry("What Keepers Know", (TEA,), (ADVICE,), cited)),
        (february, Entry("Who Makes the Tea?", (TEA,), ("- Ask.",))),
    ]


def page_of(*entries: Entry) -> Months:
    return ((Month(2021, 3), entries),)


@pytest.mark.parametrize(
    ("heading", "month"),
    [
        ("Sept. 2016", Month(2016, 9)),
        ("MAY 2014", Month(2014, 5)),
        ("Feb 2021", Month(2021, 2)),
        ("december, 2019", Month(2019, 12)),
        ("July/August 2020:", Month(2020, 7)),
    ],
)
def test_a_month_may_be_written_in_other_ways(heading: str, month: Month) -> None:
    text = f"{heading}\nWho Makes the Tea?\n{TEA}\nPractice Implications\n{ADVICE}\n"
    assert found(text) == [(month, Entry("Who Makes the Tea?", (TEA,), (ADVICE,)))]


@pytest.mark.parametrize(
    "title",
    [
        "Lamps Do Not Wait for Dr. Brandt et al.",
        "December 2019 and After",
        "Lamps in 2014",
        "EMPATHY",
        "β-Lamps and Stairs",
        "e-Lamps",
        "12 Stairs Are Enough",
        "“I felt seen”: keepers on silence",
        "Is Tea Overrated?",
        "Topics",
        f"Tea {'and More Tea ' * 15}at Last",
    ],
)
def test_a_title_may_have_any_form(title: str) -> None:
    citation = "Ng, M. (in press). Waiting. Journal of Lamps."
    months = page_of(
        Entry("Stairs", (LETTERS,), (ADVICE, ADVICE_2)),
        Entry(title, (TEA,), (ADVICE,), citation),
        Entry(f"{title} Again", (TEA,), (ADVICE_2,)),
    )
    assert found(as_text(months)) == expected(months)


def test_blanks_that_do_not_break_hide_no_citation() -> None:
    citation = "Ng, M. (in press). Waiting. Journal of Lamps."
    months = page_of(Entry("Stairs", (TEA,), (ADVICE,), citation))
    text = as_text(months).replace(citation, citation.replace(" ", "\u00a0"))
    assert found(text) == expected(months)


def test_a_title_that_stands_again_behind_its_citation_is_one_title() -> None:
    citation = "Ng, M. (2020). Waiting. Journal of Lamps, 3, 4-5."
    months = page_of(Entry("Stairs", (TEA,), (ADVICE,), citation))
    assert found(as_text(months).replace(citation, f"{citation}\nStairs")) == expected(months)


@pytest.mark.parametrize("without", [0, 1, 2])
def test_a_summary_without_its_heading_is_a_summary_of_its_own(without: int) -> None:
    entries = (
        Entry("Lamps and Ships at Night", (LIGHTHOUSE,), (ADVICE,)),
        Entry("Letters That Nobody Sent", (LETTERS,), (ADVICE_2,)),
        Entry("Tea in Waiting Rooms", (TEA,), (ADVICE,)),
    )
    bare = entries[without]
    text = as_text((*page_of(*entries), *MONTHS)).replace(
        "\n".join((*bare.paragraphs, "Practice Implications", *bare.implications)),
        "\n".join(bare.paragraphs),
        1,
    )
    read = parse(text.encode(), PAGE).summaries[: len(entries)]
    incomplete: list[str | None] = [None, None, None]
    incomplete[without] = Cut.WITHOUT_IMPLICATIONS
    assert [(s.title, s.incomplete) for s in read] == [
        (entry.title, reason) for entry, reason in zip(entries, incomplete, strict=True)
    ]


def test_two_pages_in_one_file_are_two_pages() -> None:
    assert found(TEXT + TEXT.replace("2021", "2011")) == [
        *expected(MONTHS),
        *(
            (Month(month.year - 10 * (month.year == 2021), month.month), e)
            for month, e in expected(MONTHS)
        ),
    ]


@pytest.mark.parametrize(
    "foot",
    [
        "« First\n‹ Previous\n1\n2\nNext ›\nLast »\n",
        "Pages\n1 2 3 next › last »\n",
        "Share this:\nA Bird\nA Book\n",
        "Contact Us\n1 Tea Street\n© 2023 Lamps. All rights reserved.\n",
        "Archives\nJanuary 2019\nDecember 2018\n",
    ],
)
def test_the_foot_of_a_page_is_no_summary_and_no_part_of_one(foot: str) -> None:
    assert found(TEXT + foot) == expected(MONTHS)


def test_months_listed_before_the_head_hold_nothing() -> None:
    assert found("January 2019\nDecember 2018\n" + TEXT) == expected(MONTHS)


def test_headings_that_are_never_closed_end_with_their_words() -> None:
    rows = [
        {"month": f"<h2>{line}", "title": f"<h3><a href=/x>{line}", "head": ""}.get(
            kind, f"<p>{html.escape(line)}"
        )
        for kind, line in kinds(MONTHS)
    ]
    assert found("<html><body>" + "\n".join(rows)) == expected(MONTHS)


def test_months_and_titles_may_be_lines_of_nested_lists() -> None:
    rows = [
        {"month": f"<li><span>{line}</span><ul>", "title": f"<li>{line}", "head": ""}.get(
            kind, f"<p>{html.escape(line)}</p>"
        )
        for kind, line in kinds(MONTHS)
    ]
    assert found("<html><body><ul>" + "".join(rows) + "</ul>") == expected(MONTHS)


@pytest.mark.parametrize(
    "citation", ["Varga, M. (2025). Silences. Invented Quarterly, 7, 1-19.", ""]
)
def test_a_page_with_its_months_under_the_titles_is_doubted(citation: str) -> None:
    text = "Somebody asked a hundred invented readers what they made of it. " * 3
    entry = f"November 2026\n\n{citation}\n\n{text}\n\nPractice Implications\n\nLeave room.\n\n"
    rows = parse(
        f"First of the titles\n\n{entry}Second of the titles\n\n{entry}"[:-2].encode(), Path("a")
    ).summaries
    assert [row.incomplete for row in rows] == [Cut.NO_TITLE, Cut.NO_TITLE]


def test_a_title_before_a_month_makes_the_summary_above_it_doubtful() -> None:
    text = "Somebody asked a hundred invented readers what they made of it. " * 3
    body = f"{text}\n\nPractice Implications\n\nLeave room.\n\n"
    rows = parse(
        f"November 2026\n\nOne title\n\n{body}A lost title\n\nOctober 2026\n\nTwo\n\n{body}".encode(),
        Path("a"),
    ).summaries
    assert [row.incomplete for row in rows] == [Cut.TITLE_AT_END, None]
