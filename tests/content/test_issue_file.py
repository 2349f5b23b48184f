from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.content.issue.file import month_of, read_issue
from newsletter.content.issue.issue import Announcement, Issue
from newsletter.content.month import Month
from newsletter.content.passage import Passage

NAME = Path("issues/2026-11.md")
WHOLE = """\
---
summaries:            # in this order
  - 2026-11-two-letters
  - 2026-10-quiet-rooms.md
subject: "Practice Notes: {{ reader.first_name | fallback('news') }}"
preheader: Letters and silences
number: 12
template: letter
publish: true
ignore: {link-text: "the journal's own wording"}
announcements:
  - title: Annual conference
    text: |
      Registration is *open*.

      Come.
    url: https://example.org/conference
  - title: A call
    text: Write to us.
    url: mailto:editor@example.org
---

Dear {{ reader.first_name }}, two studies.
"""


def read(root: Path, text: str, stem: str = "2026-11") -> Issue:
    file = root / "issues" / f"{stem}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return read_issue(file, root)


def at(line: int, text: str) -> Passage:
    return Passage(text=text, file=NAME, line=line)


def test_a_whole_issue_is_read_with_its_lines(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == Issue(
        slug="2026-11",
        file=NAME,
        month=Month(2026, 11),
        summaries=("2026-11-two-letters", "2026-10-quiet-rooms"),
        introduction=at(23, "Dear {{ reader.first_name }}, two studies."),
        subject="Practice Notes: {{ reader.first_name | fallback('news') }}",
        preheader="Letters and silences",
        number=12,
        template="letter",
        publish=True,
        ignore={"link-text": "the journal's own wording"},
        announcements=(
            Announcement(
                title="Annual conference",
                text=at(14, "Registration is *open*.\n\nCome."),
                url="https://example.org/conference",
            ),
            Announcement(
                title="A call", text=at(19, "Write to us."), url="mailto:editor@example.org"
            ),
        ),
        lines={
            "summaries": 2,
            "summaries.0": 3,
            "summaries.1": 4,
            "subject": 5,
            "preheader": 6,
            "number": 7,
            "template": 8,
            "publish": 9,
            "ignore": 10,
            "ignore.link-text": 10,
            "announcements": 11,
            "announcements.0": 12,
            "announcements.1": 18,
        },
    )


def test_an_issue_of_nothing_but_summaries_is_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "---\nsummaries: [a,\n  b]\n---\n") == Issue(
        slug="2026-11",
        file=NAME,
        month=Month(2026, 11),
        summaries=("a", "b"),
        ignore={},
        lines={"summaries": 2, "summaries.0": 2, "summaries.1": 3},
    )


@pytest.mark.parametrize(
    ("slug", "month"),
    [
        ("2026-11", Month(2026, 11)),
        ("2026-11-correction", Month(2026, 11)),
        ("2026-11-part-2", Month(2026, 11)),
        ("2026-13", None),
        ("2026-1", None),
        ("2026-11-", None),
        ("2026-11-Correction", None),
        ("2026-11/x", None),
        ("../2026-11", None),
        ("2026-11\n", None),
        ("", None),
    ],
)
def test_an_issue_is_named_by_its_month_and_maybe_a_word(slug: str, month: Month | None) -> None:
    assert month_of(slug) == month


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("subject: x", [(2, "the issue has no summaries", "newsletter compose adds them, and so does the preview")]),
        ("summaries: []", [(2, "the issue has no summaries", "newsletter compose adds them, and so does the preview")]),
        ("summaries:", [(2, "the issue has no summaries", "newsletter compose adds them, and so does the preview")]),
        ("summaries: [a, b, a]", [(2, "'a' stands twice", "take one out")]),
        ("summaries: [a, [b]]", [(2, "summaries must be a list of texts", "write summaries: [one, two]")]),
        ("summaries: [a]\nnumber: twelve", [(3, "number must be a whole number, not 'twelve'", "number: 12")]),
        ("summaries: [a]\nnumber: 0", [(3, "number must be a whole number, not '0'", "number: 12")]),
        ("summaries: [a]\npublish: maybe", [(3, "publish must be true or false, not 'maybe'", "publish: true")]),
        ("summaries: [a]\ntemplate: ../x", [(3, "'../x' is no name of a template", "for example: letter")]),
        ("summaries: [a]\nignore: size", [(3, "ignore must name each check with a reason", 'ignore: {rule: "why"}')]),
        ("summaries: [a]\nignore: {size: }", [(3, "ignore: size is empty", 'for example: size: "why"')]),
        ("summaries: [a]\nsumaries: [b]", [(3, "there is no key 'sumaries'", "did you mean 'summaries'?")]),
        ("summaries: [a]\nsubject: Notes #12", [(3, "subject would be cut off at ' #', where a comment begins for YAML", 'put it in quotes: subject: "Notes #12"')]),
        ("summaries: [a]\nsubject: Notes: 12", [(3, "put the subject in quotes: a colon stands in it", 'subject: "Notes: 12"')]),
        ("summaries: [a]\npreheader: '{{ reader.name }}'", [(3, "a reader's field cannot stand in the preheader", "put it into the introduction or the subject")]),
        ("summaries: [a]\nannouncements: x", [(3, "announcements must be a list of keys with values", None)]),
        ("summaries: [a]\nannouncements:\n  - title: A\n    link: x", [(4, "announcements: text is missing", "a sentence or two in Markdown"), (5, "there is no key 'link'", "the keys are title, text, url")]),
        ("summaries: [a]\nannouncements:\n  - text: A", [(4, "announcements: title is missing", "for example: title: Annual conference")]),
        ("summaries: [a]\nannouncements:\n  - {title: A, text: B, url: example.org}", [(4, "'example.org' is no web or mail address", "for example https://example.org/conference")]),
        ("summaries: [a]\nannouncements:\n  - {title: A, text: B, url: 'htps://example.org'}", [(4, "'htps://example.org' is no web or mail address", "did you mean 'https'?")]),
        ("summaries: [a]\nannouncements:\n  - {title: A, text: B, url: 'javascript:alert(1)'}", [(4, "'javascript:alert(1)' is no web or mail address", "for example https://example.org/conference")]),
        ("summaries: [a]\nannouncements:\n  - {title: A, text: B, url: 'mailto:nobody'}", [(4, "'mailto:nobody' is no web or mail address", "did you mean 'mailto'?")]),
        ("summaries: [a]\nannouncements:\n  - {title: A, text: 'Hi {{ reader.name }}'}", [(4, "a reader's field cannot stand in the text", "put it into the introduction or the subject")]),
    ],
)  # fmt: skip
def test_each_thing_wrong_in_an_issue_is_told_with_its_line(
    tmp_path: Path, rows: str, expected: list[tuple[int, str, str | None]]
) -> None:
    with pytest.raises(NewsletterError) as caught:
        read(tmp_path, f"---\n{rows}\n---\n")
    assert [(each.line, each.message, each.hint) for each in caught.value.problems] == expected


def test_a_file_that_no_issue_can_be_named_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewsletterError, match="'november' is no name of an issue"):
        read(tmp_path, WHOLE, "november")
