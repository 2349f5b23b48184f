"""What the program writes into a workspace for the editor: a new summary, an issue's list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newsletter.basics.errors import Level, Problem, WrongUsage, fail
from newsletter.basics.files import read_bytes, shown, write_bytes, write_text
from newsletter.content.doi import EXAMPLE, Doi
from newsletter.content.frontmatter.quote import one_line
from newsletter.content.issue.summaries_edit import new_issue, set_summaries
from newsletter.content.library import FOLDER as SUMMARIES
from newsletter.content.month import Month
from newsletter.content.summary.new import draft
from newsletter.content.text.slug import slug_of
from newsletter.state.standing import Standing
from newsletter.workspace import Workspace

_SENT = {
    Standing.FINISHED: "issue {slug} went out",
    Standing.RECORDED: "issue {slug} went out, as mailings.csv says",
}


def new_summary(
    workspace: Workspace, title: str, month: Month, doi: str | None, topics: Sequence[str]
) -> tuple[Path, tuple[Problem, ...]]:
    """Write a summary's file with its headings and no text; never over another.

    Returns the file and warnings about unknown topics. Raises NewsletterError.
    """
    title = one_line(title)
    if not title:
        raise _usage("the title is empty", 'newsletter new "What clients remember"')
    read = Doi.read(doi) if doi is not None else None
    if read is not None and not read.is_valid:
        raise _usage(f"'{read}' is no DOI", EXAMPLE)
    known = workspace.vocabularies().topics
    unknown = [topic for topic in topics if known.names and known.resolve(topic) is None]
    names = tuple(dict.fromkeys(known.resolve(topic) or topic for topic in topics))
    file = workspace.root / SUMMARIES / f"{slug_of(title, month)}.md"
    if file.exists():
        raise fail(
            "this summary is there already",
            file=shown(file, workspace.root),
            hint="go on writing it, or choose another title",
        )
    write_text(file, draft(title, month, read, names))
    return file, tuple(
        Problem(
            message=f"'{topic}' is no topic of topics.toml",
            file=shown(file, workspace.root),
            hint=known.did_you_mean(topic),
            level=Level.WARNING,
        )
        for topic in unknown
    )


def refuse_if_sent(workspace: Workspace, slug: str) -> None:
    """Raise NewsletterError where the issue's mailing is frozen: readers have what it says."""
    standing = workspace.standing(slug)
    if standing is not Standing.DRAFT:
        told = _SENT.get(standing, f"issue {slug} is being sent (its mailing is {standing})")
        raise fail(
            f"{told.format(slug=slug)}; it is not edited any more",
            hint=f"an extra issue can follow it: newsletter compose {slug[:7]}-correction",
        )


def write_list(workspace: Workspace, slug: str, summaries: tuple[str, ...]) -> bool:
    """Give an issue these summaries and change nothing else; return whether the file is new.

    Raises NewsletterError where the file cannot be edited or its mailing is frozen.
    """
    file = workspace.issue_file(slug)
    refuse_if_sent(workspace, slug)
    if not file.exists():
        write_text(file, new_issue(summaries))
        return True
    name = shown(file, workspace.root)
    before = read_bytes(file, name)
    after = set_summaries(before, summaries, name)
    if after != before:
        write_bytes(file, after)
    return False


def _usage(message: str, hint: str) -> WrongUsage:
    return WrongUsage(Problem(message=message, hint=hint))
