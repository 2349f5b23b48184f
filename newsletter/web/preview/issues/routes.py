"""The list of issues with where each stands, and making a new one.

GET  /api/months    every issue, the newest first, and the month that is proposed for the next
POST /api/months    {slug, summaries}: makes issues/SLUG.md; never over one that is there
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown, write_new
from newsletter.basics.outcome import State
from newsletter.content.issue.file import FOLDER, month_of
from newsletter.content.issue.summaries_edit import new_issue
from newsletter.content.issue.writer import MOST_SUMMARIES, FieldError
from newsletter.content.month import Month
from newsletter.state.ledger import Mailing
from newsletter.tasks.write import refuse_if_sent
from newsletter.web.preview.answers import json_body, problem_json
from newsletter.web.preview.compose.routes import field_errors
from newsletter.web.preview.grounds import open_desk
from newsletter.workspace import Workspace

_DECEMBER = 12
_LAST_YEAR = 9999


def routes(root: Path) -> list[BaseRoute]:
    """Return the routes over the workspace at a root."""
    pages = _Pages(root)
    return [
        Route("/api/months", pages.list),
        Route("/api/months", pages.make, methods=["POST"]),
    ]


def opening(slugs: Sequence[str], sent: Collection[str], today: date) -> str | None:
    """Return the issue that an editor most likely works on; `slugs` are the oldest first.

    The first draft of this month or later, else the last draft, else the last issue.
    """
    drafts = [slug for slug in slugs if slug not in sent]
    coming = [slug for slug in drafts if slug[:7] >= f"{today:%Y-%m}"]
    return next(iter((*coming, *reversed(drafts), *reversed(slugs))), None)


def opens_with(workspace: Workspace, today: date) -> str:
    """Return the issue that a preview opens with where none is named; "" where there is none."""
    return opening(workspace.issue_slugs(), workspace.sent_states(), today) or ""


def proposed(slugs: Collection[str], today: date) -> str:
    """Return the first month from this one on that has no issue."""
    taken = {slug[:7] for slug in slugs}
    month = Month(today.year, today.month)
    while str(month) in taken and month.year < _LAST_YEAR:
        is_last = month.month == _DECEMBER
        month = Month(month.year + is_last, 1 if is_last else month.month + 1)
    return str(month)


class _Pages:
    def __init__(self, root: Path) -> None:
        self._root = root

    async def list(self, _request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(_told, self._root, datetime.now().astimezone()))

    async def make(self, request: Request) -> Response:
        body = await json_body(request)
        slug, summaries = body.get("slug"), body.get("summaries", [])
        if not isinstance(slug, str) or not _is_list_of_texts(summaries):
            raise HTTPException(400, "a new issue has a slug and a list of summaries")
        try:
            await asyncio.to_thread(_make, self._root, slug, tuple(summaries))
        except FieldError as error:
            return field_errors(error)
        return JSONResponse({"slug": slug}, 201)


def _is_list_of_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_SUMMARIES
        and all(isinstance(each, str) for each in value)
    )


def _make(root: Path, slug: str, summaries: tuple[str, ...]) -> None:
    """Write a new issue's file; raise FieldError where it cannot be."""
    workspace = open_desk(root)
    try:
        file = workspace.issue_file(slug)
        refuse_if_sent(workspace, slug)
    except NewsletterError as error:
        raise FieldError(*(replace(problem, key="slug") for problem in error.problems)) from None
    library = workspace.library()
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


@dataclass(frozen=True, slots=True)
class _Standing:
    """An issue's mailing and how many of its deliveries are in each state."""

    mailing: Mailing
    counts: Mapping[State, int]


def _told(root: Path, now: datetime) -> dict[str, Any]:
    workspace = open_desk(root)
    standings = _standings(workspace)
    recorded = {row["issue"]: row for row in workspace.mailings()}
    slugs = workspace.issue_slugs()
    _, problems = workspace.issues()
    return {
        "proposed": proposed(slugs, now.date()),
        "issues": [
            _entry(workspace, slug, standings.get(slug), recorded.get(slug))
            for slug in reversed(slugs)
        ],
        "misnamed": [
            problem_json(each)
            for each in problems
            if each.file and month_of(each.file.stem) is None
        ],
    }


def _standings(workspace: Workspace) -> dict[str, _Standing]:
    if not workspace.settings.database.exists():
        return {}
    with workspace.ledger() as ledger:
        return {each.issue: _Standing(each, ledger.counts(each)) for each in ledger.mailings()}


def _entry(
    workspace: Workspace,
    slug: str,
    standing: _Standing | None,
    recorded: Mapping[str, str] | None,
) -> dict[str, Any]:
    month = month_of(slug)
    try:
        issue = workspace.issue(slug)
    except NewsletterError:
        issue = None
    when = None
    if standing is not None:
        mailing = standing.mailing
        state = mailing.state.value
        when = mailing.finished_at or mailing.started_at or mailing.frozen_at
    elif recorded is not None:
        state = "recorded"
    else:
        state = "published" if issue and issue.publish else "draft"
    return {
        "slug": slug,
        "name": month.name if month else slug,
        "word": slug[len("2026-11-") :],
        "file": f"{FOLDER}/{slug}.md",
        "state": state,
        "broken": issue is None,
        "summaries": len(issue.summaries) if issue else None,
        "counts": {state.value: n for state, n in standing.counts.items()} if standing else None,
        "when": when.isoformat() if when else None,
    }
