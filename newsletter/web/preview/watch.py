"""Saves in the workspace, noticed at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

from newsletter.files import shown

QUIET_MS = 5
"""A burst of writes (an editor's temporary file, then its rename) has ended after this long."""

DEBOUNCE_MS = 60
"""A burst that does not end is told after this long."""


class _SavedFilter(DefaultFilter):
    """Leaves out what nobody saved: temporary files of editors and ours, hidden folders."""

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path).name
        hidden = name.startswith(".") or name.endswith("~")
        return not hidden and super().__call__(change, path)


async def saves(
    folders: Callable[[], Sequence[Path]], root: Path
) -> AsyncGenerator[tuple[str, ...]]:
    """Yield the files of each burst of changes in some folders, as the editor sees them.

    Folders are watched, not files: editors save by renaming. Not recursively: a workspace may
    hold a repository, an environment, the outbox. `folders()` is asked again after each burst,
    so that a new templates folder is noticed.
    """
    while True:
        watched = _existing(folders())
        async for changes in awatch(
            *watched,
            watch_filter=_SavedFilter(),
            debounce=DEBOUNCE_MS,
            step=QUIET_MS,
            recursive=False,
        ):
            yield tuple(sorted({shown(Path(path), root).as_posix() for _, path in changes}))
            if _existing(folders()) != watched:
                break


def workspace_folders(root: Path, *files: Path) -> tuple[Path, ...]:
    """Return the folders that hold what an email is made of, and those of further files."""
    templates = root / "templates"
    nested = [folder for folder in templates.rglob("*") if folder.is_dir()]
    outside = [file.parent for file in files]
    return (root, root / "summaries", root / "issues", templates, *nested, *outside)


def _existing(folders: Sequence[Path]) -> frozenset[Path]:
    return frozenset(folder for folder in folders if folder.is_dir())
