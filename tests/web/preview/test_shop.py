"""The preview over a real workspace: the message is build's, also once a mailing has frozen it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from starlette.testclient import TestClient

from newsletter.web.preview.shop import preview_app
from tests.web.preview.parts import HOST, KEYS

Run = Callable[..., Result]


def opened(workspace: Path) -> TestClient:
    app = preview_app(workspace, "2026-11", keys=KEYS, hosts=frozenset({HOST}))
    client = TestClient(app, base_url=f"http://{HOST}")
    client.get(f"/?token={KEYS.token}")
    return client


def built(run: Run, workspace: Path) -> bytes:
    assert run("build", "2026-11").exit_code == 0
    return (workspace / ".newsletter/build/2026-11.eml").read_bytes()


def test_a_drafts_message_is_what_build_writes(run: Run, workspace: Path) -> None:
    client = opened(workspace)

    assert client.get("/mail/2026-11.eml").content == built(run, workspace)
    assert client.get("/api/issues/2026-11").json()["note"] == ""


def test_a_sent_issue_is_shown_as_it_was_frozen_though_its_files_are_broken_since(
    run: Run, workspace: Path
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    (workspace / "issues/2026-11.md").write_text("---\nsummaries: [gone]\n---\n", encoding="utf-8")

    client = opened(workspace)
    told = client.get("/api/issues/2026-11").json()

    assert client.get("/mail/2026-11.eml").content == built(run, workspace)
    assert told["note"].startswith("This issue was sent; it was frozen on ")
    assert (told["stale"], told["mail"]["subject"]) == (False, "Practice Notes, November 2026")
    assert [one["level"] for one in told["findings"]].count("error") >= 1
