"""An issue as it is composed in the browser: read, saved, undone.

read   the fields, with the version (digest) of their file
save   an edit names the version that it was made against; where the file has changed since,
       nothing is written, and the file as it is now is returned
undo   the file as it was before the last save, if it has not changed since
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.basics.errors import Level, NewsletterError, Problem, fail
from newsletter.basics.files import read_bytes, replace_bytes, shown
from newsletter.content.compose import concerns
from newsletter.content.issue.form import FormRead, read_form
from newsletter.content.issue.issue import Issue
from newsletter.content.issue.writer import Edit, FieldError, edited
from newsletter.content.library import Library
from newsletter.content.summary.summary import Summary
from newsletter.tasks.write import refuse_if_sent
from newsletter.web.preview.compose.look_up import used_elsewhere
from newsletter.web.preview.source import WorkspaceSource
from newsletter.workspace import Workspace

_MOST_UNDONE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSummary:
    """A summary in an issue's list; `summary` is None where it cannot be read or is not there."""

    slug: str
    summary: Summary | None
    problems: tuple[Problem, ...]
    used_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What the page shows of an issue.

    `frozen` says why it cannot be edited any more. `read` is None where the file is `broken`.
    `undo` names the fields that an undo would restore, "" where there is nothing to undo.
    """

    slug: str
    file: Path
    version: str
    frozen: tuple[Problem, ...]
    broken: tuple[Problem, ...]
    read: FormRead | None
    rows: tuple[ListedSummary, ...]
    concerns: tuple[Problem, ...]
    undo: str


@dataclass(frozen=True, slots=True)
class _Step:
    before: bytes
    after: str
    fields: str
    stroke: str


@dataclass(slots=True)
class Composer:
    """Composes the issues of a workspace. Saves and undos run one at a time."""

    source: WorkspaceSource
    _steps: dict[str, list[_Step]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, slug: str) -> Composition:
        """Return an issue as its file has it; raise NewsletterError where there is none."""
        workspace = self.source.open()
        return self._composition(workspace, slug, _bytes(workspace, slug))

    def save(self, slug: str, version: str, edit: Edit, stroke: str) -> tuple[bool, Composition]:
        """Write an edit; return whether it was, and the issue as it is then.

        Saves of one `stroke` (typing in one field) are undone together. Raises FieldError for
        values that cannot be written, another NewsletterError where the file cannot be.
        """
        with self._lock:
            workspace = self.source.open()
            refuse_if_sent(workspace, slug)
            data = _bytes(workspace, slug)
            if _version(data) != version:
                return False, self._composition(workspace, slug, data)
            name = shown(workspace.issue_file(slug), workspace.root)
            _refuse_unknown(edit, read_form(data, name), self.source.library(workspace))
            new = edited(data, edit, name)
            if not self._write(workspace, slug, data, new):
                return False, self._composition(workspace, slug, _bytes(workspace, slug))
            if new != data:
                self._note(slug, _Step(data, _version(new), _names(edit), stroke))
            return True, self._composition(workspace, slug, new)

    def undo(self, slug: str, version: str) -> tuple[bool, Composition]:
        """Restore what the last save changed; return whether it was, and the issue then."""
        with self._lock:
            workspace = self.source.open()
            refuse_if_sent(workspace, slug)
            data = _bytes(workspace, slug)
            step = self._last(slug, data)
            if _version(data) != version or step is None:
                return False, self._composition(workspace, slug, data)
            if not self._write(workspace, slug, data, step.before):
                return False, self._composition(workspace, slug, _bytes(workspace, slug))
            self._steps[slug].pop()
            return True, self._composition(workspace, slug, step.before)

    def _write(self, workspace: Workspace, slug: str, old: bytes, new: bytes) -> bool:
        if new == old:
            return True
        file = workspace.issue_file(slug)
        try:
            return replace_bytes(file, old, new)
        except OSError as error:
            name = shown(file, workspace.root)
            raise fail(f"cannot be written: {error.strerror or error}", file=name) from None

    def _note(self, slug: str, step: _Step) -> None:
        steps = self._steps.setdefault(slug, [])
        last = steps[-1] if steps else None
        if last and last.stroke == step.stroke and last.after == _version(step.before):
            step = _Step(last.before, step.after, step.fields, step.stroke)
            steps.pop()
        steps.append(step)
        del steps[:-_MOST_UNDONE]

    def _last(self, slug: str, data: bytes) -> _Step | None:
        """Return the step that made the file what it is; None where it was changed elsewhere."""
        steps = self._steps.get(slug)
        return steps[-1] if steps and steps[-1].after == _version(data) else None

    def _composition(self, workspace: Workspace, slug: str, data: bytes) -> Composition:
        name = shown(workspace.issue_file(slug), workspace.root)
        read, broken = _read(data, name)
        library = self.source.library(workspace)
        issues = self.source.readable_issues(workspace)
        slugs = read.form.summaries if read else ()
        chosen = tuple(library[each] for each in slugs if each in library)
        last = self._last(slug, data)
        return Composition(
            slug=slug,
            file=name,
            version=_version(data),
            frozen=_frozen(workspace, slug),
            broken=broken,
            read=read,
            rows=_rows(slug, slugs, library, issues),
            concerns=concerns(slug, chosen, issues, library, of_each=False) if chosen else (),
            undo=last.fields if last else "",
        )


def _rows(
    slug: str, slugs: Sequence[str], library: Library, issues: Sequence[Issue]
) -> tuple[ListedSummary, ...]:
    used = used_elsewhere(slug, issues)
    return tuple(
        ListedSummary(
            slug=each,
            summary=library.get(each),
            problems=_of_summary(each, library),
            used_in=used.get(each, ()),
        )
        for each in slugs
    )


def _of_summary(slug: str, library: Library) -> tuple[Problem, ...]:
    if slug in library.broken:
        return library.broken[slug]
    if slug not in library:
        return (Problem(message=f"no summary is named '{slug}'", hint=library.nearest(slug)),)
    why = library[slug].incomplete
    if why is None:
        return ()
    file = library[slug].file
    line = library[slug].lines.get("incomplete")
    return (Problem(message=f"incomplete: {why}", file=file, line=line, level=Level.WARNING),)


def _refuse_unknown(edit: Edit, before: FormRead, library: Library) -> None:
    """Raise FieldError for a summary that is neither in the library nor in the list already."""
    new = [slug for slug in edit.summaries or () if slug not in before.form.summaries]
    found = [
        Problem(
            message=f"no summary is named '{slug}'",
            hint=library.nearest(slug),
            key=f"summaries.{(edit.summaries or ()).index(slug)}",
        )
        for slug in new
        if slug not in library
    ]
    if found:
        raise FieldError(*found)


def _read(data: bytes, name: Path) -> tuple[FormRead | None, tuple[Problem, ...]]:
    try:
        return read_form(data, name), ()
    except NewsletterError as error:
        return None, error.problems


def _frozen(workspace: Workspace, slug: str) -> tuple[Problem, ...]:
    try:
        refuse_if_sent(workspace, slug)
    except NewsletterError as error:
        return error.problems
    return ()


def _bytes(workspace: Workspace, slug: str) -> bytes:
    file = workspace.issue_file(slug)
    return read_bytes(file, shown(file, workspace.root))


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _names(edit: Edit) -> str:
    """Return the fields of an edit as the page calls them."""
    named = ("summaries", "subject", "preheader", "number", "announcements", "introduction")
    return ", ".join(each for each in named if getattr(edit, each) is not None)
