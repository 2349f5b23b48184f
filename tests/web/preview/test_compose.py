"""Composing over HTTP: what is written, what is refused, and what is never written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import Result
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from newsletter.content.issue.file import read_issue
from tests.web.preview.parts import ACTING, edit

URL = "/api/compose/2026-11"
FILE = "issues/2026-11.md"

JSON = {**ACTING, "content-type": "application/json"}


def version(client: TestClient) -> str:
    told: str = client.get(URL).json()["version"]
    return told


def post(client: TestClient, body: Any, path: str = URL) -> Response:
    content = json.dumps(body)  # also what is no Unicode, as a browser could send it
    return client.post(path, content=content, headers=JSON)


def save(client: TestClient, **changes: Any) -> Response:
    return post(client, {"version": version(client), "changes": changes})


def test_an_issue_is_told_with_its_summaries(client: TestClient) -> None:
    told = client.get(URL).json()
    assert told["fields"] == {
        "summaries": ["2026-11-two-letters", "2026-10-quiet-rooms"],
        "subject": "",
        "preheader": "Letters and silences",
        "number": "",
        "announcements": [],
        "introduction": 'Dear {{ reader.first_name | fallback("colleague") }}, two short studies this month.',
    }
    assert [row["title"] for row in told["rows"]] == [
        "Letters between sessions: a pilot",
        "Silence that helps and silence that hurts",
    ]
    assert (told["file"], told["broken"], told["frozen"], told["undo"]) == (FILE, [], [], "")
    assert told["lines"]["preheader"] == 3


def test_a_save_changes_the_field_and_nothing_else(client: TestClient, workspace: Path) -> None:
    file = workspace / FILE
    before = file.read_text("utf-8")
    answer = save(client, subject="Letters: a pilot", summaries=["2026-10-quiet-rooms"])
    assert answer.status_code == 200
    assert file.read_text("utf-8") == before.replace(
        "[2026-11-two-letters, 2026-10-quiet-rooms]\n",
        '[2026-10-quiet-rooms]\nsubject: "Letters: a pilot"\n',
    )
    assert answer.json()["version"] == version(client)


def test_over_a_newer_file_nothing_is_written_and_it_is_told(
    client: TestClient, workspace: Path
) -> None:
    old = version(client)
    file = workspace / FILE
    file.write_text(file.read_text("utf-8").replace("Letters and", "Words and"), "utf-8")
    newer = file.read_bytes()
    answer = post(client, {"version": old, "changes": {"preheader": "Mine"}})
    assert (answer.status_code, file.read_bytes()) == (409, newer)
    assert answer.json()["fields"]["preheader"] == "Words and silences"
    assert post(client, {"version": old}, f"{URL}/undo").status_code == 409
    assert file.read_bytes() == newer


def test_undo_puts_the_very_bytes_back(client: TestClient, workspace: Path) -> None:
    file = workspace / FILE
    first = file.read_bytes()
    for letter in ("L", "Le", "Let"):  # one stroke of typing
        post(client, {"version": version(client), "changes": {"subject": letter}, "stroke": "a"})
    second = file.read_bytes()
    assert save(client, number="4").json()["undo"] == "number"
    assert post(client, {"version": version(client)}, f"{URL}/undo").json()["undo"] == "subject"
    assert file.read_bytes() == second
    assert post(client, {"version": version(client)}, f"{URL}/undo").status_code == 200
    assert file.read_bytes() == first
    assert post(client, {"version": version(client)}, f"{URL}/undo").status_code == 409


def test_what_somebody_else_changed_is_not_undone(client: TestClient, workspace: Path) -> None:
    save(client, number="4")
    file = workspace / FILE
    file.write_text(file.read_text("utf-8") + "\nA sentence more.\n", "utf-8")
    theirs = file.read_bytes()
    assert client.get(URL).json()["undo"] == ""
    assert post(client, {"version": version(client)}, f"{URL}/undo").status_code == 409
    assert file.read_bytes() == theirs


def test_a_wrong_value_is_told_at_its_field_and_not_written(
    client: TestClient, workspace: Path
) -> None:
    before = (workspace / FILE).read_bytes()
    news = [{"was": None, "title": "Meeting", "text": "Come", "url": "htps://example.org"}]
    answer = save(client, announcements=news, number="five")
    assert answer.status_code == 422
    assert [(each["field"], each["message"], each["hint"]) for each in answer.json()["problems"]] == [
        ("number", "number must be a whole number, not 'five'", "number: 12"),
        ("announcements.0.url", "'htps://example.org' is no web or mail address", "did you mean 'https'?"),
    ]  # fmt: skip
    assert (workspace / FILE).read_bytes() == before


def test_each_thing_about_a_choice_is_said_once(client: TestClient, workspace: Path) -> None:
    older = "---\nsummaries: [2026-10-quiet-rooms]\n---\n"
    (workspace / "issues/2026-10.md").write_text(older, "utf-8")
    summary = workspace / "summaries/2026-11-two-letters.md"
    edit(summary, "published:", "doi: 10.5555/IQ.2025.7\nincomplete: cut off\npublished:")
    told = client.get(URL).json()
    assert [row["used"] for row in told["rows"]] == [[], ["2026-10"]]
    assert told["rows"][0]["problems"][0]["message"] == "incomplete: cut off"
    assert told["concerns"] == [
        "'2026-11-two-letters' has the DOI of '2026-10-quiet-rooms', which is in issue 2026-10",
        "'2026-10-quiet-rooms' and '2026-11-two-letters' have the same DOI",
    ]


def test_the_last_summary_may_go_and_another_come(client: TestClient) -> None:
    told = save(client, summaries=[]).json()
    assert [(each["field"], each["message"]) for each in told["problems"]] == [
        ("summaries", "the issue has no summaries")
    ]
    assert save(client, summaries=["2026-09-harbour-study"]).json()["problems"] == []


def test_a_broken_file_is_told_with_its_place_and_not_edited(
    client: TestClient, workspace: Path
) -> None:
    file = workspace / FILE
    file.write_text("---\nsummaries: [2026-11-two-letters\n---\n", "utf-8")
    told = client.get(URL).json()
    assert (told["fields"], told["broken"][0]["place"]) == (None, f"{FILE}:2")
    before = file.read_bytes()
    assert save(client, subject="x").status_code == 422
    assert file.read_bytes() == before


def test_a_summary_that_is_broken_or_gone_is_told_at_its_row(
    client: TestClient, workspace: Path
) -> None:
    broken = workspace / "summaries/2026-11-two-letters.md"
    broken.write_text(broken.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    (workspace / "summaries/2026-10-quiet-rooms.md").unlink()
    rows = client.get(URL).json()["rows"]
    assert [[each["message"] for each in row["problems"]] for row in rows] == [
        ["there is no key 'titel'", "title is missing"],
        ["no summary is named '2026-10-quiet-rooms'"],
    ]
    # Such rows can still be moved and taken out.
    assert save(client, summaries=["2026-10-quiet-rooms", "2026-11-two-letters"]).status_code == 200
    assert save(client, summaries=["2026-09-harbour-study"]).status_code == 200


def test_an_issue_whose_mailing_is_frozen_is_not_edited(
    client: TestClient, workspace: Path, run: Callable[..., Result]
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    before = (workspace / FILE).read_bytes()
    told = client.get(URL).json()
    assert told["frozen"][0]["message"] == "issue 2026-11 went out; it is not edited any more"
    for path in (URL, f"{URL}/undo"):
        body = {"version": told["version"], "changes": {"subject": "x"}}
        answer = post(client, body, path)
        assert (answer.status_code, answer.json()["problems"][0]["message"]) == (
            422,
            told["frozen"][0]["message"],
        )
    assert (workspace / FILE).read_bytes() == before


def test_a_file_that_cannot_be_written_is_told(client: TestClient, workspace: Path) -> None:
    target = workspace / "elsewhere"
    target.mkdir()
    link = workspace / FILE
    real = target / "2026-11.md"
    real.write_bytes(link.read_bytes())
    link.unlink()
    link.symlink_to(real)
    assert save(client, number="4").status_code == 200
    assert link.is_symlink()
    assert "number: 4" in real.read_text("utf-8")


@pytest.mark.parametrize(
    "body",
    [
        [], "x", {}, {"version": 1}, {"version": "x"}, {"version": "x", "changes": {}},
        {"version": "x", "changes": {"template": "y"}},
        {"version": "x", "changes": {"subject": 1}},
        {"version": "x", "changes": {"subject": None}},
        {"version": "x", "changes": {"summaries": "a"}},
        {"version": "x", "changes": {"summaries": [["a"]]}},
        {"version": "x", "changes": {"announcements": {}}},
        {"version": "x", "changes": {"announcements": ["a"]}},
        {"version": "x", "changes": {"announcements": [{"was": True}]}},
        {"version": "x", "changes": {"announcements": [{"was": "0", "title": "a"}]}},
        {"version": "x", "changes": {"announcements": [{"title": ["a"]}]}},
        {"version": "x", "changes": {"announcements": [{"title": "a", "image": "b"}]}},
    ],
)  # fmt: skip
def test_what_is_no_edit_is_refused(client: TestClient, workspace: Path, body: Any) -> None:
    before = (workspace / FILE).read_bytes()
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["message"]
    assert (workspace / FILE).read_bytes() == before


@pytest.mark.parametrize(
    "slug",
    ["2026-13", "../newsletter", "..%2Fnewsletter", "2026-11.md", "2026-11%00", "2026-11%0a", "-", "NUL", "2026-11%2F..%2F2026-11", "%2e%2e"],
)  # fmt: skip
def test_no_slug_is_a_path(client: TestClient, workspace: Path, slug: str) -> None:
    there = sorted(workspace.rglob("*"))
    assert client.get(f"/api/compose/{slug}").status_code == 404
    body = {"version": "x", "changes": {"subject": "x"}}
    assert post(client, body, f"/api/compose/{slug}").status_code in {403, 404, 405}
    assert sorted(workspace.rglob("*")) == there


@pytest.mark.parametrize(
    "slug",
    ["../../etc/passwd", "a]\nsubject: x", "2026-11-two-letters\x00", "[", "'", "x" * 5000, "", "\ud800", "2026-11-two-letters.md", "summaries/2026-11-two-letters"],
)  # fmt: skip
def test_only_a_summary_of_the_library_is_listed(
    client: TestClient, workspace: Path, slug: str
) -> None:
    before = (workspace / FILE).read_bytes()
    answer = save(client, summaries=["2026-11-two-letters", slug])
    told = answer.json()["problems"][0].get("field")
    assert (answer.status_code, told) in {(422, "summaries.1"), (400, None)}
    assert (workspace / FILE).read_bytes() == before


def test_an_edit_needs_the_pages_own_key(client: TestClient, workspace: Path) -> None:
    before = (workspace / FILE).read_bytes()
    body = {"version": version(client), "changes": {"subject": "x"}}
    for headers in ({}, {"origin": "http://evil.example"}, {**ACTING, "x-newsletter-csrf": "no"}):
        assert client.post(URL, json=body, headers=headers).status_code == 403
    assert (workspace / FILE).read_bytes() == before


HOSTILE = [
    "x: y #", "---", "--- # x", "# no comment", "@here", "|", ">-", "%TAG", "&a b", "*a", "!!python/object:os.system x",
    "- item", "? key", "'quoted", '"quoted"', 'both " and \'', "back\\slash \\n", "{{ '{{' }}", "[a, b]", "{a: b}", "null", "true",
    "\u202eright to left", "😀 🏳️‍🌈", "a\u00a0b", "\u200bzero", "trailing:", "http://x: y", "${x}", "`id`", "1e3", "2026-11-01", "é\u0301", "a\tb",
]  # fmt: skip


@pytest.mark.parametrize("field", ["subject", "preheader", "introduction"])
def test_hostile_words_come_back_as_they_were(client: TestClient, field: str) -> None:
    for text in HOSTILE:
        told = save(client, **{field: text}).json()
        assert told["fields"][field] == text
        assert told["fields"]["summaries"] == ["2026-11-two-letters", "2026-10-quiet-rooms"]


def test_hostile_announcements_come_back_as_they_were(client: TestClient, workspace: Path) -> None:
    for text in HOSTILE:
        lines = f"One.\n{text}\n---\n{text}"
        news = [
            {"was": None, "title": text, "text": lines, "url": ""},
            {"was": None, "title": "T", "text": text, "url": "https://example.org/'\"#:"},
        ]
        assert save(client, announcements=news).status_code == 200, text
        issue = read_issue(workspace / FILE, workspace)
        assert [(each.title, each.text.text) for each in issue.announcements] == [
            (text, lines),
            ("T", text),
        ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(["subject", "preheader", "introduction", "number"]),
    text=st.text(max_size=30) | st.text("\n\r\x00\u2028\ud800#:'\"|-@", max_size=8),
)
def test_any_text_comes_back_or_is_refused_with_a_sentence(
    client: TestClient, workspace: Path, field: str, text: str
) -> None:
    before = (workspace / FILE).read_bytes()
    answer = save(client, **{field: text})
    if answer.status_code == 400:  # half a character
        assert not text.isprintable()
    elif answer.status_code == 422:
        assert answer.json()["problems"][0]["field"] == field
        assert (workspace / FILE).read_bytes() == before
    else:
        assert answer.status_code == 200
        read_issue(workspace / FILE, workspace)


def test_too_much_is_refused(client: TestClient, workspace: Path) -> None:
    before = (workspace / FILE).read_bytes()
    told = save(client, introduction="x" * 50_001).json()["problems"][0]["message"]
    assert told == "the introduction has 50,001 characters; 50,000 are the most"
    assert save(client, subject="x" * 2_000_000).status_code == 413
    assert (workspace / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["2026-11-two-letters", "2026-10-quiet-rooms", "2026-09-harbour-study"]),
        ("words=SILENCE%20pause", ["2026-10-quiet-rooms"]),
        ("topic=Attachment", ["2026-11-two-letters"]),
        ("type=Narrative%20review", ["2026-09-harbour-study"]),
        ("month=2026-10", ["2026-10-quiet-rooms"]),
        ("unused=1", ["2026-09-harbour-study"]),
        ("unused=1&issue=2026-11", ["2026-11-two-letters", "2026-10-quiet-rooms", "2026-09-harbour-study"]),
        (f"words={quote('../../etc')}&month=x", []),
    ],
)  # fmt: skip
def test_the_library_is_searched_and_filtered(
    client: TestClient, query: str, found: list[str]
) -> None:
    told = client.get(f"/api/library?{query}").json()
    assert ([each["slug"] for each in told["found"]], told["total"]) == (found, 3)
    assert told["topics"] == ["Attachment", "Client Factors", "Therapist Factors"]


def test_the_library_says_which_summaries_cannot_be_read(
    client: TestClient, workspace: Path
) -> None:
    (workspace / "summaries/2026-12-broken.md").write_text("---\ntitle: a: b\n---\n", "utf-8")
    told = client.get("/api/library").json()
    assert [each["slug"] for each in told["broken"]] == ["2026-12-broken"]
    assert told["broken"][0]["problems"][0]["line"] == 2
