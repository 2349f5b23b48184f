"""Pages in the form of the blog, of invented text: what they hold, and how they may be written."""

# ruff: noqa: RUF001 - the signs that the blog's text has are the point

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.content.month import Month

HEAD = (
    "Blog",
    (
        "A network of invented practices has kept this blog since 2013 for everyone who likes to read "
        "about made-up studies. Each entry was written by nobody in particular, ends with its practice "
        "implications, and mentions that in May 2020 and in February 2021 nothing at all happened."
    ),
    "This month...",
    "",
    "…I blog about lighthouses, about letters that were never sent, and about tea",
    "Type of Research",
    "Topics",
    "- ALL Topics (clear)",
    "- Attachment",
    "- Attendance, Attrition, and Drop-Out",
    "- Training",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A summary as it is to be found again."""

    title: str
    paragraphs: tuple[str, ...]
    implications: tuple[str, ...]
    citation: str | None = None
    doi: str | None = None


Months = tuple[tuple[Month, tuple[Entry, ...]], ...]

LIGHTHOUSE = (
    "Keepers of lighthouses have been studied far less than the ships that they warn – and when "
    "they have been, it was mostly from the deck. In this study Brandt and colleagues sat with 48 "
    "keepers (SMD = −0.30; 95% CI: −0.67, 0.07; p = .11) and asked what the nights were like. "
    "“Long,” said one of them, “but not empty.” Since May 2020 the lamps have been electric, and "
    "α = .87 is what the keepers’ own scale of patience reached before and after that."
)
LETTERS = (
    "Letters that are written and never posted fill more drawers than one would think. The authors "
    "counted 1,204 of them in a town of moderate size. Those who had kept one were asked, gently, "
    "to read the first line aloud. Most could do it from memory; a few asked for their glasses, "
    "and two had never written the letter that they described (d = 0.41, p < .05)."
)
TEA = (
    "Tea is drunk in nearly every waiting room that the authors visited, and in none of them had "
    "anybody asked who makes it. In a narrative review of 17 sources Ottesen looked at kettles, "
    "cups, and the half minute in which a person decides to stay. It is a short half minute. What "
    "happens in it cannot be randomized, and the author is candid about what follows from that."
)
ADVICE = (
    "Practitioners may wish to look at the lamp before they look at the ship. A few minutes are "
    "enough. Where the stairs are steep, a colleague with strong legs can help; where they are "
    "not, the same colleague will be glad of the company."
)
ADVICE_2 = "None of this is urgent. It is only easily forgotten (and then missed)."

MONTHS: Months = (
    (
        Month(2021, 2),
        (
            Entry("What Keepers of Lighthouses Know About Waiting", (LIGHTHOUSE,), (ADVICE,)),
            Entry(
                "Do Unposted Letters Help? A Count of Drawers",
                (LETTERS, TEA),
                (ADVICE_2, ADVICE),
                "Brandt, T., Ó Súilleabháin, É., van der Meer, J., . . . Ng, W. (2020, December 5). "
                "Letters, unsent: A count. Journal of Invented Drawers, 57, 297–325. "
                "https://doi.org/10.5555/jid.2020.297",
                "10.5555/jid.2020.297",
            ),
        ),
    ),
    (Month(2021, 1), ()),
    (
        Month(2020, 11),
        (
            Entry(
                "Tea: The First Half Minute",
                (TEA,),
                (ADVICE,),
                "Ottesen, K.M., & 山本, 恵 (in press). Kettles. Review of Unlikely Evidence, "
                "doi: 10.5555/rue.2020.11.",
                "10.5555/rue.2020.11",
            ),
            Entry(
                "Lamps, Revisited",
                (LIGHTHOUSE, LETTERS),
                (ADVICE, ADVICE_2),
                "World Organization of Keepers. (2019). Lamps and their keepers. Author.",
            ),
            Entry("Who Makes the Tea?", (TEA,), (ADVICE_2,)),
        ),
    ),
    (
        Month(2020, 5),
        (
            Entry(
                "Patience in Towns of Moderate Size and in Places Where Nobody Counts It",
                (LETTERS,),
                (ADVICE,),
                "Иванова, М. П., et al. (2018, September). Patience. Old Journal, 55(10), 1243-1260. "
                "http://dx.doi.org/10.1002/(SICI)1097-4679(199910)55:10<1243::AID-X5>3.0.CO;2-X",
                "10.1002/(SICI)1097-4679(199910)55:10<1243::AID-X5>3.0.CO;2-X",
            ),
        ),
    ),
)
"""Four months, one of them without summaries; six summaries."""


def kinds(months: Months) -> Iterator[tuple[str, str]]:
    """Yield each line with its kind: head, month, title, citation, text, heading."""
    for line in HEAD:
        yield "head", line
    for month, entries in months:
        yield "month", month.name
        for entry in entries:
            yield "title", entry.title
            if entry.citation:
                yield "citation", entry.citation
            for paragraph in entry.paragraphs:
                yield "text", paragraph
            yield "heading", "Practice Implications"
            for paragraph in entry.implications:
                yield "text", paragraph


def as_text(months: Months) -> str:
    """Write a page as a text capture."""
    return "\n".join(line for _, line in kinds(months)) + "\n"


def as_headings(months: Months) -> str:
    """Write a page as HTML whose months and titles are headings."""
    tags = {"month": "h2", "title": "h3", "heading": "h4"}
    rows = []
    for kind, line in kinds(months):
        inner = html.escape(line)
        if kind == "title":
            inner = f'<a href="/entry">{inner}</a>'
        elif kind == "citation":
            inner = f"<em>{inner}</em>"
        tag = tags.get(kind, "p")
        rows.append(f"<{tag}>{inner}</{tag}>")
    furniture = "<nav><ul><li>May 2019</li></ul></nav><script>'May 2018'</script>"
    body = "\n".join(rows)
    footer = "<footer><h3>Contact</h3><p>May 2017</p></footer>"
    return f"<!DOCTYPE html>\n<html><head><title>May 2016</title></head><body>{furniture}{body}{footer}"


def as_strong(months: Months) -> str:
    """Write a page as HTML whose titles are bold lines within paragraphs."""
    rows = []
    for kind, line in kinds(months):
        inner = html.escape(line).replace("’", "&rsquo;").replace("–", "&#8211;")
        inner = inner.replace("é", "&eacute;")
        match kind:
            case "month":
                rows.append(f'<div class="month"><b>{inner}</b></div>')
            case "title":
                rows.append(f"<p><strong>{inner}</strong><br />")
            case "citation":
                rows.append(f"<em>{inner}</em><br>")
            case "heading":
                rows.append(f"<p><strong>{inner}:</strong> ")
            case _:
                rows.append(f"<span>{inner}</span></p><p>")
    return f'<html><body><main id="content">{chr(10).join(rows)}</main></body></html>'


def as_divs(months: Months) -> str:
    """Write a page as HTML of nothing but divisions, its source indented and wrapped."""
    rows = []
    for _, line in kinds(months):
        inner = html.escape(line).replace(". ", ".\n      ")
        rows.append(f"  <div>\n    <div>\n      {inner}\n    </div>\n  </div>")
    return "<div>\n" + "\n".join(rows) + "\n</div>"


FORMS: dict[str, Callable[[Months], str]] = {
    "text": as_text,
    "headings": as_headings,
    "strong": as_strong,
    "divs": as_divs,
}
