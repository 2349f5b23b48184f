"""A preview put together: the workspace's source and every panel's routes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from newsletter.web.preview.app import Preview, create_app
from newsletter.web.preview.compose import routes as compose
from newsletter.web.preview.guard import Keys
from newsletter.web.preview.issues import routes as issues
from newsletter.web.preview.source import WorkspaceSource
from newsletter.web.preview.test import routes as test
from newsletter.web.preview.test.way_out import WayOut


def preview_app(
    root: Path,
    slug: str,
    *,
    keys: Keys,
    hosts: frozenset[str],
    environment: Mapping[str, str],
    way_out: WayOut,
    is_local: bool = True,
) -> Preview:
    """Return the app over a workspace's folder; `environment` may name an editor.

    `way_out` is where tests go, `is_local` says that only this machine reaches the page.
    """
    return create_app(
        WorkspaceSource(root, environment=environment, is_local=is_local),
        slug,
        keys=keys,
        hosts=hosts,
        routes=(*compose.routes(root), *issues.routes(root), *test.routes(root, way_out)),
    )
