"""A place in a file is shown with the text around it; nothing private and nothing outside is."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.web.preview.place.excerpt import where
from newsletter.workspace import open_workspace
from tests.web.preview.parts import ACTING, edit


def test_the_lines_around_one_are_told(client: TestClient, workspace: Path) -> None:
    file = workspace / "summaries/2026-11-two-letters.md"
    file.write_text("\n".join(f"line {number}" for number in range(1, 101)), encoding="utf-8")
    params = {"file": "summaries/2026-11-two-letters.md", "line": "50"}
    assert client.get("/api/place", params=params).json() == {
        "file": "summaries/2026-11-two-letters.md",
        "first": 38,
        "lines": [f"line {number}" for number in range(38, 63)],
        "closed": "",
        "editor": None,
        "changeable": True,
    }


@pytest.mark.parametrize("file", ["topics.toml", "issues/2026-11.md"])
def test_what_an_issue_is_made_of_is_shown(client: TestClient, file: str) -> None:
    assert client.get("/api/place", params={"file": file}).json()["lines"] != []


def test_own_and_shipped_templates_are_shown(client: TestClient, workspace: Path) -> None:
    own = workspace / "templates" / "letter" / "issue.mjml"
    own.parent.mkdir(parents=True)
    own.write_text("<mjml>")
    params = {"file": "templates/letter/issue.mjml"}
    assert client.get("/api/place", params=params).json()["lines"] == ["<mjml>"]


@pytest.mark.parametrize(
    "file",
    [
        "",
        ".",
        "/etc/passwd",
        "../notes/newsletter.toml",
        "summaries/../.newsletter/key",
        ".newsletter/key",
        ".newsletter/state.db",
        "outbox/new/1",
        "summaries/secret.txt",
        "templates/../.newsletter/key",
        "templates/.hidden",
        "summaries/a\0b.md",
        "issues/",
        "notes.txt",
    ],
)
def test_nothing_else_is_shown(client: TestClient, workspace: Path, file: str) -> None:
    for name in (".newsletter/key", "summaries/secret.txt", "notes.txt", "templates/.hidden"):
        target = workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("secret", encoding="utf-8")
    response = client.get("/api/place", params={"file": file})
    assert response.status_code == 422
    assert "secret" not in response.text.replace("secret.txt", "")


@pytest.mark.parametrize("line", ["0", "-1", "x", "9" * 20, "1.5", "٣"])
def test_a_line_that_is_none_is_refused_or_the_first(client: TestClient, line: str) -> None:
    response = client.get("/api/place", params={"file": "topics.toml", "line": line})
    assert response.status_code in {200, 404}


def test_a_line_beyond_the_end_shows_nothing(client: TestClient) -> None:
    response = client.get("/api/place", params={"file": "topics.toml", "line": "99999"})
    assert response.json()["lines"] == []


def test_other_encodings_are_shown_as_far_as_it_goes(client: TestClient, workspace: Path) -> None:
    (workspace / "topics.toml").write_bytes("[topics]\nnames = ['José']".encode("cp1252"))
    told = client.get("/api/place", params={"file": "topics.toml"}).json()
    assert told["lines"] == ["[topics]", "names = ['Jos\ufffd']"]
    (workspace / "topics.toml").write_text("[topics]\nnames = []", encoding="utf-16")
    told = client.get("/api/place", params={"file": "topics.toml"}).json()
    assert told["lines"] == ["[topics]", "names = []"]


@pytest.mark.parametrize(
    ("text", "headings", "place"),
    [
        ("Silence that helps and silence that hurts", [], ("summaries/2026-10-quiet-rooms.md", 2)),
        (
            "Varga listened to 60 recorded sessions of a made-up clinic and timed every pause.",
            [],
            ("summaries/2026-10-quiet-rooms.md", 8),
        ),
        ("Dear Grace, two short studies this month.", [], ("issues/2026-11.md", 5)),
        ("Practice Research Network", [], ("newsletter.toml", 6)),
        (
            "Practice Implications",
            ["Practice Implications", "Silence that helps and silence that hurts"],
            ("summaries/2026-10-quiet-rooms.md", 10),
        ),
        ("xyzzy plugh", [], None),
        ("", [], None),
        ("· · ·", [], None),
    ],
)
def test_a_passage_of_the_email_is_found_where_it_is_written(
    workspace: Path, text: str, headings: list[str], place: tuple[str, int] | None
) -> None:
    assert where(open_workspace(workspace), "2026-11", text, headings) == place


def test_a_passage_over_several_lines_is_found_at_its_first(workspace: Path) -> None:
    edit(
        workspace / "summaries/2026-10-quiet-rooms.md",
        "Varga listened to 60 recorded sessions",
        "Varga *listened* to\n[60](https://example.org) recorded\nsessions",
    )
    found = where(open_workspace(workspace), "2026-11", "Varga listened to 60 recorded", [])
    assert found == ("summaries/2026-10-quiet-rooms.md", 8)


def test_a_passage_is_asked_for_by_the_page(client: TestClient) -> None:
    body = {"text": "Say what a silence is for.", "headings": ["a", 1]}
    response = client.post("/api/issues/2026-11/where", json=body, headers=ACTING)
    assert response.json() == {"file": "summaries/2026-10-quiet-rooms.md", "line": 12}
