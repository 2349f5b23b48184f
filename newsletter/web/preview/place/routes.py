"""Lines of the workspace's files: shown, changed, opened in an editor.

POST /api/issues/SLUG/where    {text, headings}: where a passage of the email is written
GET  /api/place                ?file= &line=: the lines around one, and how an editor opens it
POST /api/edit                 {file, line}: open a place in the editor's program
POST /api/line                 {file, line, before, after}: replace one line; 409 where it has
                               changed
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.web.preview.access import Reach, file_of
from newsletter.web.preview.answers import json_body, slug_of, text_of
from newsletter.web.preview.place.editor import command_for, editor_of, link_to, run_editor
from newsletter.web.preview.place.excerpt import excerpt, where
from newsletter.web.preview.place.line import ChangedMeanwhile, change_line, is_changeable
from newsletter.web.preview.source import WorkspaceSource
from newsletter.workspace import Workspace

_DIGITS = 7
_MOST_HEADINGS = 8


def routes(
    source: WorkspaceSource, environment: Mapping[str, str], *, is_local: bool
) -> list[BaseRoute]:
    """Return the routes over a workspace.

    `environment` may name an editor; its program is only started for a page on this machine.
    """
    pages = _Pages(source, environment, is_local=is_local)
    return [
        Route("/api/issues/{slug}/where", pages.where, methods=["POST"]),
        Route("/api/place", pages.place),
        Route("/api/edit", pages.edit, methods=["POST"]),
        Route("/api/line", pages.change, methods=["POST"]),
    ]


class _Pages:
    def __init__(
        self, source: WorkspaceSource, environment: Mapping[str, str], *, is_local: bool
    ) -> None:
        self._source = source
        self._environment = environment
        self._is_local = is_local

    async def where(self, request: Request) -> Response:
        slug = slug_of(request, self._source.slugs())
        body = await json_body(request)
        text, headings = text_of(body, "text"), body.get("headings")
        headings = headings if isinstance(headings, list) else []
        above = [each for each in headings if isinstance(each, str)][:_MOST_HEADINGS]
        found = await asyncio.to_thread(lambda: where(self._source.open(), slug, text, above))
        return JSONResponse({"file": found and found[0], "line": found and found[1]})

    async def place(self, request: Request) -> Response:
        file, line = request.query_params.get("file", ""), request.query_params.get("line", "1")
        if not line.isascii() or not line.isdigit() or len(line) > _DIGITS:
            raise HTTPException(404, "that is no line")
        return JSONResponse(await asyncio.to_thread(self._told, file, max(1, int(line))))

    async def edit(self, request: Request) -> Response:
        body = await json_body(request)
        if not await asyncio.to_thread(self._edit, text_of(body, "file"), _line(body)):
            raise HTTPException(404, "no editor is set up: docs/preview.md says how")
        return JSONResponse({})

    async def change(self, request: Request) -> Response:
        body = await json_body(request)
        file, before, after = (text_of(body, name) for name in ("file", "before", "after"))
        try:
            await asyncio.to_thread(
                lambda: change_line(self._source.open_for_place(), file, _line(body), before, after)
            )
        except ChangedMeanwhile:
            raise HTTPException(409, "the line has been changed meanwhile") from None
        return JSONResponse({})

    def _told(self, name: str, line: int) -> dict[str, Any]:
        workspace = self._source.open_for_place()
        found = excerpt(workspace, name, line)
        return {
            "file": found.file,
            "first": found.first,
            "lines": found.lines,
            "closed": found.closed,
            "editor": self._way_to(workspace, found.path, line),
            "changeable": is_changeable(workspace, name),
        }

    def _way_to(self, workspace: Workspace, file: Path, line: int) -> str | None:
        """Return how an editor opens a place: `link:ADDRESS`, `program`, or None for not at all."""
        editor = self._editor(workspace)
        if editor is None:
            return None
        link = link_to(editor, file, line)
        if link is not None:
            return f"link:{link}"
        return "program" if self._is_local else None

    def _edit(self, name: str, line: int) -> bool:
        """Open a place in the editor's program; return whether there is one to open it in."""
        workspace = self._source.open_for_place()
        file = file_of(workspace, name, Reach.NAMED)
        editor = self._editor(workspace)
        if editor is None or not self._is_local or link_to(editor, file, line):
            return False
        run_editor(command_for(editor, file, line))
        return True

    def _editor(self, workspace: Workspace) -> str | None:
        return editor_of(workspace.settings.preview.editor, self._environment)


def _line(body: dict[str, Any]) -> int:
    line = body.get("line")
    return line if isinstance(line, int) and 0 < line < 10**_DIGITS else 1
