"""The preview over a real workspace: the message is build's, also once a mailing has frozen it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from starlette.testclient import TestClient

from newsletter.web.preview.source import WorkspaceSource
from tests.web.preview.parts import ACTING, edit, opened

Run = Callable[..., Result]


def built(run: Run, workspace: Path, *options: str) -> bytes:
    assert run("build", "2026-11", *options).exit_code == 0
    return (workspace / ".newsletter/build/2026-11.eml").read_bytes()


def handle_of(client: TestClient, wanted: dict[str, object]) -> str:
    response = client.post("/api/issues/2026-11/reader", json=wanted, headers=ACTING)
    assert response.status_code == 200
    handle: str = response.json()["handle"]
    return handle


def raw_as(client: TestClient, handle: str) -> bytes:
    return client.get("/mail/2026-11.eml", params={"reader": handle}).content


@pytest.mark.parametrize("email", [None, "grace@example.net", "left@example.com"])
def test_a_drafts_message_is_what_build_writes(
    run: Run, workspace: Path, email: str | None
) -> None:
    client = opened(workspace)
    handle = handle_of(client, {"email": email} if email else {"sample": True})
    options = ("--as", email) if email else ()
    assert raw_as(client, handle) == built(run, workspace, *options)


@pytest.mark.parametrize("email", [None, "grace@example.net", "left@example.com"])
def test_a_frozen_message_is_what_build_writes_though_the_files_are_broken_since(
    run: Run, workspace: Path, email: str | None
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    (workspace / "issues/2026-11.md").write_text("---\nsummaries: [gone]\n---\n", encoding="utf-8")
    client = opened(workspace)
    handle = handle_of(client, {"email": email} if email else {"sample": True})
    options = ("--as", email) if email else ()
    told = client.get("/api/issues/2026-11", params={"reader": handle}).json()
    assert raw_as(client, handle) == built(run, workspace, *options)
    assert (told["stale"], told["mail"]["subject"]) == (False, "Practice Notes, November 2026")
    findings = client.get("/api/issues/2026-11/checks").json()["findings"]
    assert "error" in {one["level"] for one in findings}


def test_a_frozen_message_is_what_was_sent(run: Run, workspace: Path) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    client = opened(workspace)
    shown = raw_as(client, handle_of(client, {"email": "grace@example.net"}))
    sent = [file.read_bytes() for file in (workspace / "outbox" / "new").iterdir()]
    assert shown.replace(b"\r\n", b"\n") in sent


def test_a_reader_of_a_mailing_who_has_left_the_list_is_shown_what_she_got(
    run: Run, workspace: Path
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    edit(workspace / "subscribers.csv", "grace@example.net,Grace Hopper,Grace,active\n", "")
    client = opened(workspace)
    shown = raw_as(client, handle_of(client, {"email": "Grace@example.net"}))
    sent = [file.read_bytes() for file in (workspace / "outbox" / "new").iterdir()]
    assert shown.replace(b"\r\n", b"\n") in sent


def test_a_made_up_reader_fills_the_slots(workspace: Path) -> None:
    client = opened(workspace)
    handle = handle_of(client, {"fields": {"name": "Zoë Ngũgĩ", "first_name": "Zoë", "email": ""}})
    told = client.get("/api/issues/2026-11", params={"reader": handle}).json()
    assert (told["reader"]["kind"], told["reader"]["name"]) == ("made-up", "Zoë Ngũgĩ")
    assert told["mail"]["to"] == "Zoë Ngũgĩ <ada.sample@example.org>"
    assert "Dear Zoë," in told["mail"]["text"]
    nameless = handle_of(client, {"fields": {}})
    told = client.get("/api/issues/2026-11", params={"reader": nameless}).json()
    assert "Dear colleague," in told["mail"]["text"]


def test_a_save_of_the_list_shows_the_readers_new_name(workspace: Path) -> None:
    source = WorkspaceSource(workspace)
    assert source.listed("grace@example.net").fields["first_name"] == "Grace"
    edit(workspace / "subscribers.csv", "Hopper,Grace", "Hopper,Amazing")
    assert source.listed("grace@example.net").fields["first_name"] == "Amazing"


def test_a_reader_who_is_gone_is_a_problem_of_the_list(workspace: Path) -> None:
    client = opened(workspace)
    handle = handle_of(client, {"email": "grace@example.net"})
    edit(workspace / "subscribers.csv", "grace@example.net,Grace Hopper,Grace,active\n", "")
    told = client.get("/api/issues/2026-11", params={"reader": handle}).json()
    assert (told["stale"], told["problems"][0]["place"]) == (True, "subscribers.csv")


def test_an_unknown_handle_is_the_sample_reader(workspace: Path) -> None:
    told = opened(workspace).get("/api/issues/2026-11", params={"reader": "gone"}).json()
    assert told["reader"]["handle"] == ""
