"""The list of issues, and a new one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from starlette.testclient import TestClient

from newsletter.web.preview.issues.routes import opening, proposed
from tests.sink import Sink, running
from tests.web.preview.parts import ACTING, edit

TODAY = date(2026, 11, 22)

JSON = {**ACTING, "content-type": "application/json"}


@pytest.mark.parametrize(
    ("slugs", "drafts", "expected"),
    [
        ([], [], None),
        (["2026-11"], ["2026-11"], "2026-11"),
        (["2026-10", "2026-11", "2026-12"], ["2026-11", "2026-12"], "2026-11"),
        (["2026-10", "2026-11", "2026-12"], ["2026-10", "2026-12"], "2026-12"),
        (["2026-09", "2026-10"], ["2026-09", "2026-10"], "2026-10"),
        (["2026-09", "2026-10"], [], "2026-10"),
        (["2026-11", "2026-11-correction"], ["2026-11-correction"], "2026-11-correction"),
    ],
)
def test_the_desk_opens_with_the_issue_that_comes_next(
    slugs: list[str], drafts: list[str], expected: str | None
) -> None:
    assert opening(slugs, drafts, TODAY) == expected


@pytest.mark.parametrize(
    ("slugs", "today", "expected"),
    [
        ([], TODAY, "2026-11"),
        (["2026-11"], TODAY, "2026-12"),
        (["2026-11-extra", "2026-12"], TODAY, "2027-01"),
        (["2025-01"], TODAY, "2026-11"),
    ],
)
def test_the_next_month_without_an_issue_is_proposed(
    slugs: list[str], today: date, expected: str
) -> None:
    assert proposed(slugs, today) == expected


def listed(client: TestClient) -> dict[str, dict[str, Any]]:
    return {each["slug"]: each for each in client.get("/api/issue-list").json()["issues"]}


def test_each_issue_says_where_it_stands(
    client: TestClient, workspace: Path, run: Callable[..., Result]
) -> None:
    issues = workspace / "issues"
    (issues / "2026-08.md").write_text("---\nsummaries: [2026-09-harbour-study]\npublish: true\n---\n", "utf-8")  # fmt: skip
    (issues / "2026-12.md").write_text("---\nsummaries: [\n---\n", "utf-8")
    (issues / "2026-13.md").write_text("---\nsummaries: []\n---\n", "utf-8")
    assert run("send", "2026-11", "--yes").exit_code == 0
    told = client.get("/api/issue-list").json()
    entries = {each["slug"]: each for each in told["issues"]}
    assert list(entries) == ["2026-12", "2026-11", "2026-08"]
    assert [(each["state"], each["broken"]) for each in entries.values()] == [
        ("draft", True),
        ("finished", False),
        ("published", False),
    ]
    assert entries["2026-11"]["counts"]["accepted"] == 2
    assert entries["2026-11"]["when"]
    assert [each["place"] for each in told["misnamed"]] == ["issues/2026-13.md"]


def test_an_issue_that_only_the_record_knows_is_told_as_sent(
    client: TestClient, workspace: Path, run: Callable[..., Result]
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    for file in (workspace / ".newsletter").glob("state.db*"):
        file.unlink()
    assert listed(client)["2026-11"]["state"] == "recorded"


def test_an_issue_that_nobody_got_is_a_draft_in_the_list_and_above_it(
    client: TestClient, workspace: Path, run: Callable[..., Result]
) -> None:
    with running(Sink(mail=lambda _: "550 5.1.8 not you")) as sink:
        edit(workspace / "newsletter.toml", '"maildir:outbox"', f'"{sink.url}"')
        assert run("send", "2026-11", "--yes").exit_code == 1
    entry = listed(client)["2026-11"]
    assert (entry["state"], entry["counts"], entry["when"]) == ("draft", None, None)
    assert [each["state"] for each in client.get("/api/issues").json()["issues"]] == ["draft"]


def make(client: TestClient, slug: Any, summaries: Any = ()) -> Any:
    body = {"slug": slug, "summaries": summaries if isinstance(summaries, str) else [*summaries]}
    return client.post("/api/issue-list", content=json.dumps(body), headers=JSON)


def test_a_new_issue_is_what_compose_makes(
    client: TestClient, workspace: Path, run: Callable[..., Result]
) -> None:
    slugs = ["2026-10-quiet-rooms", "2026-09-harbour-study"]
    answer = make(client, "2026-12", slugs)
    assert (answer.status_code, answer.json()) == (201, {"slug": "2026-12"})
    run("compose", "2027-01", *slugs)
    made, composed = ((workspace / f"issues/{each}.md") for each in ("2026-12", "2027-01"))
    assert made.read_bytes() == composed.read_bytes()
    assert oct(made.stat().st_mode) == oct(composed.stat().st_mode)
    assert client.get("/issues/2026-12").status_code == 200


def test_a_new_issue_never_takes_the_place_of_one(client: TestClient, workspace: Path) -> None:
    before = (workspace / "issues/2026-11.md").read_bytes()
    answer = make(client, "2026-11")
    assert (answer.status_code, answer.json()["problems"][0]["message"]) == (
        422,
        "there is an issue 2026-11 already",
    )
    assert (workspace / "issues/2026-11.md").read_bytes() == before


@pytest.mark.parametrize(
    ("slug", "summaries", "status"),
    [
        ("2026-13", (), 422),
        ("", (), 422),
        ("../2026-12", (), 422),
        ("2026-12/x", (), 422),
        ("2026-12\x00", (), 422),
        ("2026-12\n", (), 422),
        ("2026-12-Ünü", (), 422),
        ("\ud800", (), 400),
        ("2026-12", ("\ud800",), 400),
        ("2026-12", ("../secret",), 422),
        ("2026-12", ("2026-10-quiet-rooms",) * 2, 422),
        ("2026-12", (1,), 400),
        ("2026-12", "2026-10-quiet-rooms", 400),
        ("2026-12", ("x",) * 101, 400),
        (None, (), 400),
        (["2026-12"], (), 400),
        ("2026-12" * 1000, (), 422),
        ("2026-12-" + "a" * 300, (), 422),
        ("\uff12\uff10\uff12\uff16-12", (), 422),
        ("0000-01", (), 422),
    ],
)
def test_what_is_no_issue_is_not_made(
    client: TestClient, workspace: Path, slug: Any, summaries: Any, status: int
) -> None:
    before = sorted(workspace.rglob("*"))
    answer = make(client, slug, summaries)
    assert answer.status_code == status
    assert answer.json()["problems"][0]["message"]
    assert sorted(workspace.rglob("*")) == before
