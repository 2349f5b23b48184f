"""What the desk is told: the message out of its MIME, the last good one while one is broken."""

from __future__ import annotations

import asyncio

from starlette.testclient import TestClient

from newsletter.web.preview.app import create_app
from newsletter.web.preview.desk import Bell, Desk, Sent
from tests.web.preview.parts import HOST, HTML, Shelf, message


def test_the_desk_opens_with_the_chosen_issue(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/issues/2026-11")
    assert client.get("/issues/2026-11").headers["content-type"] == "text/html; charset=utf-8"


def test_an_issue_is_told_whole(client: TestClient) -> None:
    html = HTML.replace("{subject}", "November notes")
    assert client.get("/api/issues/2026-11").json() == {
        "title": "Practice Notes",
        "csrf": "the-csrf",
        "issue": "2026-11",
        "issues": [
            {"slug": "2026-10", "name": "Issue 2026-10", "state": "draft"},
            {"slug": "2026-11", "name": "Issue 2026-11", "state": "draft"},
        ],
        "version": 1,
        "stale": False,
        "note": "",
        "mail": {
            "subject": "November notes",
            "from": "Practice Notes <news@example.org>",
            "to": "Ada Lovelace <ada@example.org>",
            "headers": [
                ["From", "Practice Notes <news@example.org>"],
                ["To", "Ada Lovelace <ada@example.org>"],
                ["Subject", "November notes"],
                ["MIME-Version", "1.0"],
                ["Content-Type", client.get("/api/issues/2026-11").json()["mail"]["headers"][4][1]],
            ],
            "text": "November notes\n\nIn plain words: café.\n",
            "weight": len(html.encode()),
            "bytes": len(message("November notes")),
            "large": 80_000,
            "too_large": 100_000,
        },
        "findings": [
            {
                "rule": "size",
                "level": "info",
                "message": "the HTML of the email is 1 KB",
                "file": None,
                "line": None,
                "place": "",
                "hint": None,
                "silenced": False,
            }
        ],
    }


def test_the_eml_is_the_message_to_the_byte(client: TestClient) -> None:
    response = client.get("/mail/2026-11.eml")
    assert b"Subject: November notes" in response.content
    assert response.headers["content-type"] == "message/rfc822"
    assert response.headers["content-disposition"] == 'attachment; filename="2026-11.eml"'


def test_the_frame_asks_for_a_known_scheme(client: TestClient) -> None:
    assert "(min-width:0px)" in client.get("/mail/2026-11.html?scheme=dark").text
    assert client.get("/mail/2026-11.html?scheme=sepia").status_code == 404


def test_a_save_shows_the_new_email_and_an_error_keeps_the_last_good_one(shelf: Shelf) -> None:
    desk = Desk(shelf.proof)
    good = desk.view("2026-11")
    shelf.write("2026-11", "!'<b>' is never closed")
    assert desk.view("2026-11") is good  # nobody said that something was saved

    desk.outdate()
    broken = desk.view("2026-11")
    assert (broken.mail, broken.stale, broken.version) == (good.mail, True, 2)
    assert [(one.message, one.line) for one in broken.findings] == [("'<b>' is never closed", 1)]

    shelf.write("2026-11", "Mended")
    desk.outdate()
    mended = desk.view("2026-11")
    assert mended.mail is not None
    assert (mended.mail.header("Subject"), mended.stale) == ("Mended", False)


def test_an_error_that_ends_a_command_is_shown_in_the_page(
    shelf: Shelf, client: TestClient
) -> None:
    shelf.write("2026-11", "!!unknown key 'titel'")
    told = client.get("/api/issues/2026-11").json()
    assert (told["stale"], told["mail"]) == (True, None)
    assert [(one["rule"], one["place"], one["hint"]) for one in told["findings"]] == [
        ("render", "2026-11.txt:1", "mend it")
    ]
    assert client.get("/mail/2026-11.html").status_code == 404
    assert client.get("/mail/2026-11.eml").status_code == 404


def test_what_a_mailing_froze_is_shown_whatever_the_files_say(shelf: Shelf) -> None:
    sent = Sent(message("As it went out"), "Frozen on 3 November 2026.")
    desk = Desk(shelf.proof, {"2026-11": sent}.get)
    shelf.write("2026-11", "!'<b>' is never closed")

    view = desk.view("2026-11")

    assert view.mail is not None
    assert (view.mail.header("Subject"), view.note, view.stale) == (
        "As it went out",
        "Frozen on 3 November 2026.",
        False,
    )
    assert [one.message for one in view.findings] == ["'<b>' is never closed"]
    assert desk.view("2026-10").note == ""


def test_a_change_outdates_every_view(shelf: Shelf) -> None:
    with TestClient(create_app(shelf.parts()), base_url=f"http://{HOST}") as client:
        client.get("/?token=the-token")
        before = client.get("/api/issues/2026-11").json()
        shelf.write("2026-11", "Saved")
        assert client.portal is not None
        client.portal.call(shelf.changed.put, None)
        client.portal.call(asyncio.sleep, 0)
        after = client.get("/api/issues/2026-11").json()
    assert (before["version"], before["mail"]["subject"]) == (1, "November notes")
    assert (after["version"], after["mail"]["subject"]) == (2, "Saved")


def test_the_bell_rings_for_everybody_and_lets_go_when_closed() -> None:
    async def listen() -> list[list[int]]:
        bell = Bell()

        async def hear() -> list[int]:
            return [version async for version in bell.listen()]

        listeners = [asyncio.create_task(hear()) for _ in range(2)]
        await asyncio.sleep(0)
        bell.ring(2)
        bell.ring(3)
        bell.close()
        late = asyncio.create_task(hear())
        return [*await asyncio.gather(*listeners), await late]

    assert asyncio.run(listen()) == [[2, 3], [2, 3], []]
