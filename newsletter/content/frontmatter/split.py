"""A file cut at its `---` lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.basics.errors import fail

_BLANK = re.compile(r"(?:[^\S\r\n]*(?:\r\n|\n|\r))*")
_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSES = re.compile(r"(?:(?<=\n)|(?<=\r))---[ \t]*(?:\r\n|\n|\r|\Z)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_LAST_END = re.compile(r"(?:\r\n|\n|\r)\Z")


@dataclass(frozen=True, slots=True)
class Parts:
    """A file cut in four; joined again they are the file, to the byte.

    `head` ends with the first `---`, `rows` is the YAML, `fence` the `---` behind it, each with
    its line end.
    """

    head: str
    rows: str
    fence: str
    body: str

    @property
    def yaml(self) -> str:
        """The YAML without its last line end."""
        return _LAST_END.sub("", self.rows)

    @property
    def yaml_line(self) -> int:
        """The line where the YAML begins."""
        return 1 + len(_LINE_END.findall(self.head))

    @property
    def body_line(self) -> int:
        """The line where the text behind the YAML begins."""
        return 1 + self.yaml_line + len(_LINE_END.findall(self.rows))

    @property
    def eol(self) -> str:
        """The line end of the first `---`."""
        found = _LAST_END.search(self.head)
        return found[0] if found else "\n"


def split(text: str, name: Path) -> Parts:
    """Cut a text with any line ends at its `---` lines. Raises NewsletterError."""
    if not text.strip():
        raise fail("the file is empty", file=name)
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    line = 1 + len(_LINE_END.findall(text, 0, start))
    opens = _FENCE.match(text, start)
    if opens is None:
        raise fail(
            "the file must begin with a line of three hyphens (---)",
            file=name,
            line=line,
            hint="put --- before the first key and another after the last",
        )
    closes = _CLOSES.search(text, opens.end())
    if closes is None:
        raise fail(
            "the part that begins here with --- is never closed",
            file=name,
            line=line,
            hint="put --- on a line of its own after the last key",
        )
    begin, end = opens.end(), closes.start()
    return Parts(text[:begin], text[begin:end], closes[0], text[closes.end() :])
