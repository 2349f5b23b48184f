"""Values for the rules to look at: one sound issue of two invented summaries."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

from newsletter.basics.address import parse_address
from newsletter.basics.shipped import TEMPLATES
from newsletter.checks.dossier import Dossier, Readers
from newsletter.checks.parsed import ParsedMessage
from newsletter.content.doi import Doi
from newsletter.content.issue.issue import Issue
from newsletter.content.month import Month
from newsletter.content.passage import Passage
from newsletter.content.summary.summary import Summary
from newsletter.content.topics import Vocabularies, Vocabulary
from newsletter.message.content import Content
from newsletter.message.draft import draft_message
from newsletter.render.slots.slots import Context, Slot, Slotted
from newsletter.settings.values import (
    DeliverySettings,
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
    citation="Okafor, L. (2026). First sessions. Invented Studies, 1, 2-9.",
    doi=Doi("10.5555/jis.2026.0045"),
    topics=("Client Factors",),
    research_type="Narrative review",
    body=passage("112 clients were asked (p < .05)."),
    implications=passage("Leave room in a first session.", line=14),
    lines={
        "title": 2,
        "published": 3,
        "citation": 3,
        "doi": 4,
        "topics": 5,
        "topics.0": 5,
        "research_type": 6,
    },
)
QUIET = Summary(
    slug="quiet",
    file=Path("summaries/quiet.md"),
    title="Silence that helps",
    blurb="silences",
    published=Month(2026, 10),
    citation="Varga, M. (2025). Silences in sessions. Invented Quarterly, 7, 1-19.",
    body=passage("60 recorded sessions.", "summaries/quiet.md", 6),
    implications=passage("Say what a silence is for.", "summaries/quiet.md", 10),
    lines={"title": 2, "published": 3, "citation": 4},
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
    delivery=DeliverySettings(),
    database=ROOT / ".newsletter/state.db",
    durability=Durability.FULL,
    design=Design(),
    lines={},
)


HTML = """\
<!DOCTYPE html>
<html lang="en"><head><title>Practice Notes</title></head>
<body style="background-color:#FFFFFF;color:#1F2624">
<h1>Practice Notes</h1>
<h2>What clients remember</h2><p>112 clients were asked (p &lt; .05).</p>
<h2>Silence that helps</h2><p>60 recorded sessions.</p>
<p>Practice Research Network<br>1 Example Street</p>
<p><a href="{unsubscribe}" style="display:inline-block;padding:6px 0;line-height:20px;color:#0B5C5A">\
Unsubscribe</a></p>
</body></html>
"""
TEXT = """\
PRACTICE NOTES

What clients remember
112 clients were asked (p < .05).

Silence that helps
60 recorded sessions.

Practice Research Network, 1 Example Street
Unsubscribe:
{unsubscribe}
"""


def message(
    html: str = HTML,
    text: str = TEXT,
    subject: str = "Practice Notes, November 2026",
    **changes: Any,
) -> ParsedMessage:
    """Return a message; `{unsubscribe}` stands for the link in both parts."""
    return ParsedMessage(draft_message(replace(CONTENT, **_parts(html, text, subject), **changes)))


def html_weight(message: bytes) -> int:
    """Return the octets of a message's HTML part as a mail program counts them: decoded."""
    parts = message_from_bytes(message).walk()
    return sum(
        len(part.get_payload(decode=True)) for part in parts if part.get_content_subtype() == "html"
    )


def email(html: str = HTML, text: str = TEXT, **changes: Any) -> Dossier:
    """Return the sound dossier with another email."""
    made = message(html, text, **changes)
    return replace(SOUND, message=made, heaviest=html_weight(made.octets))


def _parts(html: str, text: str, subject: str) -> dict[str, Any]:
    return {
        "html": _slotted(html, Context.WHOLE_URL),
        "text": _slotted(text, Context.TEXT),
        "subject": (subject,),
    }


def _slotted(text: str, context: Context) -> Slotted:
    before, slot, after = text.partition("{unsubscribe}")
    return (before, Slot("unsubscribe", "", context), after) if slot else (before,)


CONTENT = Content(
    issue="2026-11",
    summaries=(("harbour", "10.5555/jis.2026.0045"), ("quiet", None)),
    **_parts(HTML, TEXT, "Practice Notes, November 2026"),
    sender=SETTINGS.newsletter.sender,
    reply_to=None,
    contact=SETTINGS.newsletter.sender.address,
    archive_url=None,
    list_title="Practice Notes",
    list_id="practice-notes.example.org",
    unsubscribe_mailto=SETTINGS.unsubscribe_mailto,
    unsubscribe_url=None,
    bounces_address=None,
)
SOUND = Dossier(
    settings=SETTINGS,
    issue=ISSUE,
    summaries=(HARBOUR, QUIET),
    vocabularies=Vocabularies(
        topics=Vocabulary(("Attachment", "Client Factors")),
        research_types=Vocabulary(("Meta-analysis", "Narrative review")),
    ),
    message=message(),
    heaviest=1_000,
    shipped=(TEMPLATES / "default",),
    preheader="What clients remember, and silences that help in a session",
    readers=Readers(mailable=2),
    today=Month(2026, 11),
)
