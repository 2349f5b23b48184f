"""Whether a template file closes its tags: it locates the fault of broken MJML."""

from __future__ import annotations

import re

from newsletter.render.enclosed import enclosed, matched, replaced

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
"""HTML's tags without an end."""

_NO_TAGS = re.compile(r"(<!--|\{#|\{%|\{\{)")
_NO_TAGS_END = {
    begin: re.compile(re.escape(end))
    for begin, end in {"<!--": "-->", "{#": "#}", "{%": "%}", "{{": "}}"}.items()
}
_OPENING = re.compile(r"</?[A-Za-z]")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*+)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>")


def first_unbalanced(source: str) -> tuple[int, str] | None:
    """Return the line of the first tag without its end (or beginning), with a message, or None.

    Conditions are ignored, so a tag that one branch opens and another closes is reported.
    """
    marks = enclosed(source, _NO_TAGS, _NO_TAGS_END)
    plain = replaced(source, marks, lambda text: "\n" * text.count("\n"))
    opened: list[tuple[str, int]] = []
    line, counted = 1, 0
    for match in matched(plain, _OPENING, _TAG):
        line, counted = line + plain.count("\n", counted, match.start()), match.start()
        closes, tag = match[1], match[2]
        if match[0].endswith("/>") or tag.lower() in VOID:
            continue
        if not closes:
            opened.append((tag, line))
        elif not opened:
            return line, f"</{tag}> closes what is not open in this file"
        else:
            last, its_line = opened.pop()
            if last != tag:
                return its_line, f"<{last}> is not closed before </{tag}>"
    if opened:
        last, its_line = opened[-1]
        return its_line, f"<{last}> is not closed in this file"
    return None
