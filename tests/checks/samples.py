"""Values for the rules to look at: one sound issue of two invented summaries."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from newsletter.address import parse_address
from newsletter.checks.dossier import Dossier, Readers
from newsletter.content.issue import Issue
from newsletter.content.month import Month
from newsletter.content.summary import Passage, Summary
from newsletter.content.topics import Vocabularies, Vocabulary
from newsletter.settings import (
    Delivery,
    Design,
    Durability,
    Mailbox,
    Newsletter,
    Settings,
)

ROOT = Path("/workspace")
ISSUE_FILE = Path("issues/2026-11.md")


def passage(text: str, file: str = "summaries/harbour.md", line: int = 10) -> Passage:
    return Passage(text=text, file=Path(file), line=line)


HARBOUR = Summary(
    slug="harbour",
    file=Path("summaries/harbour.md"),
    title="What clients remember",
    blurb="what clients remember",
    published=Month(2026, 9),
    doi="10.5555/jis.2026.0045",
    topics=("Client Factors",),
    research_type="Narrative review",
    body=passage("112 clients were asked (p < .05)."),
    implications=passage("Leave room in a first session.", line=14),
    lines={"title": 2, "published": 3, "doi": 4, "topics": 5, "topics.0": 5, "research_type": 6},
)
QUIET = Summary(
    slug="quiet",
    file=Path("summaries/quiet.md"),
    title="Silence that helps",
    blurb="silences",
    published=Month(2026, 10),
    body=passage("60 recorded sessions.", "summaries/quiet.md", 6),
    implications=passage("Say what a silence is for.", "summaries/quiet.md", 10),
    lines={"title": 2, "published": 3},
)
ISSUE = Issue(
    slug="2026-11",
    file=ISSUE_FILE,
    month=Month(2026, 11),
    summaries=("harbour", "quiet"),
    ignore={},
    lines={"summaries": 2, "summaries.0": 2, "summaries.1": 2, "ignore": 3},
)
SETTINGS = Settings(
    root=ROOT,
    file=ROOT / "newsletter.toml",
    newsletter=Newsletter(
        title="Practice Notes",
        sender=Mailbox(name="Practice Notes", address=parse_address("news@example.org")),
        organisation="Practice Research Network",
        postal_address="1 Example Street",
        list_id="practice-notes.example.org",
    ),
    subscribers_file=ROOT / "subscribers.csv",
    unsubscribe_mailto=parse_address("unsubscribe@example.org"),
    unsubscribe_url=None,
    bounces_address=None,
    delivery=Delivery(),
    database=ROOT / ".newsletter/state.db",
    durability=Durability.FULL,
    design=Design(),
    lines={},
)


def message(html: str = "<p>Hello</p>") -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Practice Notes, November 2026"
    mail.set_content("Hello\n")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


SOUND = Dossier(
    settings=SETTINGS,
    issue=ISSUE,
    summaries=(HARBOUR, QUIET),
    vocabularies=Vocabularies(
        topics=Vocabulary(("Attachment", "Client Factors")),
        research_types=Vocabulary(("Meta-analysis", "Narrative review")),
    ),
    message=message(),
    readers=Readers(mailable=2),
    today=Month(2026, 11),
)
