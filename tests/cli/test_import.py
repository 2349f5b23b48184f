from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.content.importing.library_import import import_pages
from newsletter.content.library import load_library
from newsletter.content.topics import Vocabularies
from tests.content.importers.pages import FORMS, MONTHS, as_text

Run = Callable[..., Result]
TEXT = as_text(MONTHS)
STAIRS = "summaries/2021-02-what-keepers-of-lighthouses-know-about-waiting.md"
NUMBER = 6
"""Summaries on the page."""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def rows(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def statuses(result: Result) -> list[str]:
    return [row["status"] for row in rows(result)]


def files(root: Path) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8") for file in (root / "summaries").glob("*.md")
    }


def test_a_page_becomes_files_that_are_read_back(run: Run, workspace: Path, page: Path) -> None:
    result = run("import", str(page))
    assert (result.exit_code, "Next: newsletter summaries" in result.stderr) == (0, True)
    assert "2021-02-do-unposted-" in result.stdout
    written = (workspace / "summaries/2020-11-tea-the-first-half-minute.md").read_text("utf-8")
    head, _, body = written.partition("---\n")[2].partition("---\n")
    assert head == (
        'title: "Tea: The First Half Minute"\n'
        "published: 2020-11\n"
        'citation: "Ottesen, K.M., & 山本, 恵 (in press). Kettles. Review of Unlikely Evidence, '
        'doi: 10.5555/rue.2020.11."\n'
        "doi: 10.5555/rue.2020.11\n"
    )
    tea = MONTHS[2][1][0]
    assert body == f"{tea.paragraphs[0]}\n\n## Practice Implications\n\n{tea.implications[0]}\n"


def test_the_rows_are_told_as_json(run: Run, page: Path) -> None:
    result = run("import", str(page), "--json")
    assert rows(result)[1] == {
        "status": "new",
        "slug": "2021-02-do-unposted-letters-help-a-count-of-drawers",
        "title": "Do Unposted Letters Help? A Count of Drawers",
        "published": "2021-02",
        "doi": "10.5555/jid.2020.297",
        "source": str(page),
        "line": 17,
        "reason": "",
    }


def test_a_second_import_changes_nothing(run: Run, workspace: Path, page: Path) -> None:
    run("import", str(page))
    before = files(workspace)
    assert statuses(run("import", str(page), "--json")) == ["unchanged"] * NUMBER
    assert files(workspace) == before


def test_a_summary_on_two_pages_is_written_once(run: Run, workspace: Path, page: Path) -> None:
    other = page.with_name("other.html")
    other.write_text(FORMS["strong"](MONTHS[2:]), encoding="utf-8")
    assert statuses(run("import", str(page), str(other), "--json")) == ["new"] * NUMBER
    assert len(files(workspace)) == NUMBER + 3


def test_a_topic_tags_and_another_page_adds_its_own(run: Run, workspace: Path, page: Path) -> None:
    run("import", str(page), "--topic", "attachment")
    result = run("import", str(page), "--topic", "Therapist Variables", "--json")
    assert {(row["status"], row["reason"]) for row in rows(result)} == {
        ("updated", "topic added: Therapist Factors")
    }
    assert "topics: [Attachment, Therapist Factors]\n" in (workspace / STAIRS).read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "topics: [Client Factors]\n"),
        ("topics: []\n", "topics: [Client Factors]\n"),
        ("topics:\n", "topics: [Client Factors]\n"),
        ("topics: Attachment  # main\n", "topics: [Attachment, Client Factors]  # main\n"),
        (
            "topics:   [ Attachment ]   # one\n",
            "topics:   [ Attachment, Client Factors ]   # one\n",
        ),
        (
            "topics:\n    # mine\n    - Attachment\n\n# end\n",
            "topics:\n    # mine\n    - Attachment\n    - Client Factors\n\n# end\n",
        ),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_topic_is_added_and_nothing_else_touched(
    run: Run, workspace: Path, page: Path, before: str, after: str, line_end: str
) -> None:
    run("import", str(page))
    file = workspace / STAIRS
    old = file.read_text("utf-8").replace("published:", "blurb:  'tea' # hers\npublished:", 1)
    old = old.replace("published: 2021-02\n", f"published: 2021-02\n{before}")
    file.write_bytes(old.replace("\n", line_end).encode())
    run("import", str(page), "--topic", "Client Factors")
    new = old.replace(f"published: 2021-02\n{before}", f"published: 2021-02\n{after}")
    assert file.read_bytes() == new.replace("\n", line_end).encode()


def test_an_unknown_topic_is_answered_with_the_nearest(
    run: Run, workspace: Path, page: Path
) -> None:
    before = files(workspace)
    result = run("import", str(page), "--topic", "Atachment")
    assert (result.exit_code, files(workspace)) == (2, before)
    assert "did you mean 'Attachment'?" in result.stderr


def test_a_file_that_the_editor_changed_stays(run: Run, workspace: Path, page: Path) -> None:
    run("import", str(page))
    file = workspace / STAIRS
    mine = file.read_text("utf-8").replace("Keepers of lighthouses have", "Keepers have")
    file.write_text(mine, encoding="utf-8")
    result = run("import", str(page), "--json")
    assert rows(result)[0]["status"] == "changed"
    assert rows(result)[0]["reason"] == "kept: text differs"
    assert "--update shows the difference" in result.stderr
    assert file.read_text("utf-8") == mine


def test_what_the_editor_added_is_no_change(run: Run, workspace: Path, page: Path) -> None:
    run("import", str(page))
    file = workspace / STAIRS
    added = 'citation: "Hers, A. (2020)."\ndoi: 10.5555/hers\nblurb: waiting\nauthor: She\n'
    file.write_text(file.read_text("utf-8").replace("---\nKeep", f"{added}---\nKeep"), "utf-8")
    assert statuses(run("import", str(page), "--json")) == ["unchanged"] * NUMBER


def test_update_shows_the_difference_and_names_the_flag(
    run: Run, workspace: Path, page: Path
) -> None:
    run("import", str(page))
    file = workspace / STAIRS
    mine = file.read_text("utf-8").replace(
        "title: What Keepers", "blurb: waiting\ntitle: What keepers"
    )
    file.write_text(mine.replace("steep", "very steep"), encoding="utf-8")
    asked = run("import", str(page), "--update")
    assert (asked.exit_code, "--yes" in asked.stderr) == (2, True)
    assert "very steep" in file.read_text("utf-8")
    agreed = run("import", str(page), "--update", "--yes")
    assert agreed.exit_code == 0
    assert "-title: What keepers" in agreed.stderr
    assert "+title: What Keepers" in agreed.stderr
    assert file.read_text("utf-8") == mine.replace("title: What keepers", "title: What Keepers")


def test_a_summary_cut_off_is_completed_by_a_later_page(
    run: Run, workspace: Path, page: Path
) -> None:
    run("import", str(page))
    clean = files(workspace)
    for name in clean:
        if name.startswith("202") and "2026" not in name:
            (workspace / "summaries" / name).unlink()
    cut = page.with_name("cut.txt")
    cut.write_text(TEXT[: TEXT.index("Lamps, Revisited") - 40], encoding="utf-8")
    result = run("import", str(cut), "--json")
    assert statuses(result) == ["new", "new", "incomplete"]
    assert rows(result)[2]["reason"] == "cut off in its Practice Implications"
    file = workspace / "summaries/2020-11-tea-the-first-half-minute.md"
    assert "incomplete: cut off in its Practice Implications\n" in file.read_text("utf-8")
    commented = file.read_text("utf-8").replace("published:", "blurb: tea # hers\npublished:")
    file.write_text(commented, encoding="utf-8")
    assert statuses(run("import", str(page), "--json"))[:3] == ["unchanged", "unchanged", "updated"]
    completed = files(workspace)
    assert "blurb: tea # hers\n" in completed[file.name]
    completed[file.name] = completed[file.name].replace("blurb: tea # hers\n", "")
    assert completed == clean


START = len(TEXT.partition("Training\n")[0].encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(START, len(TEXT.encode())), st.sampled_from(["text", "strong"]))
def test_a_page_cut_off_anywhere_and_then_whole_equals_the_whole(
    tmp_path_factory: pytest.TempPathFactory, length: int, form: str
) -> None:
    base = tmp_path_factory.mktemp("cut")
    source = FORMS[form](MONTHS).encode()
    cut, whole = base / "cut.page", base / "whole.page"
    whole.write_bytes(source)
    cut.write_bytes(source[:length])
    for root, sources in {
        "twice": ([cut], [whole]),
        "once": ([whole],),
        "both": ([cut, whole],),
    }.items():
        for each in sources:
            library = load_library(base / root, Vocabularies())
            import_pages(each, root=base / root, library=library)
    assert files(base / "twice") == files(base / "once") == files(base / "both")


def test_a_file_that_ends_with_its_page_and_was_changed_is_not_completed(
    run: Run, workspace: Path, page: Path
) -> None:
    run("import", str(page))
    file = workspace / "summaries/2020-05-patience-in-towns-of-moderate-size-and-in-places-where.md"
    mine = file.read_text("utf-8").replace(" Where the stairs are steep, a colleague", "", 1)
    shorter = mine[: mine.index(" A few minutes")] + "\n"
    file.write_text(shorter, encoding="utf-8")
    assert statuses(run("import", str(page), "--json"))[-1] == "changed"
    assert file.read_text("utf-8") == shorter


def test_two_titles_of_one_slug_are_two_files(run: Run, workspace: Path, page: Path) -> None:
    page.write_text(TEXT.replace("Who Makes the Tea?", "Lamps Revisited (2)"), encoding="utf-8")
    run("import", str(page))
    page.write_text(TEXT.replace("Who Makes the Tea?", "Läßt: Tea"), encoding="utf-8")
    run("import", str(page))
    assert "2020-11-lasst-tea.md" in files(workspace)


BAD = {
    "empty.txt": (b"", "the file is empty"),
    "blank.txt": (b" \n\n", "the file is empty"),
    "paper.pdf": (b"%PDF-1.7\n...", "a PDF"),
    "words.docx": (b"PK\x03\x04....", "office document"),
    "noise.bin": (bytes(range(256)) * 8, "binary data"),
    "letter.txt": (b"Dear all,\nthe tea is ready.\n", "no month heading"),
    "diary.txt": (b"May 2020\nTea\nIt was a long day, and then it was over.\n", "no 'Practice"),
    "page.html": (b"<html><body><p>Hello</p></body></html>", "no month heading"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_page_is_named_and_the_others_are_imported(
    run: Run, workspace: Path, page: Path, name: str
) -> None:
    bad = page.with_name(f"bad-{name}")
    bad.write_bytes(BAD[name][0])
    result = run("import", str(bad), str(page), "--json")
    assert (result.exit_code, statuses(result)) == (1, ["new"] * NUMBER)
    assert f"{bad}: error: " in result.stderr
    assert BAD[name][1] in result.stderr
    assert "Hint: " in result.stderr
    assert len(files(workspace)) == NUMBER + 3


def test_a_missing_file_and_a_folder_are_named(run: Run, tmp_path: Path) -> None:
    result = run("import", str(tmp_path / "nowhere.txt"), str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no such file" in result.stderr
    assert "this is a folder" in result.stderr


def test_a_file_that_cannot_be_read_is_not_written_beside(
    run: Run, workspace: Path, page: Path
) -> None:
    (workspace / STAIRS).write_text("---\ntitle: [\n---\n", encoding="utf-8")
    result = run("import", str(page), "--json")
    assert (result.exit_code, rows(result)[-1]["status"]) == (1, "skipped")
    assert len(files(workspace)) == NUMBER + 3
    assert (workspace / STAIRS).read_text("utf-8") == "---\ntitle: [\n---\n"


def test_a_title_left_over_at_the_end_is_told_and_not_written(
    run: Run, workspace: Path, page: Path
) -> None:
    page.write_text(TEXT + "Stairs and Their Cou", encoding="utf-8")
    last = rows(run("import", str(page), "--json"))[-1]
    assert (last["status"], last["slug"], last["title"]) == (
        "skipped",
        None,
        "Stairs and Their Cou",
    )
    assert len(files(workspace)) == NUMBER + 3


def test_one_study_summarised_twice_stays_two_summaries(run: Run, page: Path) -> None:
    same = TEXT.replace("10.5555/rue.2020.11", "10.5555/jid.2020.297")
    page.write_text(same, encoding="utf-8")
    assert statuses(run("import", str(page), "--json")) == ["new"] * NUMBER
    assert statuses(run("import", str(page), "--json")) == ["unchanged"] * NUMBER


def test_yes_alone_is_refused(run: Run, page: Path) -> None:
    assert run("import", str(page), "--yes").exit_code == 2


def test_an_address_is_no_source_and_is_told_how_to_become_one(run: Run) -> None:
    result = run("import", "https://example.org/blog")
    assert result.exit_code == 1
    assert "this is the address of a page, no file\n  Hint: save the page" in result.stderr
