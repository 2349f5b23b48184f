"""Watches the workspace's folders and yields the files that were saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

from newsletter.basics.files import shown

QUIET_MS = 5
"""A burst of writes (an editor's temporary file, then its rename) has ended after this long."""

DEBOUNCE_MS = 60
"""A burst that does not end is reported after this long."""

LOOK_AGAIN_MS = 1_500
"""How often it is checked whether the folders are still the same."""


class _SavedFilter(DefaultFilter):
    """Leaves out temporary files, of editors and our own, and hidden folders."""

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path).name
        hidden = name.startswith(".") or name.endswith("~")
        return not hidden and super().__call__(change, path)


async def saves(
    folders: Callable[[], Sequence[Path]], root: Path
) -> AsyncGenerator[tuple[str, ...]]:
    """Yield the files of each burst of changes in some folders, as the editor sees them.

    The tuple is empty where the folders themselves have changed. Folders are watched, not files:
    editors save by renaming. Not recursively: a workspace may hold a repository, an environment,
    the outbox. `folders()` is called after each burst and every LOOK_AGAIN_MS, so that a new
    templates folder counts, and a workspace that was moved away and is back.
    """
    is_new = False  # whether something may have been saved before the folders were watched
    while True:
        watched = _existing(folders())
        if not watched:
            await asyncio.sleep(LOOK_AGAIN_MS / 1000)
            if _existing(folders()):
                yield ()
            continue
        async for changes in awatch(
            *(folder for folder, _ in watched),
            watch_filter=_SavedFilter(),
            debounce=DEBOUNCE_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
            recursive=False,
        ):
            files = tuple(sorted({shown(Path(path), root).as_posix() for _, path in changes}))
            has_moved = _existing(folders()) != watched
            if files or has_moved or is_new:
                is_new = has_moved
                yield files
            if has_moved:
                break


def workspace_folders(root: Path, *files: Path) -> tuple[Path, ...]:
    """Return the folders that hold what an email is made of, and those of further files."""
    templates = root / "templates"
    nested = [folder for folder in templates.rglob("*") if folder.is_dir()]
    outside = [file.parent for file in files]
    return (root, root / "summaries", root / "issues", templates, *nested, *outside)


def _existing(folders: Sequence[Path]) -> frozenset[tuple[Path, int]]:
    """Return the folders that exist, each with its inode, which a folder made anew changes."""
    return frozenset((folder, folder.stat().st_ino) for folder in folders if folder.is_dir())
