"""A saved web page as blocks: the paragraphs of its HTML, without menus, sidebars and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsletter.content.importing import landmarks
from newsletter.content.importing.blocks import Block, clean

_DROPPED_WORDS = (
    "script style noscript template head nav footer aside select option button textarea iframe"
    " object svg math canvas audio video map"
)
_DROPPED = frozenset(_DROPPED_WORDS.split())
_DROPPED_NAMES_WORDS = (
    "sidebar widget-area site-footer footer colophon site-nav navigation nav-links pagination"
    " pager comments comments-area comment-respond sharedaddy breadcrumb breadcrumbs"
    " skip-link screen-reader-text cookie-notice"
)
_DROPPED_NAMES = frozenset(_DROPPED_NAMES_WORDS.split())
_DROPPED_ROLES = frozenset({"navigation", "contentinfo", "complementary", "search", "banner"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKING_WORDS = (
    "address article blockquote body caption center dd details dir div dl dt fieldset figcaption"
    " figure form header hgroup hr html legend li main menu ol p pre section summary table tbody"
    " td tfoot th thead tr ul"
)
_BREAKING = _HEADINGS | frozenset(_BREAKING_WORDS.split())
_LISTS = frozenset({"ol", "ul", "li"})
_BOLD = frozenset({"b", "strong"})
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CUT_AT_END = re.compile(r"<[^<>]*\Z|&#?\w{0,31}\Z")
_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_END_WITHIN = 2000
_LEAD_END = re.compile(r"[.:,;]\Z")
_LOOKS_LIKE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html|<(?:html|head|body|article|main|div|h[1-6]|p)\b)",
    re.IGNORECASE,
)


def is_html(text: str) -> bool:
    """Whether a text is the source of a web page."""
    return bool(_LOOKS_LIKE.match(text))


def is_whole(text: str) -> bool:
    """Whether a page's source has its end, so that nothing was cut off."""
    return bool(_END.search(text[-_END_WITHIN:]))


def from_html(text: str) -> tuple[Block, ...]:
    """Return a web page's blocks; broken HTML is read as browsers do."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    data = _CUT_AT_END.sub("", text).replace("\x00", "").encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, parser)
    except etree.ParserError:  # nothing but comments
        return ()
    reader = _Reader()
    skipped = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if skipped is None and (not name or _is_furniture(name, element)):
                skipped = element
            elif skipped is None:
                reader.start(name, element.sourceline or 0, element.get("href") or "")
                reader.text(element.text or "")
            continue
        if skipped is None:
            reader.end(name)
        elif element is skipped:
            skipped = None
        if skipped is None:
            reader.text(element.tail or "")
    return tuple(reader.finish())


def _is_furniture(name: str, element: object) -> bool:
    get = getattr(element, "get")  # noqa: B009 - typed as object: lxml is imported later
    names = {*(get("class") or "").lower().split(), (get("id") or "").lower()}
    return (
        name in _DROPPED
        or bool(names & _DROPPED_NAMES)
        or (get("role") or "").lower() in _DROPPED_ROLES
    )


@dataclass(slots=True)
class _Reader:
    """Collects words into blocks as elements begin and end."""

    blocks: list[Block] = field(default_factory=list)
    words: str = ""
    line: int = 0
    latest_line: int = 0
    links: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    bold: int = 0
    bold_until: int = 0
    """The first so many characters of `words` are bold."""
    bullet: bool = False
    has_heading: bool = False
    """Whether the open heading has its words: its end tag is missing, and the rest is text."""

    def start(self, name: str, line: int, href: str) -> None:
        self.latest_line = line or self.latest_line
        if name in _BREAKING:
            if name not in _LISTS or landmarks.month(clean(self.words)):
                self.bullet = False  # an item of a list with paragraphs of its own is no bullet
            self._flush()
            self.bullet = name == "li"
        elif name == "br":
            self._line_break()
        elif name in _BOLD:
            self.bold += 1
        if name in _HEADINGS:
            self.headings.append(name)
            self.has_heading = False
        if href:
            self.links.append(href)

    def end(self, name: str) -> None:
        if name in _BREAKING:
            self._flush()
        if name in _HEADINGS and self.headings:
            self.headings.pop()
        if name in _BOLD:
            self.bold = max(0, self.bold - 1)

    def text(self, raw: str) -> None:
        found = _SPACE.sub(" ", raw)
        if not self.words:
            found = found.lstrip(" ")
            self.line, self.bold_until = self.latest_line, 0
        elif self.words.endswith(" "):
            found = found.lstrip(" ")
        if not found:
            return
        was_bold = self.bold_until == len(self.words)
        self.words += found
        if was_bold and (self.bold or not found.strip()):
            self.bold_until = len(self.words)

    def finish(self) -> Iterator[Block]:
        self._flush()
        yield from self.blocks

    def _line_break(self) -> None:
        if self.headings:
            self.text(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        """End a block; bold words at its begin may be a block of their own."""
        words, bold_until = self.words, self.bold_until
        links, bullet = tuple(self.links), self.bullet
        self.words, self.bold_until, self.links, self.bullet = "", 0, [], False
        lead, rest = clean(words[:bold_until]), clean(words[bold_until:])
        heading = self.headings[-1] if self.headings and not self.has_heading else ""
        self.has_heading = self.has_heading or bool(words.strip())
        if lead and rest and not heading and _stands_alone(lead, rest):
            self._add(lead, "strong", (), bullet=bullet)
            self._add(rest, "", links, bullet=False)
        else:
            mark = heading or ("strong" if lead and not rest else "")
            self._add(clean(words), mark, links, bullet=bullet)

    def _add(self, text: str, mark: str, links: tuple[str, ...], *, bullet: bool) -> None:
        if text:
            shown = f"- {text}" if bullet else text
            self.blocks.append(Block(text=shown, line=self.line, mark=mark, links=links))


def _stands_alone(lead: str, rest: str) -> bool:
    """Whether bold words at a paragraph's begin are a block of their own."""
    if landmarks.is_implications(lead) or landmarks.month(lead):
        return True
    begins_anew = not (rest[0].islower() or rest[0] in ".,;:)!?\u2013—-\u2019'")
    return begins_anew and not _LEAD_END.search(lead) and len(lead.split()) > 1
