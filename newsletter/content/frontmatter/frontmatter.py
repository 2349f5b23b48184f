"""The values of front matter by key, and their problems."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from newsletter.basics.controls import NO_BLANKS, SEPARATORS
from newsletter.basics.errors import Level, Problem, did_you_mean, shortened
from newsletter.content.frontmatter.quote import in_quotes
from newsletter.content.frontmatter.split import Parts
from newsletter.content.frontmatter.tree import Listing, Node, Scalar, Table, parse
from newsletter.content.month import Month, parse_month
from newsletter.content.passage import Passage
from newsletter.content.text.bounds import LARGEST, unbounded

LONGEST = 10_000
"""Characters of a text of one line; a citation with a hundred authors has 4,000."""
_MOST_HINTED = 20
_CONTROL = re.compile(f"[{NO_BLANKS}{SEPARATORS}]")
_BREAK = re.compile(r"(?<![ \t])[ \t]*+\n[ \t\n]*")
_DATE = re.compile(r"(\d{4}-\d{2})(?:-\d{2}(?:[T ].*)?)?")


def passage(text: str, name: Path, line: int) -> Passage:
    """Return a text without the blank lines around it, and the line where it then begins."""
    inner = text.strip("\n\t ")
    skipped = len(text) - len(text.lstrip("\n\t ")) if inner else 0
    return Passage(text=inner, file=name, line=line + text.count("\n", 0, skipped))


def joined(text: str) -> str:
    """Return a text with its line breaks made spaces."""
    return _BREAK.sub(" ", text.strip())


class Fields:
    """Returns the values of front matter by key and collects the problems.

    `lines` maps each key to its line, and `KEY.0`, `KEY.1` ... to those of a list's items.
    `path` is the prefix of the keys of a table within another: `announcements.0.`.
    """

    def __init__(self, table: Table, name: Path, path: str = "") -> None:
        self.table, self._name, self._path = table, name, path
        self.problems: list[Problem] = []
        self.lines = {key: entry.line for key, entry in table.entries.items()}
        # Where YAML failed as a whole, missing keys are not reported.
        self.is_readable = True

    @classmethod
    def of(cls, parts: Parts, name: Path) -> Fields:
        """Parse a file's front matter."""
        table, problems = parse(parts.yaml, name, parts.yaml_line)
        fields = cls(table, name)
        fields.problems.extend(problems)
        fields.is_readable = bool(table.entries) or not problems
        return fields

    @property
    def failed(self) -> bool:
        """Whether a problem is an error."""
        return any(problem.level is Level.ERROR for problem in self.problems)

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that are not known."""
        unknown = [key for key in self.table.entries if key not in known]
        for number, key in enumerate(unknown):
            near = did_you_mean(key, known) if number < _MOST_HINTED else None
            hint = near or f"the keys are {', '.join(known)}"
            self.problem(key, f"there is no key '{shortened(key)}'", hint)

    def text(self, key: str, *, strict: bool = False) -> str | None:
        """Return one line of text, line breaks made spaces; None where there is none.

        A ` #` that cuts a text off is an error; unless `strict`, a `# ` passes for a comment.
        """
        node = self._scalar(key)
        return None if node is None else self._one_line(key, key, node, strict=strict)

    def required(self, key: str, example: str, *, strict: bool = True) -> str | None:
        """Return a text that must be there; a hint shows `example`."""
        before = len(self.problems)
        text = self.text(key, strict=strict)
        if text is None and len(self.problems) == before and self.is_readable:
            what = "is empty" if key in self.table.entries else "is missing"
            outer = f"{self._path.partition('.')[0]}: " if self._path else ""
            self.problem(key, f"{outer}{key} {what}", f"for example: {key}: {example}")
        return text

    def month(self, key: str, example: str) -> Month | None:
        """Return the month of a required `YYYY-MM` or whole date."""
        text = self.required(key, example, strict=False)
        if text is None:
            return None
        match = _DATE.fullmatch(text)
        month = parse_month(match[1]) if match else None
        if month is None:
            self.problem(key, f"'{text}' is no month", f"for example: {key}: {example}")
        return month

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        found = []
        for place, item in self._items(key):
            if not isinstance(item, Scalar):
                self.problem(place, f"{key} must be a list of texts", f"write {key}: [one, two]")
            elif text := self._one_line(place, key, item, strict=False):
                found.append(text)
        return tuple(found)

    def number(self, key: str) -> int | None:
        """Return a whole number of at least one."""
        text = self.text(key)
        if text is None:
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
            self.problem(key, f"{key} must be a whole number, not '{text}'", f"{key}: 12")
            return None
        return int(text)

    def flag(self, key: str) -> bool:
        """Return true or false; false for a missing key."""
        text = self.text(key)
        if text is not None and text.lower() not in {"true", "false"}:
            self.problem(key, f"{key} must be true or false, not '{text}'", f"{key}: true")
        return text is not None and text.lower() == "true"

    def reasons(self, key: str) -> dict[str, str]:
        """Return a mapping of names to texts."""
        node = self._node(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.problem(
                key, f"{key} must name each check with a reason", f'{key}: {{rule: "why"}}'
            )
            return {}
        inner = Fields(node, self._name, f"{key}.")
        found = {name: inner.required(name, '"why"') for name in node.entries}
        self.lines |= {f"{key}.{name}": line for name, line in inner.lines.items()}
        self.problems.extend(inner.problems)
        return {name: text for name, text in found.items() if text is not None}

    def tables(self, key: str) -> tuple[Fields, ...]:
        """Return a list of mappings; their problems must be collected by the caller."""
        found = []
        for place, item in self._items(key):
            if isinstance(item, Table):
                found.append(Fields(item, self._name, f"{place}."))
            else:
                self.problem(place, f"{key} must be a list of keys with values", None)
        return tuple(found)

    def passage(self, key: str) -> Passage | None:
        """Return Markdown, line breaks kept, and the line where it begins."""
        node = self._scalar(key)
        if node is None:
            return None
        self._one_line(key, key, node, strict=True, longest=LARGEST)
        return self.bounded(key, passage(node.text, self._name, node.line))

    def bounded(self, key: str, found: Passage) -> Passage:
        """Return a passage; collect a problem where it is beyond the bounds (content.text)."""
        if too_much := unbounded(found):
            self.problems.append(replace(too_much, key=f"{self._path}{key}"))
        return found

    def problem(self, key: str, message: str, hint: str | None = None) -> None:
        """Collect a problem at a key's line."""
        line = self.lines.get(key, self.table.line)
        place = f"{self._path}{key}"
        self.problems.append(
            Problem(message=message, file=self._name, line=line, hint=hint, key=place)
        )

    def _items(self, key: str) -> Iterator[tuple[str, Node]]:
        """Yield the place (`KEY.0`) and the node of each item; a single value is a list of one."""
        node = self._node(key)
        items = node.items if isinstance(node, Listing) else filter(None, (node,))
        for number, item in enumerate(items):
            place = f"{key}.{number}"
            self.lines[place] = item.line
            yield place, item

    def _scalar(self, key: str) -> Scalar | None:
        node = self._node(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.problem(key, f"{key} must be one text", f'write {key}: "..."')
        return None

    def _node(self, key: str) -> Node | None:
        node = self.table.value(key)
        if isinstance(node, Scalar) and node.is_null and node.comment is None:
            return None
        return node

    def _one_line(
        self, place: str, key: str, node: Scalar, *, strict: bool, longest: int = LONGEST
    ) -> str | None:
        text = joined(node.text)
        if len(text) > longest:
            message = f"{key} has {len(text):,} characters; at most {longest:,} are taken"
            self.problem(place, message, "shorten it")
            return None
        if found := _CONTROL.search(text):
            self.problem(place, f"{key} holds a control character (U+{ord(found[0]):04X})")
            return None
        if cut_off := node.cut_off(strict=strict):
            whole = f"{text} {cut_off}".strip()
            self.problem(
                place,
                f"{key} would be cut off at ' #', where a comment begins for YAML",
                f"put it in quotes: {key}: {in_quotes(whole)}",
            )
            return None
        return text or None
