"""Requests and answers of every panel of the preview: JSON, and problems as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.content.issue.writer import FieldError

_LONGEST = 10_000
"""Characters of a text in a request."""


async def json_body(request: Request) -> dict[str, Any]:
    """Return the object that a request carries; HTTPException 400 where it carries none.

    A lone surrogate is refused: neither a file nor an answer could hold it.
    """
    try:
        value = json.loads(await request.body())
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise HTTPException(400, "the request holds no JSON, or half a character") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "the request holds no JSON object")
    return value


def slug_of(request: Request, slugs: Collection[str]) -> str:
    """Return the issue that the address names: one of the list, never a path."""
    slug: str = request.path_params["slug"]
    if slug not in slugs:
        raise HTTPException(404, "there is no such issue any more")
    return slug


def text_of(body: dict[str, Any], name: str) -> str:
    """Return a text of a request, "" where there is none; HTTPException 400 for anything else."""
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise HTTPException(400, f"'{name}' must be a text")
    return value


def problem_json(problem: Problem) -> dict[str, str | int | None]:
    """Return a problem as the page shows it."""
    return {
        "message": problem.message,
        "place": problem.place,
        "file": None if problem.file is None else problem.file.as_posix(),
        "line": problem.line,
        "hint": problem.hint,
        "level": problem.level.value,
    }


@contextmanager
def mistakes_told() -> Iterator[None]:
    """Turn a RecursionError (a file nested too deeply) or an OSError into a NewsletterError."""
    try:
        yield
    except RecursionError:
        hint = "look for brackets or tags that are opened and never closed"
        raise fail("something is nested too deeply to be read", hint=hint) from None
    except OSError as error:
        named = error.filename if isinstance(error.filename, str) else None
        file = None if named is None else Path(named)
        raise fail(error.strerror or "the system refused", file=file) from None


async def mistake(_request: Request, error: Exception) -> Response:
    """Answer a RecursionError or an OSError of a route."""
    try:
        with mistakes_told():
            raise error
    except NewsletterError as told:
        return await refuse(_request, told)


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer a NewsletterError with 422: the editor must act (RFC 9110, 15.5.21).

    Problems of a FieldError name their fields.
    """
    problems = error.problems if isinstance(error, NewsletterError) else ()
    told = [problem_json(each) for each in problems]
    if isinstance(error, FieldError):
        told = [{**one, "field": each.key} for one, each in zip(told, problems, strict=True)]
    return JSONResponse({"problems": told}, 422)


async def http_error(_request: Request, error: Exception) -> Response:
    """Answer an HTTPException in the same form."""
    status, words = (
        (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    )
    problem = Problem(message=words or "the preview failed")
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse({"problems": [problem_json(problem)]}, status, headers=headers)
