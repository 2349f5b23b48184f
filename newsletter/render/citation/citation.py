"""A citation as HTML and text: journal and volume in italics, its DOI linked once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import unquote

from newsletter.content.doi import RESOLVER, WRITTEN, Doi, in_prose
from newsletter.content.text.characters import display_width, wrap
from newsletter.content.text.links import find_urls, linked
from newsletter.content.text.markdown import Rich
from newsletter.render.citation.apa import Span, italic_spans

_BLANKS = re.compile(r"[ \t\n]+")
_LONGEST_CODED = 500
# Emphasis that the author wrote: *Journal, 12*, _Journal_, <i>Journal</i>.
_MARKED = re.compile(
    r"(?<![\w*])\*(?P<star>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<under>[^\s_](?:[^_]*[^\s_])?)_(?![\w_])"
    r"|<(?P<tag>i|em)>(?P<tagged>[^<>]+)</(?P=tag)>"
)


def render_citation(
    citation: str | None, doi: Doi | None, *, measure: Callable[[str], int] = display_width
) -> Rich | None:
    """Return citation and DOI as HTML and text, or None where there is neither.

    A DOI in the citation is linked there; any other is added behind it. The author's emphasis is
    kept; without any, `apa` finds journal and volume.
    """
    written = _BLANKS.sub(" ", citation or "").strip()
    if not written and not doi:
        return None
    words, marked = _unmarked(written, _link_span(written, doi))
    span = _link_span(words, doi)
    italics = marked or italic_spans(words[: span[0]].rstrip("([") if span else words)
    if span is None and doi:
        words = f"{words} {RESOLVER}{doi}".strip()
        span = len(words) - len(RESOLVER + doi), len(words)
    return Rich(_html(words, span, doi, italics), _text(words, doi, measure))


def _unmarked(written: str, link: Span | None) -> tuple[str, tuple[Span, ...]]:
    """Return a citation without the author's marks of emphasis, and the marked spans."""
    parts: list[str] = []
    spans: list[Span] = []
    last = length = 0
    for match in _MARKED.finditer(written):
        if link and match.start() < link[1] and match.end() > link[0]:
            continue  # DOIs hold _ and *
        inner = match["star"] or match["under"] or match["tagged"]
        parts += [written[last : match.start()], inner]
        length += match.start() - last
        spans.append((length, length + len(inner)))
        length += len(inner)
        last = match.end()
    return "".join([*parts, written[last:]]), tuple(spans)


def _link_span(words: str, doi: Doi | None) -> Span | None:
    """Return the span of the DOI; for None, that of any DOI or web address."""
    for match in WRITTEN.finditer(words):
        found = _written(match["doi"], doi) if doi else in_prose(match["doi"])
        if found:
            return match.start(), match.start("doi") + len(found)
    return None if doi else next(find_urls(words), None)


def _written(found: str, doi: Doi) -> str:
    """Return the part of `found` that is the DOI, maybe percent-encoded or with entities, or ""."""
    wanted = doi.casefold()
    coded = found[:_LONGEST_CODED] if "%" in found or "&" in found else ""
    for end in range(len(coded), 0, -1):
        if wanted in {each(coded[:end]).casefold() for each in (str, unquote, unescape)}:
            return coded[:end]
    plain = found[: len(doi)]
    return plain if plain.casefold() == wanted else ""


def _html(words: str, span: Span | None, doi: Doi | None, italics: tuple[Span, ...]) -> str:
    start, end = span or (len(words), len(words))
    link = linked(_target(words[start:end], doi), words[start:end]) if span else ""
    return _emphasised(words, 0, start, italics) + link + _emphasised(words, end, None, italics)


def _target(written: str, doi: Doi | None) -> str:
    if doi:
        return doi.url
    found = WRITTEN.match(written)
    return Doi(unquote(unescape(found["doi"]))).url if found else written


def _emphasised(words: str, start: int, end: int | None, italics: tuple[Span, ...]) -> str:
    """Return a part of the words, escaped, its italics in `<em>`."""
    stop = len(words) if end is None else end
    parts: list[str] = []
    at = start
    for first, last in italics:
        begin, finish = max(first, at), min(last, stop)
        if begin < finish:
            parts += [_escaped(words[at:begin]), f"<em>{_escaped(words[begin:finish])}</em>"]
            at = finish
    return "".join([*parts, _escaped(words[at:stop])])


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _text(words: str, doi: Doi | None, measure: Callable[[str], int]) -> str:
    lines = wrap(words, measure=measure)
    if not doi or re.search(rf"doi\.org/{re.escape(doi.encoded)}", words, re.IGNORECASE):
        return lines
    return f"{lines}\n{doi.url}".lstrip("\n")
