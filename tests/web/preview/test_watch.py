"""Saves are noticed at once, however an editor writes them, also in a folder made meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.web.preview.watch import saves, workspace_folders


def seconds_until_told(root: Path, *acts: Callable[[], object], patience: float = 5) -> list[float]:
    """Return how long each act took to be told."""

    async def watch() -> list[float]:
        told = saves(lambda: workspace_folders(root), root)
        times = []
        for act in acts:
            waiting = asyncio.ensure_future(anext(told))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            start = time.monotonic()
            await asyncio.to_thread(act)
            await asyncio.wait_for(waiting, patience)
            times.append(time.monotonic() - start)
        await told.aclose()
        return times

    return asyncio.run(watch())


def replace_file(file: Path) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text("b", encoding="utf-8")
    os.replace(fresh, file)  # noqa: PTH105 - as editors do


@pytest.mark.parametrize("name", ["summaries/a.md", "issues/a.md", "newsletter.toml"])
def test_a_save_in_place_and_a_rename_are_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    for folder in ("summaries", "issues"):
        (tmp_path / folder).mkdir()
    file.write_text("a", encoding="utf-8")
    times = seconds_until_told(
        tmp_path, lambda: file.write_text("aa", encoding="utf-8"), lambda: replace_file(file)
    )
    assert max(times) < 1


def test_a_folder_that_is_made_meanwhile_is_watched_too(tmp_path: Path) -> None:
    part = tmp_path / "templates" / "letter.mjml"
    times = seconds_until_told(
        tmp_path, part.parent.mkdir, lambda: part.write_text("a", encoding="utf-8")
    )
    assert len(times) == 2


def test_the_files_of_a_save_are_named_as_the_editor_sees_them(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()

    async def told() -> tuple[str, ...]:
        watching = saves(lambda: workspace_folders(tmp_path), tmp_path)
        waiting = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0.3)
        (tmp_path / "issues" / "2026-11.md").write_text("a", encoding="utf-8")
        files = await asyncio.wait_for(waiting, 5)
        await watching.aclose()
        return files

    assert asyncio.run(told()) == ("issues/2026-11.md",)


def test_a_workspace_that_was_away_is_told_and_watched_again(tmp_path: Path) -> None:
    root = tmp_path / "notes"
    (root / "issues").mkdir(parents=True)

    async def told() -> list[tuple[str, ...]]:
        watching = saves(lambda: workspace_folders(root), root)
        waiting = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0.3)
        root.rename(tmp_path / "away")
        heard = [await asyncio.wait_for(waiting, 10)]
        (tmp_path / "away").rename(root)
        heard.append(await asyncio.wait_for(anext(watching), 10))
        waiting = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0.3)
        (root / "issues" / "2026-11.md").write_text("a", encoding="utf-8")
        heard.append(await asyncio.wait_for(waiting, 10))
        await watching.aclose()
        return heard

    assert asyncio.run(told())[1:] == [(), ("issues/2026-11.md",)]


def test_hidden_and_temporary_files_are_no_saves(tmp_path: Path) -> None:
    def noise() -> None:
        (tmp_path / ".newsletter").mkdir()
        for name in (".2026-11.md.x7", "2026-11.md~", ".2026-11.md.swp"):
            (tmp_path / name).write_text("a", encoding="utf-8")
        time.sleep(0.4)

    with pytest.raises(TimeoutError):
        seconds_until_told(tmp_path, noise, patience=0.5)
