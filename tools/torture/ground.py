"""A workspace to torture in: an invented issue for each mailing, made-up readers."""

from __future__ import annotations

from pathlib import Path

_SETTINGS = """\
[newsletter]
title = "Torture Notes"
from = "Torture Notes <news@example.org>"
organisation = "Invented Network"
postal_address = "1 Example Street, Ottawa ON  K1N 6N5, Canada"
list_id = "torture-notes.example.org"

[unsubscribe]
mailto = "unsubscribe@example.org"

[delivery]
transport = "smtp://127.0.0.1:{port}"
connections = {connections}
"""
_SUMMARY = """\
---
title: Nerves of wire, part {number}
published: {month}
---
An invented study of a mail server that was unplugged {number} times.

## Practice Implications

Plug it in again.
"""
_ISSUE = """\
---
summaries: [{month}-nerves]
---
Dear {{{{ reader.first_name | fallback("reader") }}}}, this is mailing {number}.
"""
_FIRST_YEAR = 2026


def prepare(root: Path, *, port: int, connections: int, readers: int) -> None:
    """Write settings and a list."""
    for folder in ("summaries", "issues"):
        (root / folder).mkdir(parents=True)
    settings = _SETTINGS.format(port=port, connections=connections)
    (root / "newsletter.toml").write_text(settings, "utf-8")
    rows = (f"reader{number:06}@example.org,Reader{number}\n" for number in range(readers))
    (root / "subscribers.csv").write_text("email,first_name\n" + "".join(rows), "utf-8")


def write_issue(root: Path, number: int) -> str:
    """Write the issue of mailing `number`, from 0, and return its slug."""
    month = f"{_FIRST_YEAR + number // 12}-{number % 12 + 1:02}"
    summary = _SUMMARY.format(number=number, month=month)
    (root / "summaries" / f"{month}-nerves.md").write_text(summary, "utf-8")
    (root / "issues" / f"{month}.md").write_text(_ISSUE.format(number=number, month=month), "utf-8")
    return month
