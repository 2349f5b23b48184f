"""Markdown's tree as plain text: words wrapped, lists indented, links as `words (URL)`.

Headings are underlined, and the columns of a table aligned where they fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from newsletter.content.text.characters import wrap

_BETWEEN = " | "
_LONGEST_SYMBOL = 2

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


def text_blocks(nodes: Iterable[SyntaxTreeNode], width: int, measure: Callable[[str], int]) -> str:
    """Return blocks as wrapped plain text, an empty line between two."""
    blocks = (_text_block(node, width, measure) for node in nodes)
    return "\n\n".join(block for block in blocks if block)


def _text_block(  # noqa: PLR0911 - one case a kind of node, here and below
    node: SyntaxTreeNode, width: int, measure: Callable[[str], int]
) -> str:
    match node.type:
        case "paragraph":
            return _wrapped(node, width, measure)
        case "heading":
            words = _wrapped(node, width, measure)
            rule = "-" * max(map(measure, words.split("\n")))
            return f"{words}\n{rule}".strip()
        case "bullet_list" | "ordered_list":
            return _text_list(node, width, measure)
        case "fence":
            return _indented(node.content.rstrip("\n"), "    ")
        case "hr":
            return "* * *"
        case "table":
            return _text_table(node, width, measure)
        case "blockquote":
            return _indented(text_blocks(node.children, max(width - 2, 20), measure), "> ")
        case _:
            return text_blocks(node.children, width, measure)


def _wrapped(node: SyntaxTreeNode, width: int, measure: Callable[[str], int]) -> str:
    words = "".join(_text_inline(child) for child in node.children[0].children)
    lines = (wrap(line, width=width, measure=measure) for line in words.split("\n"))
    return "\n".join(line for line in lines if line)


def _text_table(node: SyntaxTreeNode, width: int, measure: Callable[[str], int]) -> str:
    rows = [row.children for row in node.walk() if row.type == "tr"]
    texts = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(map(measure, column)) for column in zip(*texts, strict=True)]
    if sum(widths) + len(_BETWEEN) * (len(widths) - 1) > width:
        return "\n".join(_BETWEEN.join(row) for row in texts)
    aligns = [str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in rows[0]]
    lines = [
        _BETWEEN.join(
            _padded(text, align, room - measure(text))
            for text, align, room in zip(row, aligns, widths, strict=True)
        ).rstrip()
        for row in texts
    ]
    rule = "-+-".join("-" * each for each in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def _padded(text: str, align: str, blanks: int) -> str:
    before = {"right": blanks, "center": blanks // 2}.get(align, 0)
    return " " * before + text + " " * (blanks - before)


def _text_list(node: SyntaxTreeNode, width: int, measure: Callable[[str], int]) -> str:
    number = int(node.attrs.get("start", 1))
    items: list[str] = []
    tight = True
    for index, item in enumerate(node.children):
        marker = "- " if node.type == "bullet_list" else f"{number + index}. "
        hang = " " * len(marker)
        tight = tight and all(part.hidden for part in item.children if part.type == "paragraph")
        room = max(width - len(marker), 20)
        blocks = [_text_block(part, room, measure) for part in item.children]
        body = ("\n" if tight else "\n\n").join(block for block in blocks if block)
        items.append(marker + _indented(body, hang)[len(marker) :] if body else marker.rstrip())
    return ("\n" if tight else "\n\n").join(items)


def _text_inline(node: SyntaxTreeNode) -> str:  # noqa: PLR0911
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return alt_text(node)
        case "link":
            return _text_link(node)
        case "strong" | "em":
            return _emphasised("".join(_text_inline(child) for child in node.children))
        case _:
            return "".join(_text_inline(child) for child in node.children)


def _emphasised(words: str) -> str:
    """Return words between asterisks; a symbol (*p*, *SD*) and words with asterisks stay plain."""
    return words if len(words) <= _LONGEST_SYMBOL or "*" in words else f"*{words}*"


def _text_link(node: SyntaxTreeNode) -> str:
    words = "".join(_text_inline(child) for child in node.children).strip()
    href = str(node.attrs["href"])
    shown = href.removeprefix("mailto:")
    return shown if words in {"", href, shown} else f"{words} ({shown})"


def _cell(node: SyntaxTreeNode) -> str:
    inline = node.children[0].children if node.children else []
    return "".join(_text_inline(child) for child in inline).strip()


def _indented(text: str, indent: str) -> str:
    return "\n".join((indent + line).rstrip() for line in text.split("\n"))


def alt_text(node: SyntaxTreeNode) -> str:
    """Return an image's alternative text."""
    return " ".join(inner.content for inner in node.walk() if inner.type == "text") or node.content
