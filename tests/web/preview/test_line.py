"""One line is mended from the page; the rest of the file stays to the byte, and no change is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from newsletter.web.preview.place.line import ChangedMeanwhile, change_line
from newsletter.workspace import open_workspace
from tests.web.preview.parts import ACTING

SUMMARY = "summaries/2026-11-two-letters.md"


def post(client: TestClient, **body: object) -> int:
    return client.post("/api/line", json=body, headers=ACTING).status_code


def test_a_line_is_written_anew(client: TestClient, workspace: Path) -> None:
    before = 'title: "Letters between sessions: a pilot"'
    assert post(client, file=SUMMARY, line=2, before=before, after="title: Letters") == 200
    lines = (workspace / SUMMARY).read_text("utf-8").split("\n")
    assert lines[:3] == ["---", "title: Letters", "published: 2026-11"]
    assert post(client, file=SUMMARY, line=2, before=before, after="title: No") == 409
    assert "title: No" not in (workspace / SUMMARY).read_text("utf-8")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    lines=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=6),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
    data=st.data(),
)
def test_every_other_byte_stays(
    workspace: Path, lines: list[str], end: str, bom: bool, data: st.DataObject
) -> None:
    lines = [
        line.replace("\ufeff", "").replace("\u2028", "").replace("\u2029", "") for line in lines
    ]
    file = workspace / SUMMARY
    mark = "\ufeff" if bom else ""
    file.write_bytes((mark + end.join(lines)).encode("utf-8"))
    at = data.draw(st.integers(0, len(lines) - 1))
    change_line(open_workspace(workspace), SUMMARY, at + 1, lines[at], "mended")
    lines[at] = "mended"
    assert file.read_bytes() == (mark + end.join(lines)).encode("utf-8")


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ("subscribers.csv", 422),
        ("mailings.csv", 422),
        (".newsletter/key", 422),
        ("../notes/newsletter.toml", 422),
        ("/etc/hostname", 422),
        ("", 422),
        ("newsletter.toml", 422),
        ("topics.toml", 409),
    ],
)
def test_only_the_workspaces_own_texts_are_mended(
    client: TestClient, file: str, status: int
) -> None:
    assert post(client, file=file, line=1, before="no such line", after="x") == status


@pytest.mark.parametrize("link", ["summaries/2026-01-link.md", "templates/linked/issue.mjml"])
@pytest.mark.parametrize("to", ["../outside.md", "subscribers.csv", "mailings.csv"])
def test_a_link_leads_to_no_other_file(
    client: TestClient, workspace: Path, link: str, to: str
) -> None:
    target = (workspace / to).resolve()
    target.write_text("a line\n")
    name = workspace / link
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(target)
    assert post(client, file=link, line=1, before="a line", after="x") == 422
    assert target.read_text() == "a line\n"


@pytest.mark.parametrize("folder", ["summaries", "templates"])
def test_what_lies_behind_a_linked_folder_is_neither_shown_nor_changed(
    client: TestClient, workspace: Path, folder: str
) -> None:
    outside = workspace.parent / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("a line\n")
    own = workspace / folder
    if own.exists():
        own.rename(workspace / "moved")
    own.symlink_to(outside)
    assert client.get("/api/place", params={"file": f"{folder}/a.md"}).status_code == 422
    assert post(client, file=f"{folder}/a.md", line=1, before="a line", after="x") == 422
    assert (outside / "a.md").read_text() == "a line\n"


@pytest.mark.parametrize("after", ["a\nb", "a\rb", "a\0b", "x" * 10_001, "\u2028"])
def test_what_is_no_line_of_text_is_refused(client: TestClient, after: str) -> None:
    assert post(client, file=SUMMARY, line=1, before="---", after=after) in {400, 422}


@pytest.mark.parametrize("line", [0, -3, 10**9, "2", None, 999])
def test_a_line_that_is_not_there_writes_nothing(
    client: TestClient, workspace: Path, line: object
) -> None:
    before = (workspace / SUMMARY).read_bytes()
    assert post(client, file=SUMMARY, line=line, before="nothing", after="x") == 409
    assert (workspace / SUMMARY).read_bytes() == before


def test_a_file_that_is_gone_or_no_text_is_refused(client: TestClient, workspace: Path) -> None:
    (workspace / SUMMARY).write_bytes(b"caf\xe9")
    assert post(client, file=SUMMARY, line=1, before="caf", after="x") == 422
    (workspace / SUMMARY).unlink()
    assert post(client, file=SUMMARY, line=1, before="", after="x") == 422


def test_an_issue_that_was_sent_is_not_changed(
    client: TestClient, run: Callable[..., Result]
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    body = {"file": "issues/2026-11.md", "line": 1, "before": "---", "after": "x"}
    assert client.post("/api/line", json=body, headers=ACTING).status_code == 422
    assert (
        client.get("/api/place", params={"file": "issues/2026-11.md"}).json()["changeable"] is False
    )


def test_a_change_meanwhile_is_an_exception_of_its_own(workspace: Path) -> None:
    with pytest.raises(ChangedMeanwhile):
        change_line(open_workspace(workspace), SUMMARY, 1, "+++", "x")
