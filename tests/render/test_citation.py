# ruff: noqa: RUF001, RUF002 - dashes and quotes as printers set them are what is tested
"""Invented references in the shapes that people and their programs write; `‹…›` is italic."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.doi import Doi
from newsletter.render.citation.apa import italic_spans
from newsletter.render.citation.citation import render_citation

SICI = "10.1002/(SICI)1097-4679(199601)52:1<99::AID-JCLP13>3.0.CO;2-9"

JOURNALS = """\
Oak, B. (2020). What helps. ‹Invented Quarterly, 57›(3), 426-436.
Oak, B. (2020). What helps. ‹Invented Quarterly, 57›(3), 426–436.
Oak, B. (2020) What helps. ‹Invented Quarterly, 57›, 426–436
Oak, B., & Elm, C. (2019a). What helps? ‹Invented Quarterly, 57›(3–4), 426–436.
Oak, B., Elm, C., … Ash, D. (2020, March). What helps! ‹Psychotherapy, 57›, e12–e15.
Oak, B. (2020). “What helps?” ‹Psychology, Public Policy, and Unlikely Law, 12›(3), 1–2.
Oak, B. (2020). What helps: A trial of A & B. ‹Child & Family Notes, 12›(Suppl. 1), S1–S20.
Oak, B. (2020). What helps. ‹Psychotherapy: Theory, Research, Practice, Training, 12›(1, Pt. 1), 1.
Oak, B. (2020). What helps. ‹Frontiers in Imagined Psychology, 11›, Article 1234.
Oak, B. (2020). What helps. ‹Frontiers in Imagined Psychology, 11›:1234.
Oak, B. (2020). What helps. ‹Imagined PLOS ONE, 15›(8), e0238234.
Oak, B. (2020). What helps. ‹Imagined Reviews, 2›, Art. No. CD001234.
Oak, B. (2020). Yoga vs. medication for sleep. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). A reply to Elm et al. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). Therapy in the U.S. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). Does it work? A trial. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). What helps. ‹J. Consult. Clin. Psychol., 68›(3), 1–9.
Oak, B. (2020). What helps. ‹J. Child Psychol. Psychiatry, 68›(3), 1–9.
Oak, B. (2020). What helps. ‹J Consult Clin Psychol, 68›(3), 1–9.
Oak, B. (2020). What helps. ‹Z. Klin-Fantasie, 68›(3), 1–9.
Oak, B. (2020). What helps. ‹eLife Notes, 9›, e12345.
Oak, B. (2020). What helps. ‹Research on Invented Practice, 23›, 2, 123-130.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, Vol. 12›(3), pp. 45–61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12–13›, 45–61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12› (3), 45–61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12›.
Oak, B. (2020). What helps. ‹Journal of Invented Studies›, 45–61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies›, Article 45.
Oak, B. (2020). What helps. ‹Made-Up Psychology›. Advance online publication.
Oak, B. (in press). What helps. ‹Journal of Invented Studies›.
Oak, B. (n.d.). What helps. ‹Journal of Invented Studies›.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12›(3), 45–61. Advance online publication.
Ölmez, Ş. (2020). Was hilft. ‹Zeitschrift für erdachte Psychologie, 12›(3), 45–61.
Côté, É. (2020). Ce qui aide. ‹Revue québécoise d’études imaginées, 12›(3), 45–61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12›(3), 45−61.
Oak, B. (2020). What helps. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). What helps. Part 1. ‹Journal of Invented Studies, 12›(3), 45–61.
Oak, B. (2020). What helps. ‹The Lancet. Psychiatry, 12›(3), 45–61.
Oak, B. (2020). Was hilft. ‹Zeitschrift f. Psychologie, 12›(3), S. 45–61.
Oak, B. (2020). What helps. ‹Psychotherapy (Chicago, Ill.), 12›(3), 45–61. PMID: 12345
Oak, B. (2020). What helps at 5 p.m. ‹Psychotherapy, 12›(3), 45–61. (Original work published 1990)
World Fund for Notes. (2020). What helps. ‹Journal of Invented Studies, 2020›(3), 45–61.
Oak, B. (1923/1961). What helps. ‹Journal of Invented Studies, 12›(3), 45–61.
""".splitlines()

BOOKS = """\
Oak, B. (2020). What helps. In C. Elm & D. Ash (Eds.), ‹A book of notes› (pp. 1–20). Made-Up Press.
Oak, B. (2020). What helps. In C. Elm (Ed.), ‹A book of notes: Volume one› (2nd ed., Vol. 3, pp. 1-20). Made-Up Press.
Oak, B. (2020). What helps? In C. Elm, D. Ash, & E. Fir (Eds.), ‹A book of notes› (3rd ed.). Made-Up Press.
Oak, B. (2020). What helps. In C. Elm (Ed.), ‹A book of notes›. Made-Up Press.
Oak, B. (2020). Was hilft. In C. Elm (Hrsg.), ‹Ein Buch› (S. 1–20). Erdachter Verlag.
Oak, B. (2020). ‹What helps: A handbook› (2nd ed.). Made-Up Press.
Oak, B. (2020). ‹What helps› (Rev. ed.). Made-Up Press.
""".splitlines()

PLAIN = """\
What helps, by B. Oak.
Oak B. What helps. J Invented Stud. 2020;12(3):45-61.
Oak, B. (2020). What helps. Made-Up Press.
Oak, B. (2020). What helps. Journal Press.
Oak, B. (2020). What helps [Doctoral dissertation, University of Nowhere]. Invented Repository.
Oak, B. (2020). What helps. Nowhere, 12.
Oak, B. (2020). What helps. London, 2005, 12-20.
Oak, B. (2020). What helps
Oak, B. (2020). CBT vs. medication, 12(3), 45–61.
Oak, B. (2020). What helps in the long run. Psychotherapy. Theory, Research, Practice, 12(3), 45–61.
Oak, B. (2020). Does it help? Yes. Journal of Invented Studies, 12(3), 45–61.
Oak, B. (2020). What helps, 12(3), 45–61.
Oak, B. (2020). What helps. In C. Elm (Ed.), A book. With notes. Made-Up Press.
Oak, B. (2020). What helps. In Proceedings of nothing (pp. 1–20). Made-Up Press.
Oak, B. (2020). What helps. Retrieved from the library, 12(3), 4–5.
Oak, B. (2020). What helps. Daily Invention, A12.
Oak, B. (2020). Help in St. Louis. Psychotherapy, 12(3), 45–61.
Oak, B. (2020). What helps (Report No. 12). World Fund.
Oak, B. (2020). What helps (Version 2.1) [Computer software]. Made-Up Lab.
Oak, B. (2020): What helps. In: Elm, C. (Hrsg.): Ein Buch. Verlag, Berlin, S. 12–20.
Oak, B. & Elm, C. What helps. (2020). Journal of Invented Studies, 12(3), 45–61.
""".splitlines()


def split(marked: str) -> tuple[str, tuple[str, ...]]:
    return re.sub("[‹›]", "", marked), tuple(re.findall("‹(.*?)›", marked))


@pytest.mark.parametrize("marked", [*JOURNALS, *BOOKS, *PLAIN])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("doi", ["", " https://doi.org/10.5555/x.1"])
def test_journal_and_volume_or_the_book_are_in_italics(
    marked: str, form: Literal["NFC", "NFD"], doi: str
) -> None:
    reference, italic = split(unicodedata.normalize(form, marked))

    rich = render_citation(reference + doi, None)

    assert rich is not None
    assert tuple(re.findall("<em>(.*?)</em>", rich.html)) == tuple(
        each.replace("&", "&amp;") for each in italic
    )
    assert unescape(re.sub("<[^>]*>", "", rich.html)) == reference + doi
    assert rich.html.count("<a ") == bool(doi)


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("Oak. *Notes, 12*(3)", "Oak. <em>Notes, 12</em>(3)"),
        ("Oak. _Notes_, _12_(3)", "Oak. <em>Notes</em>, <em>12</em>(3)"),
        ("Oak. <i>Notes</i>, <em>12</em>", "Oak. <em>Notes</em>, <em>12</em>"),
        # marked by the author, so nothing is guessed
        ("Oak (2020). *What*. Notes, 1(2), 3.", "Oak (2020). <em>What</em>. Notes, 1(2), 3."),
        ("Oak * Elm * Ash", "Oak * Elm * Ash"),
        ("p < .05*, p < .01**", "p &lt; .05*, p &lt; .01**"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("**Oak**", "**Oak**"),
        ("<i>open", "&lt;i&gt;open"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
    ],
)
def test_emphasis_that_the_author_marked_counts(written: str, html: str) -> None:
    rich = render_citation(written, None)

    assert rich is not None
    assert rich.html == html


@pytest.mark.parametrize(
    ("citation", "doi", "linked", "words"),
    [
        ("X. doi:10.5555/a.b", "10.5555/a.b", "https://doi.org/10.5555/a.b", "doi:10.5555/a.b"),
        ("X. DOI 10.5555/A.B.", "10.5555/a.b", "https://doi.org/10.5555/a.b", "DOI 10.5555/A.B"),
        ("X. 10.5555/a.b", None, "https://doi.org/10.5555/a.b", "10.5555/a.b"),
        ("X. (doi: 10.5555/a(b)c).", None, "https://doi.org/10.5555/a(b)c", "doi: 10.5555/a(b)c"),
        ("X", "10.5555/a.b", "https://doi.org/10.5555/a.b", "https://doi.org/10.5555/a.b"),
        (
            "X. https://dx.doi.org/10.5555/a_b_c*d*",
            "10.5555/a_b_c*d*",
            "https://doi.org/10.5555/a_b_c*d*",
            "https://dx.doi.org/10.5555/a_b_c*d*",
        ),
        (f"X. https://doi.org/{SICI}", SICI, Doi(SICI).url, f"https://doi.org/{SICI}"),
        (f"X. {SICI}.", SICI, Doi(SICI).url, SICI),
        (f"X. doi:{SICI}", None, Doi(SICI).url, f"doi:{SICI}"),
        (f"X. {Doi(SICI).url}", SICI, Doi(SICI).url, Doi(SICI).url),
        (
            "X. https://doi.org/10.1002/x&lt;1::y&gt;2",
            "10.1002/x<1::y>2",
            "https://doi.org/10.1002/x%3C1::y%3E2",
            "https://doi.org/10.1002/x&lt;1::y&gt;2",
        ),
        ("X. https://example.org/a.", None, "https://example.org/a", "https://example.org/a"),
    ],
)
def test_the_doi_is_linked_once(citation: str, doi: str | None, linked: str, words: str) -> None:
    rich = render_citation(citation, Doi(doi) if doi else None)

    assert rich is not None
    [(href, shown)] = re.findall('<a href="([^"]*)">(.*?)</a>', rich.html)
    assert unescape(href) == linked
    assert unescape(shown) == words
    assert "<" not in linked
    assert rich.text.count("10.5555") <= 2


def test_brackets_around_the_address_are_neither_linked_nor_in_italics() -> None:
    reference = "Oak, T. (2020). Leaves. Journal of Things, 12(3), 45–67 (doi.org/10.5555/abc.1)"

    rich = render_citation(reference, Doi("10.5555/abc.1"))

    assert rich is not None
    assert rich.html == (
        "Oak, T. (2020). Leaves. <em>Journal of Things, 12</em>(3), 45–67 ("
        '<a href="https://doi.org/10.5555/abc.1">doi.org/10.5555/abc.1</a>)'
    )


@pytest.mark.parametrize("volume", [" 12(3):45-67", ", XII(3), 45-67", " 12: 45"])
def test_a_volume_written_in_another_way_leaves_all_upright(volume: str) -> None:
    assert italic_spans(f"Oak, T. (2020). Leaves. Journal of Things{volume}") == ()


def test_a_journal_right_before_its_doi_is_one() -> None:
    rich = render_citation("Oak, B. (2020). What helps. Made-Up Psychology, doi:10.5555/x", None)

    assert rich is not None
    assert rich.html.startswith("Oak, B. (2020). What helps. <em>Made-Up Psychology</em>, <a ")


def test_a_citation_in_plain_text_can_be_followed() -> None:
    rich = render_citation(f"X. doi:{SICI}", Doi(SICI))

    assert rich is not None
    assert rich.text == f"X. doi:{SICI}\n{Doi(SICI).url}"


_LETTERS = st.text(
    st.one_of(
        st.sampled_from(". ,()&?!:–\u00a0\u2019“”[]/0123456789JournalVofEds"),
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
    ),
    max_size=60,
)


@given(
    _LETTERS,
    st.sampled_from(["(2020). ", "(in press) ", "(2020, May). "]),
    st.lists(st.one_of(_LETTERS, st.sampled_from([". In A. B (Eds.), ", ", 12(3), 1–9", ". "]))),
    st.sampled_from([None, "10.5555/x.1", SICI]),
)
def test_whatever_it_holds_the_words_stay(
    authors: str, year: str, rest: list[str], doi: str | None
) -> None:
    reference = re.sub(r"[*_]|</?(?:i|em)>", "", authors + year + "".join(rest))

    rich = render_citation(reference, Doi(doi) if doi else None)

    assert rich is not None
    told = unescape(re.sub(r"</?(?:em|a)\b[^>]*>", "", rich.html)).split()
    assert told in (reference.split(), [*reference.split(), f"https://doi.org/{doi}"])


@given(st.text(max_size=120))
def test_spans_lie_in_the_text_one_after_another(text: str) -> None:
    for reference in (text, f"Oak (2020). {text}"):
        spans = italic_spans(reference)
        assert all(0 <= start < end <= len(reference) for start, end in spans)
        assert list(spans) == sorted(spans)


@pytest.mark.parametrize(
    "unit", ["a, ", ". A", "(", "(a) ", ". In a ", ", 1", "10.1/", "*", "_ ", "Am. J. ", "<i>"]
)
def test_the_longest_citation_is_answered(unit: str) -> None:
    reference = "Oak (2020). " + unit * (9000 // len(unit))

    rich = render_citation(reference, None)

    assert rich is not None
    assert rich.text.split()[:2] == ["Oak", "(2020)."]
