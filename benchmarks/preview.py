"""How long a save takes to be on the screen: `python benchmarks/preview.py [--saves 50]`.

The real `newsletter preview` over a copy of the sample workspace, a real Chromium, and saves as
editors make them: a new file beside, then a rename. The clock starts before the file is written
and stops in the browser, in the first animation frame in which the new email is what the page
shows; both read the clock of this machine. Printed in milliseconds, for a summary, the issue, a
template, the settings and the list.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ISSUE = "2026-11"
SUMMARY = "summaries/2026-11-the-warmth-of-a-steady-voice.md"

# Notes when the frame of a version is the one that is shown, after it was drawn.
WATCH = """
window.shownAt = {};
new MutationObserver(() => {
  const version = document.getElementById("frame").dataset.version;
  requestAnimationFrame(() => { window.shownAt[version] ??= Date.now(); });
}).observe(document.getElementById("frame"), { attributes: true });
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=50)
    parser.add_argument("--readers", type=int, default=0, help="rows added to the list")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = copy_sample(Path(folder) / "sample", arguments.readers)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with preview(workspace) as address:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.wait_for_selector("iframe.shown")
            page.evaluate(WATCH)
            report(save_all(page, workspace, arguments.saves))
        browser.close()


def copy_sample(workspace: Path, readers: int) -> Path:
    workspace.mkdir()
    for name in ("newsletter.toml", "topics.toml"):
        shutil.copy(ROOT / name, workspace / name)
    for name in ("summaries", "issues"):
        shutil.copytree(ROOT / name, workspace / name)
    shutil.copytree(ROOT / "templates" / "default", workspace / "templates" / "default")
    rows = (f"reader{number}@example.org,Reader {number}\n" for number in range(readers or 10))
    (workspace / "subscribers.csv").write_text("email,name\n" + "".join(rows), encoding="utf-8")
    return workspace


@contextmanager
def preview(workspace: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "preview", ISSUE]
    process = subprocess.Popen(
        [*command, "--no-open", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        lines = iter(process.stderr or ())
        yield next(match[0] for line in lines if (match := re.search(r"http://\S+", line)))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def save_all(page: Page, workspace: Path, saves: int) -> dict[str, list[float]]:
    """Save the files in turn; return the milliseconds of each save by file."""
    files = (SUMMARY, f"issues/{ISSUE}.md", "templates/default/issue.mjml", "newsletter.toml")
    times: dict[str, list[float]] = {}
    for number in range(saves + 5):
        name = (*files, "subscribers.csv")[number % 5]
        took = save(page, workspace / name)
        if number >= 5:  # the first of each warms the caches, as the first look does
            times.setdefault(name, []).append(took)
        time.sleep(0.15)  # a person's next save is not sooner
    return times


def save(page: Page, file: Path) -> float:
    before = int(page.evaluate("document.getElementById('frame').dataset.version"))
    fresh = file.with_name(f".{file.name}.new")
    text = file.read_text(encoding="utf-8")
    start = time.time()
    fresh.write_text(text.rstrip("\n") + "\n" * (1 + text.endswith("\n\n") ^ 1), encoding="utf-8")
    os.replace(fresh, file)  # noqa: PTH105
    page.wait_for_function("before => window.shownAt[before + 1]", arg=before, timeout=10_000)
    shown: float = page.evaluate("before => window.shownAt[before + 1]", before)
    return shown - start * 1000


def report(times: dict[str, list[float]]) -> None:
    every = [took for took_all in times.values() for took in took_all]
    for name, took in (*times.items(), ("all", every)):
        print(f"{name:52} {len(took):4} saves, median {statistics.median(took):4.0f} ms, "
              f"worst {max(took):4.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
