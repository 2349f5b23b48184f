"""`newsletter check`: what it says to people and to machines, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.basics.shipped import TEMPLATES

Run = Callable[..., Result]
QUIET_ROOMS = "summaries/2026-10-quiet-rooms.md"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_issue_has_nothing_to_mend(run: Run) -> None:
    result = run("check", "2026-11")
    assert result.exit_code == 0
    assert result.stderr == "Nothing to mend.\nNext: newsletter preview 2026-11\n"
    assert "size\n    the HTML of the email is" in result.stdout


def test_the_month_may_be_left_out_where_there_is_one_draft(run: Run) -> None:
    assert run("check").output == run("check", "2026-11").output


def test_errors_are_told_with_their_place_and_end_with_3(run: Run, workspace: Path) -> None:
    edit(workspace / QUIET_ROOMS, "doi: 10.5555/iq.2025.7\n", "doi: 11.5555/iq.2025.7\n")
    edit(workspace / QUIET_ROOMS, "timed every pause", "timed TK")
    edit(workspace / QUIET_ROOMS, "[Therapist Factors]", "[Terapist Factors]")
    result = run("check")
    assert result.exit_code == 3
    assert result.stdout.startswith(
        f"To mend\n  {QUIET_ROOMS}:5  doi-malformed\n    '11.5555/iq.2025.7' is no DOI\n"
    )
    assert f"  {QUIET_ROOMS}:8  unfinished-text\n    unfinished text: 'TK' in " in result.stdout
    assert "Hint: did you mean 'Therapist Factors'?" in result.stdout
    assert re.fullmatch(
        r"2 errors, 1 warning, \d to know\.\nNext: newsletter check 2026-11\n", result.stderr
    )


def test_json_has_exactly_the_promised_keys_and_nothing_else_on_stdout(
    run: Run, workspace: Path
) -> None:
    edit(workspace / QUIET_ROOMS, "\n## Practice Implications\n\nSay what a silence is for.\n", "")
    result = run("check", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert found[0] == {
        "rule": "summary-incomplete",
        "level": "error",
        "message": "'Silence that helps and silence that hurts' has no Practice Implications",
        "file": QUIET_ROOMS,
        "line": 8,
    }
    assert {tuple(one) for one in found} == {("rule", "level", "message", "file", "line")}
    assert {one["level"] for one in found[1:]} == {"info"}


def test_strict_makes_warnings_count(run: Run, workspace: Path) -> None:
    edit(workspace / QUIET_ROOMS, "[Therapist Factors]", "[Zebra]")
    assert (run("check").exit_code, run("check", "--strict").exit_code) == (0, 3)


def test_a_silenced_check_is_told_with_its_reason(run: Run, workspace: Path) -> None:
    edit(workspace / QUIET_ROOMS, "doi: 10.", "doi: 11.")
    edit(
        workspace / "issues/2026-11.md",
        "preheader:",
        'ignore: {doi-malformed: "the journal has it so"}\npreheader:',
    )
    edit(workspace / QUIET_ROOMS, ' doi: 11.5555/iq.2025.7"', '"')
    result = run("check")
    assert result.exit_code == 0
    assert "is no DOI (silenced: the journal has it so)" in result.stdout


def test_what_cannot_be_rendered_or_read_is_a_finding(run: Run, workspace: Path) -> None:
    edit(workspace / "issues/2026-11.md", "2026-10-quiet-rooms", "2026-10-quiet-room")
    result = run("check", "--json")
    assert (result.exit_code, json.loads(result.stdout)[0]) == (
        3,
        {
            "rule": "render",
            "level": "error",
            "message": "no summary is named '2026-10-quiet-room'",
            "file": "issues/2026-11.md",
            "line": 2,
        },
    )
    (workspace / "issues/2026-11.md").write_text("---\nsumaries: [a]\n---\n", encoding="utf-8")
    found = json.loads(run("check", "--json").stdout)
    assert {(one["rule"], one["level"], one["file"]) for one in found} == {
        ("render", "error", "issues/2026-11.md")
    }


def test_a_summary_that_went_out_before_is_an_error_with_its_line(
    run: Run, workspace: Path
) -> None:
    (workspace / "issues/2026-10.md").write_text(
        "---\nsummaries: [2026-10-quiet-rooms]\npublish: true\n---\n", encoding="utf-8"
    )
    found = json.loads(run("check", "2026-11", "--json").stdout)
    assert (found[0]["rule"], found[0]["level"], found[0]["line"]) == ("already-sent", "error", 2)
    assert found[0]["message"] == "'2026-10-quiet-rooms' went out in issue 2026-10"


def test_the_list_is_part_of_the_check(run: Run, workspace: Path) -> None:
    subscribers = workspace / "subscribers.csv"
    with subscribers.open("a", encoding="utf-8") as file:
        file.write("no address,Nobody,N,active\n")
    warned = run("check", "--json")
    assert warned.exit_code == 0
    first = json.loads(warned.stdout)[0]
    assert (first["rule"], first["level"], first["line"]) == ("list-problems", "warning", 5)
    subscribers.write_text("email\n", encoding="utf-8")
    assert run("check").exit_code == 3
    subscribers.unlink()
    gone = run("check")
    assert gone.exit_code == 3
    assert "subscribers.csv" in gone.stdout


def test_a_reader_who_left_is_not_counted_as_mailable(run: Run, workspace: Path) -> None:
    (workspace / "subscribers.csv").write_text("email\nada@example.org\n", encoding="utf-8")
    assert run("check").exit_code == 0
    run("subscribers", "suppress", "ada@example.org", "--reason", "asked by phone")
    result = run("check")
    assert result.exit_code == 3
    assert "nobody would get this issue" in result.stdout


def test_a_broken_vocabulary_is_a_finding_beside_all_others(run: Run, workspace: Path) -> None:
    edit(workspace / QUIET_ROOMS, "timed every pause", "timed TK")
    (workspace / "topics.toml").write_text('[topics]\nnames = ["A"\n', encoding="utf-8")
    result = run("check", "--json")
    assert result.exit_code == 3
    assert [(one["rule"], one["file"], one["line"]) for one in json.loads(result.stdout)[:2]] == [
        ("render", "topics.toml", 2),
        ("unfinished-text", QUIET_ROOMS, 8),
    ]


def test_broken_settings_are_findings(run: Run, workspace: Path) -> None:
    edit(workspace / "newsletter.toml", "tagline =", "tagliine =")
    result = run("check", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        3,
        [
            {
                "rule": "render",
                "level": "error",
                "message": "[newsletter] has no key 'tagliine'",
                "file": "newsletter.toml",
                "line": 3,
            }
        ],
    )
    assert "did you mean 'tagline'?" in run("check", "2026-11").stdout


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("templates/default/parts/footer.mjml", "<mj-section>\n{{ nothing }}\n</mj-section>"),
        ("suppressions.csv", "no,header\n"),
    ],
)
def test_whatever_is_broken_is_a_finding_with_its_file(
    run: Run, workspace: Path, file: str, text: str
) -> None:
    (workspace / file).parent.mkdir(parents=True, exist_ok=True)
    (workspace / file).write_text(text, encoding="utf-8")
    result = run("check", "2026-11", "--json")
    assert result.exit_code == 3
    assert file in {one["file"] for one in json.loads(result.stdout) if one["level"] == "error"}


def test_online_says_how_many_links_it_asks_for_and_asks_no_private_address(
    run: Run, workspace: Path
) -> None:
    for file in (workspace / "summaries").iterdir():
        edit(file, "## Practice", "[A page](http://127.0.0.1:9/x)\n\n## Practice")
        file.write_text(
            re.sub(r"^doi: .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
        )
    result = run("check", "--online", "--json")
    assert "Asking for 1 link ..." in result.stderr
    assert {
        one["message"] for one in json.loads(result.stdout) if one["rule"] == "link-unreachable"
    } == {"http://127.0.0.1:9/x: leads to a private address (127.0.0.1): not asked"}


def test_what_only_the_author_of_a_template_can_change_is_said_with_all(
    run: Run, workspace: Path
) -> None:
    def rules(*options: str) -> set[str]:
        return {one["rule"] for one in json.loads(run("check", "--json", *options).stdout)}

    assert rules("--all") - rules() == {"client-support"}
    part = workspace / "templates" / "parts" / "footer.mjml"
    part.parent.mkdir(parents=True)
    shipped = (TEMPLATES / "default" / "parts" / "footer.mjml").read_text("utf-8")
    part.write_text(shipped, encoding="utf-8")
    assert "client-support" not in rules()
    part.write_text(f"<!-- ours -->\n{shipped}", encoding="utf-8")
    assert "client-support" in rules()


def test_a_place_in_the_issues_head_is_exact(run: Run, workspace: Path) -> None:
    (workspace / "issues/2026-11.md").write_text(
        """\
---
summaries: [2026-11-two-letters, 2026-10-quiet-rooms]
ignore:
  summary-count: "two"
  linktext: "a slip"
announcements:
  - title: Conference TK
    text: >-
      Register until 3 October,
      or later.
    url: http://example.org/conference
---
Hello.
""",
        encoding="utf-8",
    )
    found = json.loads(run("check", "--json").stdout)
    assert {(one["rule"], one["line"]) for one in found if one["file"] == "issues/2026-11.md"} >= {
        ("ignore", 4),
        ("ignore", 5),
        ("unfinished-text", 7),
        ("other-month", 9),
        ("link-http", 11),
    }


def test_an_ignore_that_silences_nothing_is_told(run: Run, workspace: Path) -> None:
    issue = workspace / "issues/2026-11.md"
    edit(issue, "preheader:", 'ignore: {link-text: "the words of the journal"}\npreheader:')
    result = run("check")
    assert result.exit_code == 0
    assert "'link-text' is silenced, and finds nothing" in result.stdout


def test_an_issue_that_is_not_there_names_the_nearest(run: Run) -> None:
    result = run("check", "2026-12")
    assert result.exit_code == 1
    assert "did you mean '2026-11'?" in result.stderr
