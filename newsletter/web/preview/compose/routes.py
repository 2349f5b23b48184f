"""Composing an issue beside its email.

GET  /api/compose/SLUG         the fields, with the version of their file
POST /api/compose/SLUG         {version, changes, stroke}: saved; 409 where the file has changed
POST /api/compose/SLUG/undo    {version}: the last save is undone
GET  /api/library              the summaries: ?words= &topic= &type= &month= &unused=1 &issue=SLUG
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.content.issue.form import FIELDS, NEWS, News
from newsletter.content.issue.writer import Edit
from newsletter.web.preview.answers import json_body, problem_json, slug_of
from newsletter.web.preview.compose.composition import Composer, Composition, ListedSummary
from newsletter.web.preview.compose.look_up import look_up, summary_json
from newsletter.web.preview.source import WorkspaceSource

_LONGEST_WORDS = 200


def routes(source: WorkspaceSource) -> list[BaseRoute]:
    """Return the routes over a workspace."""
    pages = _Pages(source)
    return [
        Route("/api/compose/{slug}", pages.read),
        Route("/api/compose/{slug}", pages.save, methods=["POST"]),
        Route("/api/compose/{slug}/undo", pages.undo, methods=["POST"]),
        Route("/api/library", pages.library),
    ]


class _Pages:
    def __init__(self, source: WorkspaceSource) -> None:
        self._source = source
        self._composer = Composer(source)

    async def read(self, request: Request) -> Response:
        slug = self._slug(request)
        return JSONResponse(_told(await asyncio.to_thread(self._composer.read, slug)))

    async def save(self, request: Request) -> Response:
        slug = self._slug(request)
        body = await json_body(request)
        version, edit = _version(body), _edit(body.get("changes"))
        stroke = str(body.get("stroke", ""))
        saved = await asyncio.to_thread(self._composer.save, slug, version, edit, stroke)
        return _outcome(*saved)

    async def undo(self, request: Request) -> Response:
        slug = self._slug(request)
        version = _version(await json_body(request))
        return _outcome(*await asyncio.to_thread(self._composer.undo, slug, version))

    async def library(self, request: Request) -> Response:
        asked = {key: value[:_LONGEST_WORDS] for key, value in request.query_params.items()}
        return JSONResponse(await asyncio.to_thread(look_up, self._source, asked))

    def _slug(self, request: Request) -> str:
        return slug_of(request, self._source.slugs())


def _outcome(done: bool, composition: Composition) -> Response:  # noqa: FBT001 - a pair unpacked
    return JSONResponse(_told(composition), 200 if done else 409)


def _told(composition: Composition) -> dict[str, Any]:
    read = composition.read
    return {
        "slug": composition.slug,
        "file": composition.file.as_posix(),
        "version": composition.version,
        "frozen": [problem_json(each) for each in composition.frozen],
        "broken": [problem_json(each) for each in composition.broken],
        "fields": asdict(read.form) if read else None,
        "lines": read.lines if read else {},
        "locked": sorted(read.locked) if read else [],
        "problems": [{"field": field, **problem_json(problem)} for field, problem in read.problems]
        if read
        else [],
        "rows": [_row(each) for each in composition.rows],
        "concerns": [each.message for each in composition.concerns],
        "undo": composition.undo,
    }


def _row(row: ListedSummary) -> dict[str, Any]:
    return {
        **(summary_json(row.summary) if row.summary else {"slug": row.slug, "title": row.slug}),
        "problems": [problem_json(each) for each in row.problems],
        "used": list(row.used_in),
    }


def _version(body: dict[str, Any]) -> str:
    version = body.get("version")
    if not isinstance(version, str):
        raise HTTPException(400, "the edit does not say which version it was made against")
    return version


def _edit(changes: Any) -> Edit:
    if not isinstance(changes, dict) or not changes or changes.keys() - set(FIELDS):
        raise HTTPException(400, f"changes are of {', '.join(FIELDS)}")
    fields: dict[str, Any] = {}
    for key, value in changes.items():
        match key:
            case "summaries":
                fields[key] = tuple(_text(each, key) for each in _list(value, key))
            case "announcements":
                fields[key] = tuple(_news(each) for each in _list(value, key))
            case _:
                fields[key] = _text(value, key)
    return Edit(**fields)


def _news(value: Any) -> tuple[int | None, News]:
    if not isinstance(value, dict) or value.keys() - {"was", *NEWS}:
        raise HTTPException(400, "an announcement has a title, a text and a url")
    was = value.get("was")
    if was is not None and (not isinstance(was, int) or isinstance(was, bool)):
        raise HTTPException(400, "an announcement's number is a whole number")
    return was, News(**{key: _text(value.get(key, ""), key) for key in NEWS})


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise HTTPException(400, f"{key} is a list")
    return value


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise HTTPException(400, f"{key} is a text")
    return value
