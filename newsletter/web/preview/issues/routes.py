"""The list of issues with the standing of each, and making a new one.

GET  /api/issue-list    every issue, the newest first, and the month that is proposed for the next
POST /api/issue-list    {slug, summaries}: makes issues/SLUG.md; never over one that is there
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown, write_new
from newsletter.basics.outcome import State
from newsletter.content.issue.file import FOLDER, misnamed_issues
from newsletter.content.issue.summaries_edit import new_issue
from newsletter.content.issue.writer import MOST_SUMMARIES, FieldError
from newsletter.content.month import Month
from newsletter.state.parts import as_one, by_issue, summed
from newsletter.state.standing import Standing
from newsletter.state.values import Mailing
from newsletter.tasks.write import refuse_if_sent
from newsletter.web.preview.answers import json_body, problem_json
from newsletter.web.preview.source import IssueEntry, WorkspaceSource
from newsletter.workspace import Workspace

_DECEMBER = 12
_LAST_YEAR = 9999


def routes(source: WorkspaceSource) -> list[BaseRoute]:
    """Return the routes over a workspace."""
    pages = _Pages(source)
    return [
        Route("/api/issue-list", pages.list),
        Route("/api/issue-list", pages.make, methods=["POST"]),
    ]


def opening(slugs: Sequence[str], drafts: Sequence[str], today: date) -> str | None:
    """Return the issue that an editor most likely works on; both lists are the oldest first.

    The first draft of this month or later, else the last draft, else the last issue.
    """
    coming = [slug for slug in drafts if slug[:7] >= f"{today:%Y-%m}"]
    return next(iter((*coming, *reversed(drafts), *reversed(slugs))), None)


def opens_with(workspace: Workspace, today: date) -> str:
    """Return the issue that a preview opens with where none is named; "" where there is none."""
    return opening(workspace.issue_slugs(), workspace.drafts(), today) or ""


def proposed(slugs: Collection[str], today: date) -> str:
    """Return the first month from this one on that has no issue."""
    taken = {slug[:7] for slug in slugs}
    month = Month(today.year, today.month)
    while str(month) in taken and month.year < _LAST_YEAR:
        is_last = month.month == _DECEMBER
        month = Month(month.year + is_last, 1 if is_last else month.month + 1)
    return str(month)


class _Pages:
    def __init__(self, source: WorkspaceSource) -> None:
        self._source = source

    async def list(self, _request: Request) -> Response:
        return JSONResponse(
            await asyncio.to_thread(_told, self._source, datetime.now().astimezone())
        )

    async def make(self, request: Request) -> Response:
        body = await json_body(request)
        slug, summaries = body.get("slug"), body.get("summaries", [])
        if not isinstance(slug, str) or not _is_list_of_texts(summaries):
            raise HTTPException(400, "a new issue has a slug and a list of summaries")
        await asyncio.to_thread(_make, self._source, slug, tuple(summaries))
        return JSONResponse({"slug": slug}, 201)


def _is_list_of_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_SUMMARIES
        and all(isinstance(each, str) for each in value)
    )


def _make(source: WorkspaceSource, slug: str, summaries: tuple[str, ...]) -> None:
    """Write a new issue's file; raise FieldError where it cannot be."""
    workspace = source.open()
    try:
        file = workspace.issue_file(slug)
        refuse_if_sent(workspace, slug)
    except NewsletterError as error:
        raise FieldError(*(replace(problem, key="slug") for problem in error.problems)) from None
    library = source.library(workspace)
    unknown = [each for each in summaries if each not in library]
    if unknown or len(set(summaries)) < len(summaries):
        message = f"no summary is named '{unknown[0]}'" if unknown else "a summary stands twice"
        hint = library.nearest(unknown[0]) if unknown else None
        raise FieldError(Problem(message=message, hint=hint, key="summaries"))
    try:
        made = write_new(file, new_issue(summaries).encode())
    except OSError as error:
        name = shown(file, workspace.root)
        raise fail(f"cannot be written: {error.strerror or error}", file=name) from None
    if not made:
        hint = "choose it in the list, or add a word: 2026-11-correction"
        message = f"there is an issue {slug} already"
        raise FieldError(Problem(message=message, hint=hint, key="slug"))


def _told(source: WorkspaceSource, now: datetime) -> dict[str, Any]:
    workspace = source.open()
    with workspace.known_ledger() as ledger:
        issues = by_issue(ledger.records.mailings() if ledger else ())
        counts = {slug: summed(ledger.records, parts) for slug, parts in issues.items() if ledger}
    begun = {slug: as_one(parts) for slug, parts in issues.items()}
    entries = source.issues(workspace)
    return {
        "proposed": proposed([entry.slug for entry in entries], now.date()),
        "issues": [
            _entry_json(entry, begun.get(entry.slug), counts.get(entry.slug, {}))
            for entry in entries
        ],
        "misnamed": [problem_json(each) for each in misnamed_issues(workspace.root)],
    }


def _entry_json(
    entry: IssueEntry, mailing: Mailing | None, counts: Mapping[State, int]
) -> dict[str, Any]:
    when = None
    if mailing is not None and entry.standing is not Standing.DRAFT:
        when = mailing.finished_at or mailing.started_at or mailing.frozen_at
    return {
        "slug": entry.slug,
        "name": entry.name,
        "word": entry.word,
        "file": f"{FOLDER}/{entry.slug}.md",
        "state": entry.state,
        "broken": entry.issue is None,
        "summaries": len(entry.issue.summaries) if entry.issue else None,
        "counts": {state.value: n for state, n in counts.items()} if when else None,
        "when": when.isoformat() if when else None,
    }
