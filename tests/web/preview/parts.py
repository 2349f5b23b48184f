"""A preview of made-up parts: files in a folder are the issues, one line each a reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from newsletter.checks.engine import Finding, Report
from newsletter.errors import Level, Problem, fail
from newsletter.proof import Proof
from newsletter.web.preview.app import IssueEntry, Parts
from newsletter.web.preview.guard import Keys

HOST = "127.0.0.1:8025"
KEYS = Keys(token="the-token", cookie="the-cookie", csrf="the-csrf")
HTML = """\
<!DOCTYPE html>
<html lang="en"><head><title>Practice Notes</title>
<meta name="color-scheme" content="light dark">
<style>:root{color-scheme:light dark} body{background:#fff;color:#111}
@media (prefers-color-scheme: dark){body{background:#111;color:#eee}}</style>
</head><body><h1 style="color:#0b5c5a">{subject}</h1><div style="height:3000px">Long</div>
<p>A summary that names (prefers-color-scheme: dark) in its text.</p>
<p><a href="https://example.org/elsewhere">Elsewhere</a></p></body></html>
"""


def message(subject: str, html: str = HTML) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Practice Notes <news@example.org>"
    mail["To"] = "Ada Lovelace <ada@example.org>"
    mail["Subject"] = subject
    mail.set_content(f"{subject}\n\nIn plain words: café.\n", cte="quoted-printable")
    mail.add_alternative(html.replace("{subject}", subject), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


WEIGHT = Finding(rule="size", level=Level.INFO, message="the HTML of the email is 1 KB")


@dataclass
class Shelf:
    """Issues whose subject is the text of `SLUG.txt`; a text beginning with ! is broken."""

    folder: Path
    changed: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    def write(self, slug: str, text: str) -> None:
        (self.folder / f"{slug}.txt").write_text(text, encoding="utf-8")

    def slugs(self) -> list[str]:
        return sorted(file.stem for file in self.folder.glob("*.txt"))

    def issues(self) -> list[IssueEntry]:
        return [IssueEntry(slug=slug, name=f"Issue {slug}", state="draft") for slug in self.slugs()]

    def proof(self, slug: str) -> Proof:
        file = Path(f"{slug}.txt")
        text = (self.folder / file).read_text(encoding="utf-8").strip()
        if text.startswith("!!"):
            raise fail(text[2:], file=file, line=1, hint="mend it")
        if text.startswith("!"):
            problem = Problem(message=text[1:], file=file, line=1, hint="mend it")
            found = Finding(
                rule="render",
                level=problem.level,
                message=problem.message,
                file=file,
                line=1,
                hint="mend it",
            )
            return Proof(content=None, message=None, report=Report((found,)))
        return Proof(content=None, message=message(text), report=Report((WEIGHT,)))

    async def changes(self) -> AsyncIterator[None]:
        while True:
            await self.changed.get()
            yield

    def parts(self, first: str = "2026-11", hosts: frozenset[str] = frozenset({HOST})) -> Parts:
        return Parts(
            title="Practice Notes",
            first=first,
            slugs=self.slugs,
            issues=self.issues,
            proof=self.proof,
            changes=self.changes,
            image_sources=("https://news.example.org",),
            keys=KEYS,
            hosts=hosts,
        )
