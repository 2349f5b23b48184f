"""What the page gets: the message out of its MIME, the last good one while one is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from starlette.testclient import TestClient

from newsletter.web.preview.latest import Broadcast, Latest, Saved
from newsletter.web.preview.reader_choice import SAMPLE
from newsletter.web.preview.source import WorkspaceSource
from tests.web.preview.parts import ACTING, HOST, KEYS, app_of, edit, opened

Run = Callable[..., Result]
SUMMARY = "summaries/2026-11-two-letters.md"


def latest_of(workspace: Path) -> Latest:
    return Latest(WorkspaceSource(workspace))


def test_the_desk_opens_with_the_chosen_issue(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/issues/2026-11")
    assert client.get("/issues/2026-11").headers["content-type"] == "text/html; charset=utf-8"


def test_an_issue_is_told_whole(client: TestClient) -> None:
    told = client.get("/api/issues/2026-11").json()
    mail = told.pop("mail")
    assert told == {
        "title": "Practice Notes",
        "csrf": "the-csrf",
        "issue": "2026-11",
        "issues": [{"slug": "2026-11", "name": "November 2026", "state": "draft"}],
        "version": 1,
        "stale": False,
        "empty": False,
        "note": "",
        "problems": [],
        "fields": ["first_name"],
        "reader": {
            "handle": "",
            "kind": "sample",
            "name": "Ada Sample",
            "email": "ada.sample@example.org",
            "fields": {
                "email": "ada.sample@example.org",
                "name": "Ada Sample",
                "first_name": "Ada",
                "last_name": "Sample",
            },
        },
    }
    raw = client.get("/mail/2026-11.eml").content
    html = client.get("/mail/2026-11.html?scheme=none").text
    assert (mail["subject"], mail["sender"], mail["snippet"], mail["day"]) == (
        "Practice Notes, November 2026",
        "Practice Notes",
        "Letters and silences",
        "1 Nov",
    )
    assert mail["head"].replace("\n", "\r\n").encode() == raw.partition(b"\r\n\r\n")[0]
    assert (mail["bytes"], mail["weight"], mail["clip"]) == (len(raw), len(html.encode()), 102_000)
    assert dict(mail["headers"])["Subject"] == "Practice Notes, November 2026"
    assert "Dear Ada, two short studies this month." in mail["text"]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("---\nsummaries: []\n---\n", True),
        ("---\nsummaries: []\nnumber: x\n---\n", False),
        ("---\nsummaries: [2026-11-nothing]\n---\n", False),
    ],
)
def test_an_issue_without_summaries_is_a_beginning_and_no_fault(
    workspace: Path, text: str, empty: bool
) -> None:
    (workspace / "issues/2026-11.md").write_text(text)
    told = opened(workspace).get("/api/issues/2026-11").json()
    assert (told["empty"], told["stale"], told["mail"]) == (empty, True, None)


def test_without_any_issue_the_desk_opens_and_says_what_keeps_it(workspace: Path) -> None:
    (workspace / "issues/2026-11.md").unlink()
    client = opened(workspace)
    page = client.get("/", follow_redirects=False)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    told = client.get("/api/issues").json()
    kept = ("title", "csrf", "issue", "issues", "stale", "problems", "mail")
    assert [told[key] for key in kept] == ["Practice Notes", "the-csrf", "", [], False, [], None]
    edit(workspace / "newsletter.toml", 'title = "Practice Notes"', "title = Practice Notes")
    told = client.get("/api/issues").json()
    places = [each["place"] for each in told["problems"]]
    assert (told["stale"], places) == (True, ["newsletter.toml:2"])


def test_where_the_first_issue_is_gone_the_desk_opens_with_another(workspace: Path) -> None:
    file = workspace / "issues/2026-11.md"
    file.rename(file.with_name("2026-12.md"))
    response = opened(workspace).get("/", follow_redirects=False)
    assert response.headers["location"] == "/issues/2026-12"


def test_the_checks_are_those_of_the_command(client: TestClient, run: Run, workspace: Path) -> None:
    edit(workspace / SUMMARY, "An invented pilot", "An invented TODO pilot")
    told = client.get("/api/issues/2026-11/checks").json()
    said = run("check", "2026-11").output
    assert told["version"] == 1
    assert "TODO" in "".join(one["message"] for one in told["findings"])
    for one in told["findings"]:
        assert one["place"] in said
    assert set(told["findings"][0]) == {
        *("rule", "level", "message", "place", "file", "line", "hint", "silenced")
    }


def test_the_eml_is_a_download(client: TestClient) -> None:
    response = client.get("/mail/2026-11.eml")
    assert response.headers["content-type"] == "message/rfc822"
    assert response.headers["content-disposition"] == 'attachment; filename="2026-11.eml"'


def test_the_frame_asks_for_a_known_scheme(client: TestClient) -> None:
    assert "(min-width:0px)" in client.get("/mail/2026-11.html?scheme=dark").text
    assert client.get("/mail/2026-11.html?scheme=sepia").status_code == 404


def test_style_blocks_and_images_can_be_left_out(client: TestClient) -> None:
    assert "<style" not in client.get("/mail/2026-11.html?styles=off").text
    policy = client.get("/mail/2026-11.html?images=off").headers["content-security-policy"]
    assert "img-src 'none'; " in policy


def test_each_summary_has_its_weight_and_they_are_less_than_the_whole(client: TestClient) -> None:
    parts = client.get("/api/issues/2026-11/weights").json()["parts"]
    assert [part["title"] for part in parts] == [
        "Letters between sessions: a pilot",
        "Silence that helps and silence that hurts",
    ]
    assert all(part["bytes"] > 1000 for part in parts)
    whole = client.get("/api/issues/2026-11").json()["mail"]["weight"]
    assert sum(part["bytes"] for part in parts) < whole


def test_a_single_summary_is_weighed_too(client: TestClient, workspace: Path) -> None:
    edit(workspace / "issues/2026-11.md", ", 2026-10-quiet-rooms", "")
    (part,) = client.get("/api/issues/2026-11/weights").json()["parts"]
    assert part["bytes"] > 1000


def test_a_save_shows_the_new_email_and_an_error_keeps_the_last_good_one(workspace: Path) -> None:
    desk = latest_of(workspace)
    good = desk.view("2026-11", SAMPLE)
    edit(workspace / SUMMARY, "title:", "titel:")
    assert desk.view("2026-11", SAMPLE) is good  # nobody said that something was saved

    desk.outdate()
    broken = desk.view("2026-11", SAMPLE)
    assert (broken.mail, broken.stale, broken.version) == (good.mail, True, 2)
    assert broken.problems[0].place == f"{SUMMARY}:2"
    assert "render" in {finding.rule for finding in desk.findings("2026-11")[1]}

    edit(workspace / SUMMARY, "titel:", "title:")
    desk.outdate()
    mended = desk.view("2026-11", SAMPLE)
    assert (mended.mail, mended.stale, mended.problems) == (good.mail, False, ())


def test_settings_that_cannot_be_read_are_told_in_the_page(
    workspace: Path, client: TestClient
) -> None:
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    told = client.get("/api/issues/2026-11").json()
    assert (told["stale"], told["mail"]) == (True, None)
    assert [(one["place"], one["hint"]) for one in told["problems"]] == [
        ("newsletter.toml:3", "did you mean 'tagline'?")
    ]
    findings = client.get("/api/issues/2026-11/checks").json()["findings"]
    assert [(one["rule"], one["place"]) for one in findings] == [("render", "newsletter.toml:3")]
    assert client.get("/mail/2026-11.html").status_code == 404
    assert client.get("/mail/2026-11.eml").status_code == 404


EVERY = (
    *("/api/issues", "/api/issues/2026-11", "/api/issues/2026-11/checks", "/api/library"),
    *("/api/issues/2026-11/weights", "/mail/2026-11.html", "/api/issue-list"),
    *("/api/compose/2026-11", "/api/test/2026-11", "/api/place?file=topics.toml"),
)
FOOTER = "templates/default/parts/footer.mjml"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (FOOTER, "{" * 76),
        (FOOTER, "{{ " + "[" * 200 + "]" * 200 + " }}"),
        (FOOTER, "{{ " + "(" * 400 + "1" + ")" * 400 + " }}"),
        (FOOTER, "{% for i in [1] %}" * 60),
        (FOOTER, "<mj-section>" * 3000),
        (FOOTER, "{{ 1/0 }}"),
        ("templates/default/issue.txt", "{" * 76),
        ("templates/default/design.toml", "x = " + "[" * 5000),
        ("issues/2026-11.md", "---\nsummaries: " + "[" * 5000 + "\n---\n"),
        ("issues/2026-11.md", "---\nsummaries: [2026-11-two-letters]\n---\n" + "{" * 90),
        ("topics.toml", "a = " + "[" * 5000),
        ("newsletter.toml", "a = " + "[" * 5000),
    ],
)
def test_what_is_nested_too_deeply_is_told_and_keeps_the_last_email(
    workspace: Path, name: str, text: str
) -> None:
    client, desk = opened(workspace), latest_of(workspace)
    good = desk.view("2026-11", SAMPLE)
    file = workspace / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    desk.outdate()
    told = desk.view("2026-11", SAMPLE)
    assert (told.mail == good.mail, bool(told.problems)) in {(True, True), (False, False)}
    assert [url for url in EVERY if client.get(url).status_code >= 500] == []


def test_a_request_that_is_too_long_is_answered_with_a_sentence(client: TestClient) -> None:
    body = {"file": SUMMARY, "line": 1, "before": "x", "after": "x" * 1_100_000}
    response = client.post("/api/line", json=body, headers=ACTING)
    assert (response.status_code, response.json()["problems"][0]["message"]) == (
        413,
        "the request has more than 1,000,000 bytes",
    )


def test_what_goes_wrong_elsewhere_is_json_too(client: TestClient) -> None:
    assert client.get("/nothing").json()["problems"][0]["message"] == "Not Found"
    response = client.post(
        "/api/issues/2026-11/reader", json={"email": "adda@example.org"}, headers=ACTING
    )
    assert response.status_code == 422
    assert response.json()["problems"][0]["hint"] == "did you mean 'ada@example.org'?"


def test_a_change_outdates_every_view_and_is_told_with_its_files(workspace: Path) -> None:
    app = app_of(workspace)

    async def live() -> Saved:
        heard = app.broadcast.listen()
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(edit, workspace / SUMMARY, "a pilot", "a second pilot")
            return await asyncio.wait_for(anext(heard), 5)

    assert asyncio.run(live()) == Saved(2, (SUMMARY,))
    client = TestClient(app, base_url=f"http://{HOST}")
    client.get(f"/?token={KEYS.token}")
    told = client.get("/api/issues/2026-11").json()
    assert (told["version"], "a second pilot" in told["mail"]["text"]) == (2, True)


def test_a_broadcast_reaches_every_listener_and_ends_when_closed() -> None:
    async def listen() -> list[list[Saved]]:
        broadcast = Broadcast()
        heard = [broadcast.listen(), broadcast.listen()]
        broadcast.send(Saved(2, None))
        broadcast.close()
        return [[saved async for saved in each] for each in (*heard, broadcast.listen())]

    assert asyncio.run(listen()) == [[Saved(2, None)], [Saved(2, None)], []]


def test_a_mailing_that_is_frozen_meanwhile_shows_its_message(workspace: Path, run: Run) -> None:
    client = opened(workspace)
    before = client.get("/api/issues/2026-11").json()
    assert client.get("/api/issues/2026-11/mailing").json()["state"] is None
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert client.get("/api/issues/2026-11/mailing").json()["state"] == "finished"
    after = client.get("/api/issues/2026-11").json()
    assert (before["note"], after["version"]) == ("", 2)
    assert after["note"].startswith("This issue was sent; it was frozen on ")
    assert [one["state"] for one in after["issues"]] == ["sent"]
