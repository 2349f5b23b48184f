"""What the page shows and changes: texts of an issue, and nothing private, however it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.basics import shipped
from newsletter.web.preview.access import Locations, Reach, reach
from tests.web.preview.parts import ACTING, edit, opened

ROOT = Path("/notes")
LOCATIONS = Locations(
    root=ROOT,
    lists=frozenset({ROOT / "subscribers.csv"}),
    private=(ROOT / "templates/state.db", ROOT / "templates/outbox"),
)
SECRET = "f00dfeed" * 8


@pytest.mark.parametrize(
    ("name", "far"),
    [
        ("topics.toml", Reach.CHANGED),
        ("issues/2026-11.md", Reach.CHANGED),
        ("summaries/2026-11-two letters.md", Reach.CHANGED),
        ("summaries/caf\u0065\u0301.md", Reach.CHANGED),
        ("summaries/\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.md", Reach.CHANGED),
        ("templates/letter/parts/footer.mjml", Reach.CHANGED),
        ("templates/letter/design.toml", Reach.CHANGED),
        ("templates/letter/logo.svg", Reach.SHOWN),
        (str(shipped.TEMPLATES / "default/issue.mjml"), Reach.SHOWN),
        (str(shipped.TOPICS), Reach.SHOWN),
        ("newsletter.toml", Reach.NAMED),
        ("subscribers.csv", Reach.NAMED),
        ("suppressions.csv", Reach.NAMED),
        ("mailings.csv", Reach.NAMED),
    ],
)
def test_what_an_issue_is_made_of_is_in_reach(name: str, far: Reach) -> None:
    assert reach(name, ROOT / name, LOCATIONS) is far


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "/", "~", "/etc/passwd", "/notes", "/notes/", "/notes/.newsletter/key", "//notes/topics.toml",
        "../notes/topics.toml", "../etc/passwd", "summaries", "summaries/", "templates", "templates/",
        ".newsletter", ".newsletter/", ".newsletter/key", ".newsletter/state.db", ".newsletter/state.db-wal",
        "./.newsletter/key", ".newsletter//key", ".NEWSLETTER/key", ".Newsletter/key", ".newsletter./key",
        "summaries/../.newsletter/key", "templates/../.newsletter/key", "templates/x/../../.newsletter/key.md",
        "summaries/.newsletter/key.md", "templates/.newsletter/key", "templates/.git/config", ".env", ".git/config",
        "\uff0enewsletter/key", "\u2024newsletter/key", "\u200c.newsletter/key", "templates/\uff0e\uff0e/.newsletter/key",
        "templates/\u2025/key.md", "templates\\..\\.newsletter\\key", "templates/a\\b.md", "templates/a\uff0fb.md",
        "templates/a\u200bb.md", "templates/x.md ", "templates/x.md.", "templates/a\x00.md", "summaries/a\nb.md",
        "Summaries/a.md", "SUMMARIES/a.md", "Topics.toml", "TOPICS.TOML", "NEWSLETTER.TOML", "summaries/a.MD",
        "summaries/secret.txt", "summaries/deep/a.md", "issues/deep/a.md", "notes.txt", "outbox/new/1", "summariesx/a.md",
        "./topics.toml", "issues//2026-11.md", "issues/./2026-11.md", "file:topics.toml", "file:///etc/passwd",
        "%2e%2e/etc/passwd", "subscribers.csv/..", "subscribers.csv~", "topics.toml/", "C:\\notes\\topics.toml",
        "templates/state.db", "templates/state.db-wal", "templates/state.db.epoch", "templates/outbox/new/1.md",
    ],
)  # fmt: skip
def test_nothing_else_is(name: str) -> None:
    real = Path(os.path.normpath(ROOT / name.replace("\0", "_")))
    assert reach(name, real, LOCATIONS) is Reach.NOTHING


@pytest.mark.parametrize(
    ("real", "far"),
    [
        ("/notes/summaries/b.md", Reach.CHANGED),
        ("/notes/templates/logo.svg", Reach.SHOWN),
        ("/notes/newsletter.toml", Reach.NAMED),
        ("/notes/subscribers.csv", Reach.NAMED),
        ("/notes/.newsletter/key", Reach.NOTHING),
        ("/notes/elsewhere/a.md", Reach.NOTHING),
        ("/elsewhere/a.md", Reach.NOTHING),
    ],
)
def test_a_link_reaches_no_further_than_what_it_leads_to(real: str, far: Reach) -> None:
    assert reach("summaries/a.md", Path(real), LOCATIONS) is far


@pytest.mark.parametrize("list_file", [".newsletter/key", "summaries/list.md", "topics.toml"])
def test_a_list_never_widens_the_reach(list_file: str) -> None:
    locations = Locations(root=ROOT, lists=frozenset({ROOT / list_file}))
    assert reach(list_file, ROOT / list_file, locations) < Reach.SHOWN


# --- by every route, with settings that were changed while the preview runs


def private(workspace: Path) -> None:
    """Put the same secret into the key, the ledger, a file outside and the settings' own list."""
    outside = workspace.parent / "outside"
    outside.mkdir()
    for file in (workspace / ".newsletter/key", outside / "secret.csv"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{SECRET}\n")
    (outside / "readers.csv").write_text(f"email,name\nada@example.org,{SECRET}\n")
    (workspace / ".newsletter/readers.csv").write_text(f"email,name\nada@example.org,{SECRET}\n")
    (outside / "a.md").write_text(f"---\ntitle: {SECRET}\npublished: 2026-10\n---\n{SECRET}\n")


def answers(client: TestClient) -> dict[str, str]:
    """Return what every route answers that shows something of the workspace."""
    asked = {
        url: client.get(url).text
        for url in (
            *("/api/issues", "/api/issues/2026-11", "/api/issues/2026-11/checks"),
            *("/api/issues/2026-11/weights", "/api/issues/2026-11/mailing", "/api/library"),
            *("/mail/2026-11.html", "/mail/2026-11.eml", "/api/compose/2026-11", "/api/issue-list"),
            "/api/test/2026-11",
        )
    }
    posts: tuple[tuple[str, dict[str, object]], ...] = (
        ("/api/issues/2026-11/readers", {"search": ""}),
        ("/api/issues/2026-11/readers", {"search": SECRET[:8]}),
        ("/api/issues/2026-11/reader", {"email": "ada@example.com"}),
        ("/api/issues/2026-11/where", {"text": SECRET, "headings": []}),
    )
    for url, body in posts:
        asked[f"{url} {body}"] = client.post(url, json=body, headers=ACTING).text
    return asked


LISTS = (".newsletter/key", ".newsletter/readers.csv", "../outside/secret.csv", "../outside/readers.csv", "summaries/../.newsletter/key", ".newsletter//readers.csv", "./.newsletter/readers.csv")  # fmt: skip


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_elsewhere_is_read_by_no_route(workspace: Path, name: str, absolute: bool) -> None:
    client = opened(workspace)
    private(workspace)
    spelled = str(workspace / name) if absolute else name
    with (workspace / "newsletter.toml").open("a") as file:
        file.write(f'\n[subscribers]\nfile = "{spelled}"\n')
    told = answers(client)
    for asked in (name, spelled, os.path.normpath(workspace / name)):
        told[f"place {asked}"] = client.get("/api/place", params={"file": asked}).text
    assert [url for url, text in told.items() if SECRET in text] == []
    refusal = client.post(
        "/api/issues/2026-11/readers", json={"search": "ada"}, headers=ACTING
    ).json()["problems"][0]
    assert (refusal["place"], refusal["message"]) == (
        "newsletter.toml:19",
        "the preview does not read this list",
    )


def test_a_list_that_is_another_name_of_the_key_is_not_read(workspace: Path) -> None:
    private(workspace)
    (workspace / "subscribers.csv").unlink()
    os.link(workspace / ".newsletter/readers.csv", workspace / "subscribers.csv")
    told = answers(opened(workspace))
    assert [url for url, text in told.items() if SECRET in text] == []


@pytest.mark.parametrize("name", ["other.db", "summaries/x.md", "../outside/state.db"])
def test_a_ledger_elsewhere_is_neither_opened_nor_made(workspace: Path, name: str) -> None:
    client = opened(workspace)
    (workspace / "../outside").mkdir()
    with (workspace / "newsletter.toml").open("a") as file:
        file.write(f'\n[state]\ndatabase = "sqlite:{name}"\n')
    answers(client)
    assert not (workspace / name).exists()
    (problem,) = client.get("/api/issues/2026-11").json()["problems"]
    assert (problem["place"], problem["message"]) == (
        "newsletter.toml:19",
        "the preview opens no ledger outside .newsletter",
    )


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("summaries/2026-10-quiet-rooms.md", "../outside/a.md"),
        ("issues/2026-11.md", "../outside/a.md"),
        ("summaries", "../outside"),
        ("topics.toml", ".newsletter/key"),
        ("templates/parts/footer.mjml", "../outside/a.md"),
        ("templates/parts", ".newsletter"),
        ("templates", "../outside"),
        ("summaries/2026-01-x.md", ".newsletter/key"),
        ("summaries/2026-01-x.md", "newsletter.toml"),
    ],
)
def test_what_a_link_leads_to_is_read_by_no_route(workspace: Path, link: str, target: str) -> None:
    client = opened(workspace)
    private(workspace)
    place = workspace / link
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(workspace / "moved")
    place.symlink_to((workspace / target).resolve())
    told = answers(client)
    told["place"] = client.get("/api/place", params={"file": link}).text
    told["inner"] = client.get("/api/place", params={"file": f"{link}/a.md"}).text
    assert [url for url, text in told.items() if SECRET in text] == []
    problems = client.get("/api/issues").json()["problems"]
    assert [each["place"] for each in problems] == [link]
    body = {"version": "", "changes": {"subject": "x"}}
    response = client.post("/api/compose/2026-11", json=body, headers=ACTING)
    assert response.status_code in {404, 422}
    assert SECRET in (workspace.parent / "outside/a.md").read_text()


def test_another_name_of_a_private_file_is_not_shown(workspace: Path) -> None:
    private(workspace)
    (workspace / "templates").mkdir()
    for name, of in (("a.md", ".newsletter/key"), ("b.toml", "newsletter.toml"), ("c.md", "subscribers.csv")):  # fmt: skip
        os.link(workspace / of, workspace / "templates" / name)
        response = opened(workspace).get("/api/place", params={"file": f"templates/{name}"})
        assert (response.status_code, response.json()["problems"][0]["message"]) == (
            422,
            "this is another name of a private file",
        )


@pytest.mark.parametrize("name", ["newsletter.toml", "subscribers.csv", "mailings.csv", "suppressions.csv"])  # fmt: skip
def test_settings_and_records_are_named_and_neither_shown_nor_changed(
    workspace: Path, name: str
) -> None:
    client = opened(workspace)
    file = workspace / name
    file.touch()
    before = file.read_bytes()
    told = client.get("/api/place", params={"file": name, "line": "2"}).json()
    assert (told["first"], told["lines"], told["changeable"]) == (2, [], False)
    assert f"The lines of {name} are not shown here" in told["closed"]
    assert "text editor at line 2" in told["closed"]
    line = before.decode().split("\n")[0]
    body = {"file": name, "line": 1, "before": line, "after": "x"}
    response = client.post("/api/line", json=body, headers=ACTING)
    assert (response.status_code, file.read_bytes()) == (422, before)


@pytest.mark.parametrize("name", ["subscribers.csv", "topics.toml", "issues", "templates"])
def test_a_link_to_itself_is_told(workspace: Path, name: str) -> None:
    client = opened(workspace)
    file = workspace / name
    if file.exists():
        file.rename(workspace / "moved")
    file.symlink_to(file.name)
    codes = {url: client.get(url).status_code for url in ("/api/issues", "/api/library")}
    assert max(codes.values()) < 500, codes
    told = client.get("/api/issues").json()["problems"]
    assert [each["file"] for each in told] == ([name] if name == "subscribers.csv" else [])


def test_a_pipe_is_no_file_to_show_or_change(workspace: Path) -> None:
    client = opened(workspace)
    for name in ("templates/a.md", "topics.toml"):
        file = workspace / name
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        os.mkfifo(file)
        body = {"file": name, "line": 1, "before": "", "after": "x"}
        assert client.get("/api/place", params={"file": name}).status_code == 422
        assert client.post("/api/line", json=body, headers=ACTING).status_code == 422
        file.unlink()


def test_the_place_of_a_fault_in_the_settings_is_named_while_they_are_broken(
    workspace: Path,
) -> None:
    client = opened(workspace)
    client.get("/api/place", params={"file": "newsletter.toml"})
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    told = client.get("/api/place", params={"file": "newsletter.toml", "line": "3"}).json()
    assert "newsletter.toml" in told["closed"]
    assert "line 3" in told["closed"]
