"""A workspace to send from: an issue of a known size, a list of any length, a ledger of its own."""

from __future__ import annotations

import csv
import random
import shutil
import sys
from pathlib import Path

from benchmarks.machine import shell

ISSUE = "2026-11"
TARGET = 58_000
"""Bytes of a message, within a hundredth or two."""

NEWSLETTER = Path(sys.executable).with_name("newsletter")

_SETTINGS = """\
[newsletter]
title = "Practice Notes"
from = "Practice Notes <news@example.org>"
organisation = "Practice Research Network"
postal_address = "1 Example Street, Ottawa ON  K1N 6N5"
list_id = "practice-notes.example.org"

[unsubscribe]
mailto = "unsubscribe@example.org"
url = "https://news.example.org/u"

[bounces]
address = "bounces@example.org"

[delivery]
transport = "smtp+plain://127.0.0.1:{port}"
connections = {connections}

[state]
durability = "{durability}"
"""

_WORDS = """
the therapists of one invented clinic asked their clients what had helped and what had not after
twelve sessions most named a moment of being understood few named advice and a third could not say
which of the two groups they had been in when the study was over
"""


class Place:
    """The folder of a workspace for the benchmarks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.rmtree(root, ignore_errors=True)
        for folder in ("summaries", "issues"):
            (self.root / folder).mkdir(parents=True)
        self.settings(port=25, connections=1, durability="full")

    def settings(self, *, port: int, connections: int, durability: str) -> None:
        """Write `newsletter.toml`."""
        text = _SETTINGS.format(port=port, connections=connections, durability=durability)
        (self.root / "newsletter.toml").write_text(text, encoding="utf-8")

    def issue(self, words: int) -> int:
        """Write the issue with two summaries of so many words; return the message's bytes."""
        slugs = [f"{ISSUE}-study-{number}" for number in (1, 2)]
        for slug in slugs:
            text = _summary(slug, words, random.Random(slug))
            (self.root / "summaries" / f"{slug}.md").write_text(text, encoding="utf-8")
        text = f"---\nsummaries: [{', '.join(slugs)}]\n---\n{_GREETING}\n"
        (self.root / "issues" / f"{ISSUE}.md").write_text(text, encoding="utf-8")
        shell(NEWSLETTER, "-C", self.root, "build", ISSUE, "-o", self.root / "built")
        return self.message.stat().st_size

    def issue_of(self, size: int = TARGET) -> None:
        """Write an issue whose message has about so many bytes."""
        small, large = self.issue(400), self.issue(1400)
        self.issue(max(100, 400 + round((size - small) * 1000 / (large - small))))

    @property
    def message(self) -> Path:
        """The message as one reader gets it."""
        return self.root / "built" / f"{ISSUE}.eml"

    def readers(self, number: int) -> None:
        """Write a list of so many readers, in no order."""
        order = list(range(number))
        random.Random(number).shuffle(order)
        with (self.root / "subscribers.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["email", "name", "first_name"])
            rows.writerows(
                [f"reader.{each:07}@example.org", f"Ada {each}", f"Ada{each % 997}"]
                for each in order
            )

    def ledger_size(self) -> int:
        """Return the bytes of the ledger with its journal."""
        return sum(file.stat().st_size for file in (self.root / ".newsletter").glob("state.db*"))

    def forget(self) -> None:
        """Take away what a mailing left, so that the next one is the first."""
        shutil.rmtree(self.root / ".newsletter", ignore_errors=True)
        (self.root / "mailings.csv").unlink(missing_ok=True)


_GREETING = 'Dear {{ reader.first_name | fallback("colleague") }}, two studies this month.'

_SUMMARY = """\
---
title: "A study of {name}"
published: {issue}
citation: "Okafor, L. (2026). A study of {name}. Journal of Invented Studies, 1, 2-3."
blurb: {name}
author: Sample Author
---
{text}

## Practice Implications

{implications}
"""


def _summary(name: str, words: int, chance: random.Random) -> str:
    count, remaining = 90, words
    paragraphs = []
    while remaining > 0:
        paragraphs.append(_prose(min(count, remaining), chance))
        remaining -= count
    name = name.replace("-", " ")
    text, implications = "\n\n".join(paragraphs), _prose(60, chance)
    return _SUMMARY.format(name=name, issue=ISSUE, text=text, implications=implications)


def _prose(words: int, chance: random.Random) -> str:
    sentences = []
    while words > 0:
        length = min(words, chance.randint(9, 20))
        sentences.append(" ".join(chance.choices(_WORDS.split(), k=length)).capitalize() + ".")
        words -= length
    return " ".join(sentences)
