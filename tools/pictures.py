# ruff: noqa: INP001 - a script, not a package
"""Takes the pictures of docs/pictures from the sample workspace: `python tools/pictures.py`.

    email.png     the sample draft on a desktop, and on a phone in the dark
    preview.png   the same issue in `newsletter preview`

Needs Chromium. Everything runs in a copy of the workspace.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ISSUE = "2026-11"
DESKTOP, PHONE, HEIGHT = 720, 375, 860
_CARD = """\
<body style="margin:0;padding:28px;background:#C9CCC8;display:inline-flex;gap:28px">
<img src="data:image/png;base64,{desktop}" style="box-shadow:0 2px 14px #0005">
<img src="data:image/png;base64,{phone}" style="border-radius:18px;box-shadow:0 2px 14px #0007">
</body>"""


def main() -> None:
    """Write both pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed\n  Hint: on Debian, apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = _copy(Path(folder) / "sample")
        browser = playwright.chromium.launch(executable_path=chromium)
        _newsletter(workspace, "build", ISSUE)
        html = workspace / ".newsletter" / "build" / f"{ISSUE}.html"
        desktop = _shot(browser, html, width=DESKTOP, scheme="light")
        phone = _shot(browser, html, width=PHONE, scheme="dark")
        _side_by_side(browser, desktop, phone, PICTURES / "email.png")
        with _preview(workspace) as address:
            _desk(browser, address, PICTURES / "preview.png")
        browser.close()


def _copy(workspace: Path) -> Path:
    workspace.mkdir()
    for name in ("newsletter.toml", "topics.toml", "mailings.csv"):
        shutil.copy(ROOT / name, workspace / name)
    for name in ("summaries", "issues"):
        shutil.copytree(ROOT / name, workspace / name)
    shutil.copy(ROOT / "subscribers.example.csv", workspace / "subscribers.csv")
    return workspace


def _newsletter(workspace: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), *arguments]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program


def _shot(browser: Browser, html: Path, *, width: int, scheme: str) -> bytes:
    """Return the top of an email as a mail program of that width shows it."""
    page = browser.new_page(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(html.as_uri())
    picture = page.screenshot()
    page.close()
    return picture


def _side_by_side(browser: Browser, desktop: bytes, phone: bytes, target: Path) -> None:
    page = browser.new_page(viewport={"width": DESKTOP + PHONE + 84, "height": HEIGHT + 56})
    shots = {"desktop": b64encode(desktop).decode(), "phone": b64encode(phone).decode()}
    page.set_content(_CARD.format(**shots))
    page.screenshot(path=target)
    page.close()


@contextlib.contextmanager
def _preview(workspace: Path) -> Iterator[str]:
    """Run `newsletter preview` while the block runs; yield its address."""
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "preview", ISSUE]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--no-open", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        lines = iter(process.stderr or ())
        yield next(match[0] for line in lines if (match := re.search(r"http://\S+", line)))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _desk(browser: Browser, address: str, target: Path) -> None:
    page = browser.new_page(viewport={"width": 1180, "height": 860})
    page.goto(address)
    page.frame_locator("#frame iframe").locator("h1").wait_for()
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main()
