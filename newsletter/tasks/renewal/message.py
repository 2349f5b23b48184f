"""The message that asks for a consent: `renewal.md` of the workspace, or the program's own words.

It is compiled as an issue without summaries, so it has the newsletter's design and its footer.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

from newsletter.audience.list.subscriber import Subscriber
from newsletter.content.issue.issue import Issue
from newsletter.content.letter import Letter, read_letter
from newsletter.content.month import Month
from newsletter.content.passage import Passage
from newsletter.message.content import Content, content_of
from newsletter.message.draft import SAMPLE_READER, draft_message
from newsletter.message.received import Received
from newsletter.render.templates.files import folders_of
from newsletter.render.templates.words import load_words, put
from newsletter.workspace import Workspace

FILE_NAME = "renewal.md"
LAST_DAY = "consent_expires"
"""The reader's field with the last day of their consent."""
_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def renewal_content(workspace: Workspace, slug: str, today: date) -> Content:
    """Return what a renewal would send; `slug` names its mailing. Raises NewsletterError."""
    letter = _letter(workspace)
    issue = Issue(
        slug=slug,
        file=letter.file,
        month=Month(today.year, today.month),
        summaries=(),
        introduction=letter.text,
        subject=letter.subject,
        ignore={},
        lines=letter.lines,
    )
    return content_of(workspace.compile(issue), workspace.settings)


def sample(workspace: Workspace, today: date) -> str:
    """Return the message as one reader gets it, in plain text, below its subject."""
    content = renewal_content(workspace, f"{today:%Y-%m}-renewal", today)
    reader = Subscriber(
        SAMPLE_READER.address,
        SAMPLE_READER.name,
        SAMPLE_READER.fields | {LAST_DAY: today.isoformat()},
    )
    message = Received(draft_message(content, reader))
    return f"Subject: {message.header('Subject')}\n\n{message.text}"


def shown_text(workspace: Workspace) -> str:
    """Return the letter's own words, without the newsletter's frame."""
    return _letter(workspace).text.text


def _letter(workspace: Workspace) -> Letter:
    file = workspace.root / FILE_NAME
    return read_letter(file, workspace.root) if file.exists() else _own_words(workspace)


def _own_words(workspace: Workspace) -> Letter:
    news, file = workspace.settings.newsletter, Path(FILE_NAME)
    folders = folders_of(news.template, workspace.template_folders, file=file, line=None)
    words = load_words(news.language, folders, workspace.root)
    text = put(
        words.renewal,
        title=_as_markdown(news.title),
        organisation=_as_markdown(news.organisation),
        day=f'{{{{ reader.{LAST_DAY} | fallback("…") }}}}',
    )
    subject = put(words.renewal_subject, title=news.title)
    return Letter(file=file, subject=subject, text=Passage(text=text, file=file, line=1), lines={})


def _as_markdown(text: str) -> str:
    """Return Markdown that shows a text as it is (CommonMark 0.31, 2.4)."""
    return _PUNCTUATION.sub(r"\\\g<0>", text)
