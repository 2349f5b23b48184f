"""CSS inlined: the only place that imports premailer."""

from __future__ import annotations

import logging
import re
import sys
from functools import cache
from types import ModuleType
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from newsletter.render.enclosed import enclosed, without_comments

_STYLE = re.compile(r"<style\b(?![^<>]*\bdata-inline\b)", re.IGNORECASE)
_OWN_STYLE = re.compile(
    r"(<style\b[^<>]{0,500}?)\s{1,100}data-inline(?:=\"[^\"<>]*\")?", re.IGNORECASE
)
_CONDITIONAL = re.compile(r"(<!--\[if )[^\]<>]*\]>(?!<!--)")
_CONDITIONAL_END = {"<!--[if ": re.compile(re.escape("<![endif]-->"))}
_IMPORT = re.compile(r"@import", re.IGNORECASE)
# CSS Syntax Level 3, 4.3.7: any letter may be written as an escape, so `@i\mport` imports, too.
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_PSEUDO = re.compile(r"::?[\w-]+(?:\([^)]*\))?")
# `.box`, `#top`, a tag; of [dir=rtl] the attribute and its value.
_SELECTED = re.compile(r"([.#\[])?([a-z][\w-]*)(?:[~|^$*]?=[\"']?([\w-]+))?", re.ASCII)
_FETCHED = frozenset({"stylesheet", "preload", "prefetch", "modulepreload", "import"})
"""Values of `rel` for which a link is fetched when the email is opened."""
_STYLE_BLOCK = re.compile(r"<style\b.*?(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_BARE_CONDITION = re.compile(r"<!\[(?:if|endif)\b", re.IGNORECASE)
_IMPORTANT = re.compile(r"!\s*important", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_STYLE_BEGINS = re.compile(r"<style\b", re.IGNORECASE)
_LINK = re.compile(r"<link\b", re.IGNORECASE)
_BASE = re.compile(r"<base\b", re.IGNORECASE)
_MOST_BLOCKS = 100
_LARGEST_CSS = 100_000
_MOST_RULES = 1_000
"""Gmail drops styles of more than 16 KB; each rule is looked for in the whole email."""
_MOST_STYLES = 16  # kept in memory
_LARGEST = 3_000_000  # libxml2 drops the rest after a text node of 10 MB


class NotInlined(ValueError):  # noqa: N818 - the name says what happened
    """The CSS cannot be inlined safely; str() says why, `near` is the faulty text, or ""."""

    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(message)
        self.near = near


def inline_css(html: str, *, sentinel: str) -> str:
    """Return the HTML with the rules of `<style data-inline>` in style attributes.

    Every other style stays as it is. `sentinel` is put before `</body>` and must be there
    afterwards: libxml2 silently drops the rest of a document that is nested 255 deep. Nothing is
    fetched. Raises NotInlined.
    """
    _refuse(html)
    prepared = html.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    prepared = _with_marked_styles(prepared)
    before, end, after = prepared.rpartition("</body>")
    if not end:
        raise NotInlined("the HTML has no </body>")
    inlined = _premail(f"{before}{sentinel}{end}{after}")
    if inlined.count(sentinel) != 1:
        raise NotInlined("the HTML is nested too deeply: its end was lost")
    return inlined.replace(sentinel, "")


def _refuse(html: str) -> None:
    if len(html) > _LARGEST:
        raise NotInlined(f"the HTML has {len(html):,} characters; at most {_LARGEST:,} work")
    if (blocks := len(_STYLE_BEGINS.findall(html))) > _MOST_BLOCKS:
        raise NotInlined(f"the HTML has {blocks:,} styles; at most {_MOST_BLOCKS} work", "<style")
    css = sum(len(style[0]) for style in _STYLE_BLOCK.finditer(html))
    rules = sum(style[0].count("{") for style in _STYLE_BLOCK.finditer(html))
    if css > _LARGEST_CSS or rules > _MOST_RULES:
        raise NotInlined(
            f"the styles have {css:,} characters and {rules:,} rules; "
            f"at most {_LARGEST_CSS:,} and {_MOST_RULES:,} work",
            "<style",
        )
    for style in _STYLE_BLOCK.finditer(html):  # the same words in text are harmless
        if _IMPORT.search(_ESCAPE.sub(_letter, style[0])):
            near = found[0] if (found := _IMPORT.search(style[0])) else ""
            raise NotInlined("@import is refused: an email must not fetch its styles", near)
    if found := _BARE_CONDITION.search(without_comments(html)):
        message = "'<![if' is refused: it would become a comment; write <!--[if !mso]><!-->"
        raise NotInlined(message, found[0])
    for own in _OWN_STYLE.finditer(html):
        own_css = html[own.start() : html.find("</style", own.end())]
        if found := _IMPORTANT.search(_ESCAPE.sub(_letter, own_css)):
            message = "!important is refused in a style that is inlined: it would beat the dark"
            raise NotInlined(message, found[0])
    if found := _SCRIPT.search(html):
        raise NotInlined("a script is refused: no mail program runs one", found[0])
    _refuse_fetching(document_fromstring(html), html)


def _refuse_fetching(root: HtmlElement, html: str) -> None:
    """Refuse links that are fetched, and <base>, as a parser finds them.

    A browser reads `rel="&#115;tylesheet"` as a stylesheet, and Outlook reads conditional
    comments.
    """
    for link in root.iter("link"):
        if _FETCHED & set((link.get("rel") or "").lower().split()):
            message = "a link to a stylesheet is refused: an email must not fetch its styles"
            raise NotInlined(message, _near(_LINK, html))
    if next(root.iter("base"), None) is not None:
        raise NotInlined("<base> is refused: it changes where every link leads", _near(_BASE, html))
    for comment in root.iter(etree.Comment):
        _, condition, inner = (comment.text or "").partition("]>")
        if condition and "<" in inner:
            # Comments cannot nest, so the tags in an inner one may be read.
            body = inner.replace("<!--", "").replace("-->", "")
            _refuse_fetching(document_fromstring(f"<body>{body}</body>"), html)


def _near(tag: re.Pattern[str], html: str) -> str:
    found = tag.search(html)
    return found[0] if found else ""


def _with_marked_styles(html: str) -> str:
    """Mark the styles that stay as they are, except those that only Outlook reads."""
    parts, last = [], 0
    for start, end in enclosed(html, _CONDITIONAL, _CONDITIONAL_END):
        parts += [_mark_styles(html[last:start]), html[start:end]]
        last = end
    return "".join([*parts, _mark_styles(html[last:])])


def _mark_styles(html: str) -> str:
    marked = _STYLE.sub('<style data-premailer="ignore"', html)
    return _OWN_STYLE.sub(r"\1", marked)


def _letter(escape: re.Match[str]) -> str:
    code = int(escape[1], 16) if escape[1] else 0
    return chr(code) if 0 < code <= sys.maxunicode else escape[2] or ""


def _premail(html: str) -> str:
    inlined: str = _inliner()(
        html,
        allow_network=False,
        keep_style_tags=False,
        strip_important=False,
        remove_classes=False,
        disable_validation=True,
        disable_leftover_css=True,
        disable_basic_attributes=["align", "valign", "bgcolor", "width", "height"],
        align_floating_images=False,
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)
    return inlined


@cache
def _inliner() -> Any:
    """Return premailer's class with a cache of parsed rules, and without rules that cannot match.

    Parsing rules and searching for their matches is most of premailer's time.
    """
    premailer = _import_premailer()
    known: dict[tuple[str, int], Any] = {}

    class Inliner(premailer.Premailer):  # type: ignore[misc, name-defined]
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
            key = css_body, ruleset_index
            if key not in known:
                if len(known) >= _MOST_STYLES:
                    known.clear()
                known[key] = super()._parse_style_rules(css_body, ruleset_index)
            rules, leftover = known[key]
            html = self.html.lower()
            return [rule for rule in rules if may_match(rule[1], html)], leftover

    return Inliner


def may_match(selector: str, html: str) -> bool:
    """Whether all tags, names and values of a selector occur in lower-case HTML."""
    names = _SELECTED.findall(_PSEUDO.sub("", selector.lower()))
    return all(
        (name if kind else f"<{name}") in html and value in html for kind, name, value in names
    )


def _import_premailer() -> ModuleType:
    """Import premailer and cssutils without the modules that they fetch with.

    premailer imports requests, and cssutils urllib.request, only to fetch; both together take a
    quarter of a build's time. cssutils follows @import whatever premailer allows.
    """
    absent = [name for name in ("requests", "urllib.request") if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in absent})
    try:
        import premailer
    finally:
        for name in absent:
            del sys.modules[name]
    import cssutils

    # The profiles of known properties only affect a log that is off; compiling their patterns
    # takes another tenth.
    cssutils.profile.removeProfile(all=True)
    cssutils.util._defaultFetcher = _fetch_nothing  # noqa: SLF001 - there is no public way
    module: ModuleType = premailer
    return module


def _fetch_nothing(_url: str) -> None:
    return None
