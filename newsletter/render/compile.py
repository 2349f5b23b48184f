"""An issue compiled: files in, HTML and text with slots out.

    issue + summaries --Markdown--> view --Jinja2--> MJML with tokens --mjml--> HTML
                                         --premailer--> inlined HTML --split--> slots
                                    view --Jinja2--> text with tokens --split--> slots

Once per issue; nothing here runs per reader. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown
from newsletter.content.issue.issue import Announcement, Issue
from newsletter.content.summary.summary import Summary
from newsletter.content.text.characters import language_direction, wrap
from newsletter.content.text.links import WHOLE_ADDRESS, is_allowed_url
from newsletter.content.text.markdown import Rich, render_markdown
from newsletter.render.citation.citation import render_citation
from newsletter.render.compiled import CompiledIssue
from newsletter.render.design import design_values
from newsletter.render.fields import unsendable
from newsletter.render.parts import html_part, text_part
from newsletter.render.slots.introduction import with_tokens
from newsletter.render.slots.places import Places
from newsletter.render.slots.slots import Slotted, plain
from newsletter.render.templates.files import folders_of
from newsletter.render.templates.templates import Templates
from newsletter.render.templates.words import Words, load_words, put
from newsletter.render.view import (
    AnnouncementView,
    SummaryView,
    announcement_view,
    ended_once,
    filler,
    issue_view,
    joined,
    newsletter_view,
    preheader_of,
    summary_view,
)
from newsletter.settings.values import Newsletter, Settings

_BLANKS = re.compile(r"[ \t\r\n]+")
_LEAD = next(field.default for field in fields(Newsletter) if field.name == "lead")

T = TypeVar("T")


def compile_issue(
    issue: Issue,
    summaries: Sequence[Summary],
    settings: Settings,
    *,
    template_folders: Sequence[Path],
    nonce: str,
) -> CompiledIssue:
    """Return the issue as an email with slots for the reader.

    `summaries` are the issue's, in its order. `template_folders` are searched in order. `nonce`
    is random, of letters and digits, and not part of the result. Raises NewsletterError with the
    file and the line of everything that is wrong.
    """
    return _Compilation(issue, summaries, settings, template_folders, Places(nonce)).run()


@dataclass(slots=True)
class _Compilation:
    issue: Issue
    summaries: Sequence[Summary]
    settings: Settings
    template_folders: Sequence[Path]
    places: Places
    problems: list[Problem] = field(default_factory=list)

    @property
    def settings_file(self) -> Path:
        return shown(self.settings.file, self.settings.root)

    def run(self) -> CompiledIssue:
        self.problems.extend(unsendable(self.issue, self.summaries, self.settings))
        self._stop_at_problems()
        folders = self._folders()
        design = self._gather(lambda: design_values(self.settings, folders))
        words = load_words(self.settings.newsletter.language, folders, self.settings.root)
        templates = Templates(
            folders, root=self.settings.root, base=self._base(), places=self.places
        )
        newsletter = newsletter_view(self.settings)
        issue = issue_view(self.issue, newsletter.site_url, words)
        summaries = [
            self._summary(each, index, words, issue.url)
            for index, each in enumerate(self.summaries, 1)
        ]
        announcements = [self._announcement(each) for each in self.issue.announcements]
        subject = self._gather(lambda: self._subject(templates, words))
        introduction = self._gather(lambda: self._introduction(templates, words))
        self._stop_at_problems()
        preheader = preheader_of(self.issue, self._blurbs(words))
        values = {
            "newsletter": newsletter,
            "issue": issue,
            "words": words,
            "design": design,
            "preheader": preheader,
            "preheader_filler": filler(preheader),
            "introduction": introduction,
            "summaries": summaries,
            "announcements": announcements,
            "unsubscribe": self.places.unsubscribe,
        }
        html = self._gather(lambda: html_part(templates, values, self.places)) or ()
        text = self._gather(lambda: text_part(templates, values, self.places)) or ()
        self._stop_at_problems()
        return CompiledIssue(
            issue=self.issue.slug,
            summaries=tuple((each.slug, each.doi) for each in self.summaries),
            subject=subject or (),
            preheader=preheader,
            html=html,
            text=text,
            digest=digest_of(subject or (), preheader, html, text),
        )

    def _place(self, key: str) -> tuple[Path, int | None]:
        """Return the file and line that set a key: the issue's, or else the settings'."""
        if getattr(self.issue, key) is not None:
            return self.issue.file, self.issue.lines.get(key)
        return self.settings_file, self.settings.lines.get(f"newsletter.{key}")

    def _folders(self) -> tuple[Path, ...]:
        name = self.issue.template or self.settings.newsletter.template
        file, line = self._place("template")
        return folders_of(name, self.template_folders, file=file, line=line)

    def _summary(
        self, summary: Summary, number: int, words: Words, page: str | None
    ) -> SummaryView | None:
        measure = self.places.measure
        citation = render_citation(summary.citation, summary.doi, measure=measure)
        body = self._gather(lambda: render_markdown(summary.body, top=3, base=self._base()))
        passage = summary.implications
        implications = (
            self._gather(lambda: render_markdown(passage, top=4, base=self._base()))
            if passage
            else None
        )
        if body is None:
            return None
        return summary_view(
            summary,
            number,
            words=words,
            page=page,
            citation=citation,
            body=body,
            implications=implications,
            default_author=self.settings.newsletter.author,
        )

    def _announcement(self, announcement: Announcement) -> AnnouncementView | None:
        url = announcement.url
        if url and not is_allowed_url(url.strip()):
            self.problems.append(
                Problem(
                    message=f"the announcement's url '{url}' cannot be a link in an email",
                    file=self.issue.file,
                    line=self.issue.lines.get("announcements"),
                    hint=WHOLE_ADDRESS,
                )
            )
        text = self._gather(lambda: render_markdown(announcement.text, top=4, base=self._base()))
        if text is None:
            return None
        return announcement_view(announcement.title, text, url)

    def _introduction(self, templates: Templates, words: Words) -> Rich:
        passage = self.issue.introduction
        if passage and passage.text.strip():
            return render_markdown(
                with_tokens(passage, self.places),
                top=2,
                base=self._base(),
                measure=self.places.measure,
                authored=self.places.authored,
            )
        lead, line = self.settings.newsletter.lead, self.settings.lines.get("newsletter.lead")
        if lead == _LEAD:  # the default: take the language's own
            lead = put(words.lead, blurbs="{{ blurbs }}")
        html, text = (
            templates.render_line(
                lead, self._facts(words), file=self.settings_file, line=line, html=html
            )
            for html in (True, False)
        )
        return Rich(
            f"<p>{ended_once(_one_line(html))}</p>",
            wrap(ended_once(text.strip()), measure=self.places.measure),
        )

    def _subject(self, templates: Templates, words: Words) -> Slotted:
        own = self.issue.subject
        source = self.settings.newsletter.subject if own is None else own
        file, line = self._place("subject")
        text = _one_line(
            templates.render_line(source, self._facts(words), file=file, line=line, html=False)
        )
        if not text:
            raise fail("the subject is empty", file=file, line=line)
        return self.places.split_text(text)

    def _facts(self, words: Words) -> dict[str, str | int | None]:
        return {
            "title": self.settings.newsletter.title,
            "month": words.month_name(self.issue.month),
            "number": self.issue.number,
            "blurbs": self._blurbs(words),
        }

    def _blurbs(self, words: Words) -> str:
        return joined(tuple(_one_line(summary.short) for summary in self.summaries), words)

    def _base(self) -> str:
        return language_direction(self.settings.newsletter.language)

    def _gather(self, make: Callable[[], T]) -> T | None:
        """Return the result of a step, or keep its problems and return None."""
        try:
            return make()
        except NewsletterError as error:
            self.problems.extend(error.problems)
            return None

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise NewsletterError(*self.problems)


def digest_of(subject: Slotted, preheader: str, html: Slotted, text: Slotted) -> str:
    """Return the SHA-256 of the four, as canonical JSON, in hexadecimal."""
    value = {
        "subject": plain(subject),
        "preheader": preheader,
        "html": plain(html),
        "text": plain(text),
    }
    written = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
