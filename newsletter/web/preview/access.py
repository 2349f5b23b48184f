"""Which files the page may read and change, for every route.

CHANGED  summaries/*.md, issues/*.md, the texts under templates/, topics.toml
SHOWN    the templates and the topics that come with the program, other files under templates/
NAMED    newsletter.toml, the list, mailings.csv, suppressions.csv: a check names a line of them,
         and they are changed in a text editor; none of their lines is shown
NOTHING  everything else: the state folder, the ledger, the outbox, what lies outside the workspace

Of the path that is asked for and the path that its links lead to, the one with less access counts.
Settings cannot widen access: a list, a ledger or an outbox only closes what lies there.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path, PurePath

from newsletter.basics import shipped
from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import resolved, shown
from newsletter.basics.private import STATE
from newsletter.content.issue.file import FOLDER as ISSUES
from newsletter.content.library import FOLDER as SUMMARIES
from newsletter.workspace import MAILINGS, SETTINGS, TOPICS, Workspace, open_workspace

SUPPRESSIONS = "suppressions.csv"
_RECORDS = (SETTINGS, MAILINGS, SUPPRESSIONS)
_TEXTS = (".md", ".toml", ".mjml", ".txt", ".css")
_JOINERS = {0x200C: None, 0x200D: None}
"""Joiners within words of Persian and of Indian languages."""
_TEMPLATES = shipped.TEMPLATES.name
_SHIPPED = frozenset(
    each for path in (shipped.TEMPLATES, shipped.TOPICS) for each in (path, path.resolve())
)


class Reach(IntEnum):
    """What the page may do with a file, from the least to the most."""

    NOTHING = 0
    NAMED = 1
    SHOWN = 2
    CHANGED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Locations:
    """A workspace's folder and what the settings put into it, all absolute.

    `lists` is the list, as the settings name it and what its links lead to; `private` are files
    and folders that are never shown: the ledger, the outbox.
    """

    root: Path
    lists: frozenset[Path] = frozenset()
    private: tuple[Path, ...] = ()


def locations_of(workspace: Workspace) -> Locations:
    """Return the locations of a workspace; raise NewsletterError for circular links."""
    settings = workspace.settings
    outbox = settings.delivery.transport and settings.delivery.transport.path
    private = (settings.database, *([outbox] if outbox else []))
    try:
        return Locations(
            root=resolved(workspace.root),
            lists=frozenset({settings.subscribers_file, resolved(settings.subscribers_file)}),
            private=tuple(resolved(each) for each in private),
        )
    except OSError as error:
        named = shown(Path(error.filename or settings.subscribers_file), workspace.root)
        raise fail(error.strerror or "this cannot be read", file=named) from None


def reach(name: str, real: Path, locations: Locations) -> Reach:
    """Return the access to a file by the name that a request gives.

    `name` is relative to the workspace, or absolute for a file that comes with the program; `real`
    is what its links lead to.
    """
    path = PurePath(name)
    if path.as_posix() != name:  # "a//b", "./a": another spelling of what has one already
        return Reach.NOTHING
    asked = path if path.is_absolute() else locations.root / path
    return min(_reach(asked, locations), _reach(real, locations))


def _reach(path: PurePath, locations: Locations) -> Reach:
    own = Reach.NOTHING
    if path.is_relative_to(locations.root) and not _is_private(path, locations):
        parts = path.relative_to(locations.root).parts
        if all(map(_is_plain, parts)):
            is_named = path in locations.lists or parts in {(name,) for name in _RECORDS}
            own = Reach.NAMED if is_named else _by_parts(parts)
    return own or _reach_shipped(path)


def _by_parts(parts: tuple[str, ...]) -> Reach:
    match parts:
        case (name,) if name == TOPICS:
            return Reach.CHANGED
        case (folder, name) if folder in {SUMMARIES, ISSUES} and name.endswith(".md"):
            return Reach.CHANGED
        case (folder, *_, name) if folder == _TEMPLATES and name != folder:
            return Reach.CHANGED if name.endswith(_TEXTS) else Reach.SHOWN
    return Reach.NOTHING


def _reach_shipped(path: PurePath) -> Reach:
    for home in _SHIPPED:
        if path.is_relative_to(home) and all(map(_is_plain, path.relative_to(home).parts)):
            return Reach.SHOWN
    return Reach.NOTHING


def _is_plain(part: str) -> bool:
    """Whether a part of a path is what it looks like: no dot file, only printable characters.

    Compatibility forms and joiners count, which some file systems fold or leave out.
    """
    folded = unicodedata.normalize("NFKC", part.translate(_JOINERS))
    visible = folded.isprintable() and "\\" not in folded and "/" not in folded
    return visible and not folded.startswith(".") and not folded.endswith((".", " "))


def _is_private(path: PurePath, locations: Locations) -> bool:
    """Whether a path lies in what is private, or beside the ledger with its name in front."""
    return any(
        path.is_relative_to(each)
        or (path.parent == each.parent and path.name.startswith((f"{each.name}-", f"{each.name}.")))
        for each in (locations.root / STATE, *locations.private)
    )


# --- for the routes


def file_of(workspace: Workspace, name: str, least: Reach) -> Path:
    """Return the file of a name; raise NewsletterError where the access is less than `least`.

    A second name of a private file (a hard link) is as private as the first.
    """
    file = workspace.root / name
    try:
        locations, real = locations_of(workspace), resolved(file)
        far = reach(name, real, locations)
        if far is Reach.NOTHING or not real.is_file():
            raise fail("there is no such file to show", file=_safe(name, workspace))
        if far > Reach.NAMED and _has_private_name(real, locations):
            raise fail("this is another name of a private file", file=_safe(name, workspace))
    except (OSError, ValueError):  # links in a circle; a NUL
        raise fail("there is no such file to show", file=_safe(name, workspace)) from None
    if far < least:
        raise fail("this file is changed in your text editor", file=_safe(name, workspace))
    return file


def reach_of(workspace: Workspace, name: str) -> Reach:
    """Return the access to a file of that name; raise NewsletterError for NOTHING."""
    file = file_of(workspace, name, Reach.NAMED)
    return reach(name, resolved(file), locations_of(workspace))


def list_of(workspace: Workspace) -> Path:
    """Return the list's file, which the page needs for its search and its checks.

    Raises NewsletterError where the settings name a file that must not be read: a search would
    show the words of any file that is read as a list.
    """
    settings = workspace.settings
    file = settings.subscribers_file
    locations = locations_of(workspace)
    records = {locations.root / name for name in _RECORDS}
    is_read = all(
        _reach(each, locations) is Reach.NAMED and each not in records for each in locations.lists
    )
    real = resolved(file)
    if not is_read or (real.is_file() and _has_private_name(real, locations, locations.lists)):
        raise fail(
            "the preview does not read this list",
            file=shown(settings.file, workspace.root),
            line=settings.lines.get("subscribers.file"),
            hint="it reads one that lies in the workspace, in no hidden folder; "
            "newsletter check reads any",
        )
    return file


def open_for_page(root: Path) -> Workspace:
    """Open a workspace for the page; raise NewsletterError where it leads out of its folder.

    A link's target would be read as an issue, a summary or a template. A ledger elsewhere would be
    made there, or show what another workspace has sent.
    """
    workspace = open_workspace(root)
    problems = (*_ledger_elsewhere(workspace), *_leading_out(workspace))
    if problems:
        raise NewsletterError(*problems)
    return workspace


def _ledger_elsewhere(workspace: Workspace) -> Iterator[Problem]:
    settings = workspace.settings
    if resolved(settings.database).is_relative_to(resolved(workspace.state_folder)):
        return
    yield Problem(
        message="the preview opens no ledger outside .newsletter",
        file=shown(settings.file, workspace.root),
        line=settings.lines.get("state.database"),
        hint="the other commands do; for the preview, move the ledger there",
    )


def _leading_out(workspace: Workspace) -> Iterator[Problem]:
    locations = locations_of(workspace)
    for link in _links(workspace.root):
        try:
            real = resolved(link)
        except OSError:
            continue  # in a circle: there is nothing to read
        if real.is_relative_to(locations.root) and not _closed(real, locations):
            continue
        yield Problem(
            message="this link leads to what the preview does not read",
            file=shown(link, workspace.root),
            hint="put the file itself in its place: no link leads out of the workspace",
        )


def _closed(real: Path, locations: Locations) -> bool:
    return _is_private(real, locations) or _reach(real, locations) is Reach.NAMED


def _links(root: Path) -> Iterator[Path]:
    """Yield the symbolic links among the files that an issue is made of."""
    for top in (root / SUMMARIES, root / ISSUES, root / _TEMPLATES, root / TOPICS):
        if top.is_symlink():
            yield top
        elif top.is_dir():
            yield from _links_in(top)


def _links_in(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:  # it returns the kind without a stat(2) for each file
        for entry in entries:
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir():
                yield from _links_in(Path(entry.path))


def _has_private_name(real: Path, locations: Locations, but: Collection[Path] = ()) -> bool:
    """Whether a file with several names is, by another of them, a private or a named one."""
    status = real.stat()
    if status.st_nlink == 1:
        return False
    kept = (Path(top, name) for top, _, names in os.walk(locations.root / STATE) for name in names)
    named = (locations.root / name for name in _RECORDS)
    return any(
        each.exists() and os.path.samestat(status, each.stat())
        for each in (*kept, *named, *locations.lists, *locations.private)
        if each not in but
    )


def _safe(name: str, workspace: Workspace) -> Path:
    return shown(Path(name), workspace.root)
