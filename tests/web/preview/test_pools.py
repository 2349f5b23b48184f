"""The email never waits for a check, however many of them wait."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from starlette.testclient import TestClient

from newsletter.checks.engine import Finding
from newsletter.web.preview.pools import SharedWork
from newsletter.web.preview.source import WorkspaceSource
from tests.web.preview.parts import HOST, KEYS, app_of

SLUGS = [f"2026-{month:02}" for month in range(1, 13)]


class Gated(WorkspaceSource):
    """A workspace whose checks wait at a gate; `begun` are those that came to it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.gate = threading.Event()
        self.begun: list[str] = []

    def findings(self, slug: str) -> tuple[Finding, ...]:
        self.begun.append(slug)
        self.gate.wait()
        return super().findings(slug)


def issues(workspace: Path) -> None:
    text = (workspace / "issues/2026-11.md").read_text()
    for slug in SLUGS:
        (workspace / f"issues/{slug}.md").write_text(text)


def test_the_email_is_answered_while_many_checks_wait(workspace: Path) -> None:
    issues(workspace)
    source = Gated(workspace)
    ended: list[str] = []
    app = app_of(workspace, source=source)
    with TestClient(app, base_url=f"http://{HOST}") as client:
        client.get(f"/?token={KEYS.token}")

        def check(slug: str) -> None:
            assert client.get(f"/api/issues/{slug}/checks").status_code == 200
            ended.append("check")

        threads = [threading.Thread(target=check, args=(slug,)) for slug in SLUGS * 4]
        for thread in threads:
            thread.start()
        for url in ("/api/issues/2026-11", "/mail/2026-11.html", "/mail/2026-10.eml"):
            assert client.get(url).status_code == 200
            ended.append("email")
        source.gate.set()
        for thread in threads:
            thread.join()
    assert ended == ["email"] * 3 + ["check"] * 48
    assert set(source.begun) == set(SLUGS)
    # One that ran when others asked for the same issue, and what the report of it outdated.
    assert len(source.begun) <= len(SLUGS) + 1


def test_who_asks_while_it_waits_gets_the_same_and_who_asks_while_it_runs_another() -> None:
    gate, runs = threading.Event(), threading.Semaphore(0)
    begun: list[str] = []

    def work(name: str) -> int:
        begun.append(name)
        runs.release()
        gate.wait()
        return len(begun)

    async def ask() -> list[int]:
        shared = SharedWork("test", work)
        first = asyncio.create_task(shared.ask("a"))
        await asyncio.to_thread(runs.acquire)
        rest = [asyncio.create_task(shared.ask(name)) for name in "abab"]
        await asyncio.sleep(0)
        gate.set()
        answers = await asyncio.gather(first, *rest)
        shared.close()
        return answers

    assert asyncio.run(ask()) == [1, 2, 3, 2, 3]
    assert begun == ["a", "a", "b"]
