"""The rules, in the order in which their findings are told."""

from __future__ import annotations

from newsletter.checks import content, mail, readers, writing
from newsletter.checks.dossier import Dossier
from newsletter.checks.engine import Report, Rule, inspect

RULES = (
    Rule(
        "summary-incomplete",
        "a summary that was cut off, is empty, or lacks its Practice Implications",
        content.summary_incomplete,
    ),
    Rule("unfinished-text", "TK, TODO, ???, lorem ipsum, [...]", content.unfinished_text),
    Rule("doi-malformed", "a DOI that doi.org would not know", content.doi_malformed),
    Rule("already-sent", "a summary, or its article, that readers know", content.already_sent),
    Rule("unknown-topic", "a topic or research type outside topics.toml", content.unknown_topic),
    Rule("summary-count", "fewer than two or more than three summaries", content.summary_count),
    Rule(
        "issue-month",
        "a month that is over or far off, a summary from the future",
        content.issue_month,
    ),
    Rule("reader-field", "a reader's field that the list has no column for", writing.reader_field),
    Rule("braces", "single braces where double ones were meant", writing.braces),
    Rule("raw-html", "HTML tags, which are shown as they are written", writing.raw_html),
    Rule("pasted-bullets", "bullets that make no list", writing.pasted_bullets),
    Rule("opening", "an opening that names whole titles", writing.opening),
    Rule("size", "the HTML against the length at which Gmail cuts it off", mail.size),
    Rule("list-problems", "the subscriber list's problems; nobody to mail", readers.list_problems),
)


def check_issue(dossier: Dossier) -> Report:
    """Return everything that is wrong with an issue, the worst first."""
    return inspect(dossier, RULES)
