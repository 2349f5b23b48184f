"""A view as JSON for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsletter.basics import gmail
from newsletter.checks.engine import Finding
from newsletter.web.preview.answers import problem_json
from newsletter.web.preview.latest import View
from newsletter.web.preview.reader_choice import ChosenReader
from newsletter.web.preview.shown_mail import Mail
from newsletter.web.preview.source import IssueEntry


def view_json(view: View, reader: ChosenReader, entries: Sequence[IssueEntry]) -> dict[str, Any]:
    """Return a view of an issue, as a reader, beside the issues that there are."""
    mail = None if view.is_empty else view.mail
    return {
        "version": view.version,
        "stale": view.stale,
        "empty": view.is_empty,
        "note": view.note,
        "problems": [problem_json(each) for each in view.problems],
        "reader": _reader_json(reader),
        "fields": list(view.fields),
        "issues": [_entry_json(each) for each in entries],
        "mail": None if mail is None else _mail_json(mail),
    }


def _entry_json(entry: IssueEntry) -> dict[str, str]:
    is_sent = entry.state in {"finished", "recorded", "published"}
    return {
        "slug": entry.slug,
        "name": f"{entry.name}, {entry.word}" if entry.word else entry.name,
        "state": "sent" if is_sent else entry.state,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the page lists it."""
    return {
        **problem_json(finding.as_problem()),
        "rule": finding.rule,
        "silenced": finding.silenced is not None,
    }


def _reader_json(reader: ChosenReader) -> dict[str, Any]:
    who = reader.subscriber
    return {
        "handle": reader.handle,
        "kind": reader.kind.value,
        "name": who.name,
        "email": str(who.address),
        "fields": dict(who.fields),
    }


def _mail_json(mail: Mail) -> dict[str, Any]:
    return {
        "subject": mail.header("Subject"),
        "from": mail.header("From"),
        "to": mail.header("To"),
        "sender": mail.sender,
        "day": mail.day,
        "snippet": mail.snippet,
        "headers": mail.fields,
        "head": mail.head,
        "text": mail.text,
        "weight": mail.weight,
        "bytes": len(mail.octets),
        "clip": gmail.CLIP,
        "large": gmail.LARGE,
        "too_large": gmail.TOO_LARGE,
    }
