"""Readers and figures as lines, rows of tables, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from newsletter.audience.figures import Figures
from newsletter.audience.list.gates import UNKNOWN_STATUS, UNKNOWN_VALUE, UNREADABLE_EXPIRY
from newsletter.audience.list.listfile import Member
from newsletter.audience.notices.notices import Notice
from newsletter.basics.errors import Level, Problem
from newsletter.settings.values import AS_FIELD, IGNORED


def needs_work(figures: Figures, problems: Sequence[Problem]) -> bool:
    """Return whether the list has mistakes by which readers are left out."""
    mistaken = sum(
        figures.excluded[kind] for kind in (UNKNOWN_STATUS, UNKNOWN_VALUE, UNREADABLE_EXPIRY)
    )
    return (
        any(problem.level is Level.ERROR for problem in problems)
        or figures.left_out > 0
        or mistaken > 0
    )


def figures_rows(figures: Figures) -> list[tuple[str, str]]:
    """Return the counts as rows of a table."""
    rows = [("may be mailed", figures.mailable)]
    rows += [(f"not mailed: {why}", number) for why, number in sorted(figures.excluded.items())]
    rows += [("rows left out", figures.left_out)] if figures.left_out else []
    rows += [("rows of somebody who is there already", figures.twice)] if figures.twice else []
    rows += [("empty rows", figures.blank)] if figures.blank else []
    return [(what, f"{number:,}") for what, number in rows]


def column_rows(read_as: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the columns of the list as rows of a table."""
    words = {AS_FIELD: "a field for templates", IGNORED: "not read"}
    return [(written or "(no name)", words.get(as_, as_)) for written, as_ in read_as]


def figures_json(
    figures: Figures | None,
    problems: Sequence[Problem],
    read_as: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return counts (null where the file cannot be read), columns and problems."""
    counts = figures and {
        "rows": figures.rows,
        "mailable": figures.mailable,
        "excluded": dict(sorted(figures.excluded.items())),
        "left_out": figures.left_out,
        "twice": figures.twice,
        "blank": figures.blank,
    }
    return {
        "counts": counts,
        "columns": [{"name": written, "read_as": as_} for written, as_ in read_as],
        "problems": [_problem_json(problem) for problem in problems],
    }


def notices_json(notices: Iterable[Notice], shown: Path) -> list[dict[str, Any]]:
    """Return the notices as problems, each with its count and the first lines."""
    return [
        _problem_json(notice.problem(shown), notice.rule)
        | {"count": notice.count, "lines": [line for line, _seen in notice.first]}
        for notice in notices
    ]


def _problem_json(problem: Problem, rule: str | None = None) -> dict[str, Any]:
    """Return a problem; `rule` is the stable name of a notice, null for a row or a column."""
    return {
        "rule": rule,
        "level": problem.level,
        "message": problem.message,
        "file": str(problem.file) if problem.file else None,
        "line": problem.line,
        "hint": problem.hint,
    }


def member_line(member: Member) -> str:
    """Return a reader in one line, for files and pipes: address, name, why they are not mailed."""
    line = f"{member.subscriber.address!s:<34} {member.subscriber.name:<26}"
    said = "; ".join(each for each in (_joined(member), member.excluded) if each)
    return f"{line} {said}".rstrip()


def member_lines(member: Member) -> Iterator[str]:
    """Yield a reader's lines for a terminal: with a hyphen and the reason if not mailed."""
    mark = "-" if member.excluded else " "
    line = f"{mark} {member.subscriber.address!s:<34} {member.subscriber.name:<26}"
    yield f"{line} {_joined(member)}".rstrip()
    if member.excluded:
        yield f"    not mailed: {member.excluded}"


def _joined(member: Member) -> str:
    return "" if member.line else "signed up"


def member_json(member: Member) -> dict[str, Any]:
    """Return a reader with all their fields; `line` is null for who signed up without a row."""
    return {
        "email": str(member.subscriber.address),
        "name": member.subscriber.name,
        "fields": member.subscriber.fields,
        "line": member.line or None,
        "excluded": member.excluded,
    }
