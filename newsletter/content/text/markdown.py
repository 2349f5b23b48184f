"""An author's Markdown as safe HTML on one line and as plain text.

    text -> markdown-it-py (HTML off) -> tree -> HTML -> nh3, our own allow-list
                                              -> plain text

`p < .05`, ampersands, raw HTML, braces and indented lines are shown as written. The result cannot
run a script or fetch anything; text that cannot be sent is an error with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from newsletter.content.passage import Passage
from newsletter.content.text.characters import WIDTH, direction, display_width
from newsletter.content.text.links import find_urls, linked
from newsletter.content.text.markdown_text import alt_text, text_blocks
from newsletter.content.text.markdown_tree import ancestors, markdown_tree

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_IN_WORDS = ("text", "fence")
_DIRECTED = {
    *("paragraph", "heading", "fence", "bullet_list", "ordered_list", "blockquote", "table"),
}

_LONG_WORD = re.compile(r"[^\s\u200b]{24,}")  # too long for a column of a table

WIDE = "wide"
"""The class of a table with more columns than an email has room for: all its words may break."""
_WIDEST_WHOLE = 5  # columns

_STATISTIC = re.compile(r" (?:&lt;|&gt;|[=\u2248\u2264\u2265]) [-\u2212\u2013]?[.\d](?:[.,]?\d)*%?")

_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "ol": {"start", "dir"},
    "td": {"align"},
    "th": {"align", "scope"},
    "span": {"class"},
    **{tag: {"dir"} for tag in ("p", "h2", "h3", "h4", "h5", "h6", "pre")},
    **{tag: {"dir"} for tag in ("ul", "blockquote")},
    "table": {"class", "dir"},
}
_TAGS = {
    *_ATTRIBUTES,
    *("br", "code", "em", "hr", "li", "strong", "tbody", "thead", "tr"),
}


@dataclass(frozen=True, slots=True)
class Rich:
    """Text with emphasis and links, in both its forms.

    `html` is well-formed XML on one line, `text` is wrapped plain text without a final newline.
    A template that escapes HTML takes the first (`__html__`), any other the second (`__str__`).
    """

    html: str
    text: str

    def __html__(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text


def render_markdown(
    passage: Passage,
    *,
    top: int = 3,
    base: str = "ltr",
    measure: Callable[[str], int] = display_width,
    authored: Callable[[str], str] = str,
) -> Rich:
    """Return a passage as HTML and text.

    Its outermost headings become `h{top}`, and no level below is skipped, so that the email's
    outline has no gaps. A block that runs against `base` gets its own `dir`. `measure` gives the
    width of plain text, `authored` a text without the tokens of readers' values, whose letters
    must not decide its direction. Raises NewsletterError with every problem of the passage.
    """
    tree = markdown_tree(passage)
    whole = _Whole(_heading_tags(tree, top), authored)
    html = "".join(_html_block(node, whole, base) for node in tree.children)
    return Rich(_cleaned(html), text_blocks(tree.children, WIDTH, measure))


def _cleaned(html: str) -> str:
    import nh3

    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    # nh3 writes HTML, MJML requires XML; outside of tags `<` is always escaped.
    return safe.replace("&nbsp;", "&#160;").replace("<br>", "<br />").replace("<hr>", "<hr />")


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is the same for all blocks.

    `tags` are those of the headings that have words, by the identity of their nodes; `authored`
    is that of `render_markdown`.
    """

    tags: dict[int, str] = field(default_factory=dict)
    authored: Callable[[str], str] = str


def _heading_tags(tree: SyntaxTreeNode, top: int) -> dict[int, str]:
    tags: dict[int, str] = {}
    above: list[str] = []  # the tags of the headings above the current one, as written
    for node in tree.walk():
        if node.type != "heading" or not _has_words(node):
            continue
        while above and above[-1] >= node.tag:
            above.pop()
        above.append(node.tag)
        tags[id(node)] = f"h{min(top + len(above) - 1, 6)}"
    return tags


def _html_block(node: SyntaxTreeNode, whole: _Whole, base: str) -> str:
    if node.type == "inline":
        return "".join(_html_inline(child) for child in node.children)
    if node.type == "hr":
        return "<hr>"
    if node.type == "paragraph" and node.hidden:  # in a tight list
        return _html_blocks(node, whole, base)
    if node.type == "heading" and id(node) not in whole.tags:  # one without words
        return ""
    tag = whole.tags.get(id(node), node.tag)
    inner, extra = base, ""
    if node.type in _DIRECTED:
        inner = direction(whole.authored(_words(node))) or base
        extra = "" if inner == base else f' dir="{inner}"'
    match node.type:
        case "fence":
            lines = escape(node.content.rstrip("\n"), quote=False)
            return _element("pre", lines.replace("\n", "<br>"), extra)
        case "ordered_list" if node.attrs.get("start", 1) != 1:
            extra += f' start="{node.attrs["start"]}"'
        case "table" if _columns(node) > _WIDEST_WHOLE:
            extra += f' class="{WIDE}"'
        case "td" | "th":
            tag, extra = _cell(node)
        case _:
            pass
    return _element(tag, _html_blocks(node, whole, inner), extra)


def _columns(table: SyntaxTreeNode) -> int:
    return max(len(row.children) for part in table.children for row in part.children)


def _cell(node: SyntaxTreeNode) -> tuple[str, str]:
    """Return a cell's tag and attributes; a `th` without words becomes a `td`."""
    align = str(node.attrs.get("style", "")).removeprefix("text-align:")
    attributes = f' align="{align}"' if align else ""
    if node.type == "th" and _has_words(node):
        return "th", f'{attributes} scope="col"'
    return "td", attributes


def _has_words(node: SyntaxTreeNode) -> bool:
    return bool(_html_blocks(node, _Whole(), "ltr").strip())


def _html_blocks(node: SyntaxTreeNode, whole: _Whole, base: str) -> str:
    return "".join(_html_block(child, whole, base) for child in node.children)


def _words(node: SyntaxTreeNode) -> str:
    return "".join(part.content for part in node.walk() if part.type in _IN_WORDS)


def _html_inline(node: SyntaxTreeNode) -> str:  # noqa: PLR0911
    match node.type:
        case "text":
            above = {up.type for up in ancestors(node)}
            words = escape(node.content, quote=False)
            html = _kept_together(words if "link" in above else _with_links(node.content))
            return _breakable(html) if above & {"td", "th"} else html
        case "softbreak":
            return " "
        case "hardbreak":
            return "<br>"
        case "code_inline":
            return _element("code", escape(node.content, quote=False))
        case "image":
            return escape(alt_text(node), quote=False)
        case "link":
            inner = "".join(_html_inline(child) for child in node.children)
            href = str(node.attrs["href"])
            return f'<a href="{escape(href)}">{inner.strip() or escape(href)}</a>'
        case _:
            return _element(node.tag, "".join(_html_inline(child) for child in node.children))


def _element(tag: str, inner: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _breakable(html: str) -> str:
    """Return a cell's text with its long words marked: the style lets only these break."""
    parts = re.split(r"(<[^>]*>)", html)
    return "".join(
        part if part.startswith("<") else _LONG_WORD.sub(r'<span class="long">\g<0></span>', part)
        for part in parts
    )


def _kept_together(html: str) -> str:
    """Return a text with its statistics (`p < .05`) marked: the style keeps them on one line."""
    return _STATISTIC.sub(r'<span class="stat">\g<0></span>', html)


def _with_links(text: str) -> str:
    parts: list[str] = []
    last = 0
    for start, end in find_urls(text):
        parts += [escape(text[last:start], quote=False), linked(text[start:end], text[start:end])]
        last = end
    return "".join([*parts, escape(text[last:], quote=False)])
