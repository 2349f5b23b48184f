from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.basics.errors import Level, NewsletterError, Problem
from newsletter.content.compose import choose, concerns, uses
from newsletter.content.issue.file import read_issue
from newsletter.content.library import Library, load_library
from newsletter.content.topics import Vocabularies, Vocabulary, load_vocabularies
from newsletter.workspace import Workspace, open_workspace

Write = Callable[..., None]


@pytest.fixture
def write(workspace: Path) -> Write:
    def inner(slug: str, *rows: str) -> None:
        text = "\n".join(["---", f"title: {slug}", "published: 2026-01", *rows, "---", "Text."])
        (workspace / "summaries" / f"{slug}.md").write_text(text, encoding="utf-8")

    return inner


@pytest.fixture
def opened(workspace: Path) -> Workspace:
    return open_workspace(workspace)


def failure(function: Callable[..., object], *arguments: object) -> list[tuple[str, str | None]]:
    with pytest.raises(NewsletterError) as caught:
        function(*arguments)
    return [(problem.message, problem.hint) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "part", ["harbour", "2026-09", "HARBOUR-study", "2026-09-harbour-study.md"]
)
def test_any_unique_part_of_a_slug_names_a_summary(opened: Workspace, part: str) -> None:
    assert opened.library().find(part).slug == "2026-09-harbour-study"


def test_a_whole_slug_wins_over_longer_ones(opened: Workspace, write: Write) -> None:
    write("quiet")
    assert opened.library().find("quiet").slug == "quiet"


@pytest.mark.parametrize(
    ("part", "message", "hint"),
    [
        (
            "2026",
            "'2026' is part of 3 summaries' names",
            "say which: 2026-09-harbour-study, 2026-10-quiet-rooms, 2026-11-two-letters",
        ),
        ("harbor", "no summary is named 'harbor'", "did you mean '2026-09-harbour-study'?"),
        ("quietrooms", "no summary is named 'quietrooms'", "did you mean '2026-10-quiet-rooms'?"),
        ("zebra", "no summary is named 'zebra'", "newsletter summaries lists them"),
        ("", "no summary is named ''", "newsletter summaries lists them"),
    ],
)
def test_a_wrong_part_gets_an_answer(opened: Workspace, part: str, message: str, hint: str) -> None:
    assert failure(opened.library().find, part) == [(message, hint)]


def test_an_empty_library_says_how_to_begin() -> None:
    assert failure(Library({}).find, "x") == [
        (
            "no summary is named 'x'",
            "there are no summaries yet: newsletter new, or newsletter import",
        )
    ]


def test_a_broken_summary_leaves_the_others_and_is_told_where_it_is_meant(
    opened: Workspace, workspace: Path
) -> None:
    (workspace / "summaries" / "2026-08-broken.md").write_text("---\ntitle: A: b\n---\n")
    library = opened.library()
    assert list(library) == ["2026-09-harbour-study", "2026-10-quiet-rooms", "2026-11-two-letters"]
    assert [problem.place for problem in library.problems] == ["summaries/2026-08-broken.md:2"] * 2
    assert library.broken["2026-08-broken"] == library.problems
    assert failure(library.find, "broken")[0] == (
        "put the title in quotes: a colon stands in it",
        'title: "A: b"',
    )


def test_a_file_name_that_cannot_be_shown_or_stands_twice_is_told(
    opened: Workspace, workspace: Path
) -> None:
    text = "---\ntitle: A\npublished: 2026-01\n---\n"
    for name in (b"bad\xff.md", b"new\nline.md", "e\u0301.md".encode(), "\u00e9.md".encode()):
        file = os.fsencode(workspace / "summaries") + b"/" + name
        Path(os.fsdecode(file)).write_text(text)
    library = opened.library()
    assert [(str(each.file), each.message) for each in library.problems] == [
        ("summaries/bad\ufffd.md", "the file's name holds characters that cannot be shown"),
        ("summaries/new\ufffdline.md", "the file's name holds characters that cannot be shown"),
        ("summaries/\u00e9.md", "another file has this name, with its accents encoded differently"),
    ]
    assert library["\u00e9"].title == "A"


def test_topics_come_by_their_canonical_names_and_unknown_ones_are_kept(
    opened: Workspace, write: Write
) -> None:
    write(
        "x", "topics: [therapist  variables, Therapist Factors, Atachment]", "research_type: meta-analysis"
    )  # fmt: skip
    library = opened.library()
    assert library["x"].topics == ("Therapist Factors", "Atachment")
    assert library["x"].research_type == "Meta-analysis"
    assert library.problems == (
        Problem(
            message="'Atachment' is no topic of topics.toml",
            file=Path("summaries/x.md"),
            line=4,
            hint="did you mean 'Attachment'?",
            level=Level.WARNING,
        ),
    )


def test_the_summaries_of_an_issue_come_in_its_order(opened: Workspace) -> None:
    library = opened.library()
    assert [each.slug for each in library.of(opened.issue("2026-11"))] == [
        "2026-11-two-letters",
        "2026-10-quiet-rooms",
    ]


def test_a_summary_that_an_issue_names_and_nobody_has_is_told_with_its_line(
    opened: Workspace, workspace: Path
) -> None:
    file = workspace / "issues" / "2026-12.md"
    file.write_text("---\nsummaries:\n  - two-letters\n  - 2026-10-quiet-rooms\n---\n")
    with pytest.raises(NewsletterError) as caught:
        opened.library().of(read_issue(file, workspace))
    assert caught.value.problems == (
        Problem(
            message="no summary is named 'two-letters'",
            file=Path("issues/2026-12.md"),
            line=3,
            hint="did you mean '2026-11-two-letters'?",
        ),
    )


def test_choosing_tells_everything_that_is_wrong(opened: Workspace) -> None:
    library = opened.library()
    assert [each.slug for each in choose(library, ["letters", "harbour"])] == [
        "2026-11-two-letters",
        "2026-09-harbour-study",
    ]
    assert [message for message, _ in failure(choose, library, ["quiet", "nope", "2026-10", "2026"])] == [
        "no summary is named 'nope'",
        "'2026-10' names '2026-10-quiet-rooms', which is chosen already",
        "'2026' is part of 3 summaries' names",
    ]  # fmt: skip


def test_a_choice_that_readers_know_already_is_warned_about(
    opened: Workspace, write: Write
) -> None:
    write("copy", "doi: 10.5555/IQ.2025.7")
    library = opened.library()
    issues, _ = opened.issues()

    def told(issue: str, *slugs: str) -> list[str]:
        chosen = [library[slug] for slug in slugs]
        found = concerns(issue, chosen, issues, library)
        assert {problem.level for problem in found} <= {Level.WARNING}
        return [problem.message for problem in found]

    assert told("2026-11", "2026-11-two-letters", "2026-10-quiet-rooms") == []
    assert told("2026-12", "copy", "2026-11-two-letters") == [
        "'copy' has the DOI of '2026-10-quiet-rooms', which is in issue 2026-11",
        "'2026-11-two-letters' is in issue 2026-11 already",
    ]
    assert told("2026-11", "copy", "2026-10-quiet-rooms") == [
        "'2026-10-quiet-rooms' and 'copy' have the same DOI"
    ]
    assert told("2026-11", "copy") == ["1 summary chosen; an issue usually has two or three"]
    assert uses(issues) == {
        "2026-11-two-letters": ("2026-11",),
        "2026-10-quiet-rooms": ("2026-11",),
    }


def test_without_vocabularies_every_topic_is_good(workspace: Path) -> None:
    assert load_library(workspace, Vocabularies()).problems == ()


def vocabulary_file(tmp_path: Path, text: str) -> Vocabularies:
    file = tmp_path / "topics.toml"
    file.write_text(text, encoding="utf-8")
    return load_vocabularies(file, Path("topics.toml"))


def test_both_vocabularies_have_names_and_aliases(tmp_path: Path) -> None:
    text = '[topics]\nnames = ["A  b", "C"]\n[topics.aliases]\n"D" = "a B"\n[research_types]\nnames = ["E"]\n[research_types.aliases]\nF = "E"\n'
    assert vocabulary_file(tmp_path, text) == Vocabularies(
        topics=Vocabulary(("A b", "C"), {"D": "A b"}),
        research_types=Vocabulary(("E",), {"F": "E"}),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[topic]\n", [(1, "there is no key 'topic'")]),
        ("[topics]\nname = []\n", [(2, "there is no key 'name'")]),
        ("[topics]\nnames = 'A'\n", [(2, "names must be a list of texts")]),
        ("[topics]\nnames = ['A', 'a']\n", [(2, "'a' stands twice")]),
        ("[topics]\nnames = ['A', ' ']\n", [(2, "a name is empty")]),
        ("topics = 3\n", [(1, "topics is a section")]),
        (
            "[topics]\nnames = ['Attachment', 'Grief']\n[topics.aliases]\nGrieve = 'Greif'\nGrief = 'Attachment'\n",
            [(4, "'Grieve' stands for 'Greif', which is none of the names"), (5, "'Grief' is a name itself")],
        ),
    ],
)  # fmt: skip
def test_everything_wrong_in_a_vocabulary_is_told_with_its_line(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:
    with pytest.raises(NewsletterError) as caught:
        vocabulary_file(tmp_path, text)
    assert [(each.line, each.message) for each in caught.value.problems] == expected


def test_a_workspace_is_found_from_inside_and_else_the_way_is_shown(
    workspace: Path, tmp_path: Path
) -> None:
    assert open_workspace(workspace / "issues").root == workspace
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert failure(open_workspace, elsewhere) == [
        (
            f"no newsletter.toml in {elsewhere} or in one above it",
            "newsletter init makes a workspace here; -C FOLDER names one elsewhere",
        )
    ]


def test_an_issue_that_is_not_there_is_named_and_one_that_cannot_be_is_refused(
    opened: Workspace,
) -> None:
    assert failure(opened.issue, "2026-12") == [
        ("there is no issue '2026-12' (issues/2026-12.md)", "did you mean '2026-11'?")
    ]
    assert failure(opened.issue, "nov")[0][0] == "'nov' is no name of an issue"


def test_a_broken_issue_leaves_the_others(opened: Workspace, workspace: Path) -> None:
    (workspace / "issues" / "2026-12.md").write_text("---\nsummaries: []\n---\n")
    (workspace / "issues" / "2026-1.md").write_text("no issue")
    (workspace / "issues" / "notes.md").write_text("no issue")
    issues, problems = opened.issues()
    assert [issue.slug for issue in issues] == ["2026-11"]
    assert [(each.place, each.level) for each in problems] == [
        ("issues/2026-12.md:2", Level.ERROR),
        ("issues/2026-1.md", Level.WARNING),
    ]


def test_an_issue_reads_no_summaries_but_its_own(workspace: Path) -> None:
    opened = open_workspace(workspace)
    (workspace / "summaries/2026-01-broken.md").write_bytes(b"\xff")
    assert opened.compile(opened.issue("2026-11")).subject


def test_a_summary_that_an_issue_lacks_is_looked_for_in_the_whole_library(workspace: Path) -> None:
    (workspace / "issues/2026-12.md").write_text("---\nsummaries: [2026-09-harbor-study]\n---\n")
    opened = open_workspace(workspace)
    with pytest.raises(NewsletterError, match="did you mean '2026-09-harbour-study'"):
        opened.compile(opened.issue("2026-12"))
