# ruff: noqa: INP001 - a script, not a package
"""Takes the pictures of docs/pictures from the sample workspace: `make pictures`.

    email.png                    the sample draft on a desktop, and on a phone in the dark
    TEMPLATE-WIDTH-SCHEME.png    its top in each template, at 375, 640 and 800 px, light and dark
    preview*.png                 the same issue in `newsletter preview` (pictures_desk.py)

Needs Chromium, and looks like most readers' screens where Georgia is installed, or Gelasio, which
has its measures. Everything runs in a copy of the workspace.
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
from itertools import product
from pathlib import Path
from typing import Literal

from pictures_desk import desk_pictures
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ISSUE = "2026-11"
TEMPLATES = ("default", "letter")
WIDTHS = (375, 640, 800)
HEIGHT = 1000
DESKTOP, PHONE = (720, 900), (375, 730)
LARGEST = 300_000

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

_CARD = """\
<body style="margin:0;padding:56px 64px;display:inline-flex;gap:56px;align-items:flex-end;
background:#C7D4CF">
<img src="data:image/png;base64,{desktop}"
style="border-radius:10px;box-shadow:0 8px 24px #0F2A2744">
<img src="data:image/png;base64,{phone}"
style="border-radius:40px;border:solid #0B0F0E;border-width:28px 10px;
box-shadow:0 8px 24px #0F2A2755">
</body>"""


def main() -> None:
    """Write all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed\n  Hint: on Debian, apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = _copy(Path(folder) / "sample")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        mails = {template: _built(workspace, template) for template in TEMPLATES}
        _title_picture(browser, mails["default"])
        for (template, html), width, scheme in product(mails.items(), WIDTHS, SCHEMES):
            target = PICTURES / f"{template}-{width}-{scheme}.png"
            target.write_bytes(_shot(browser, html, size=(width, HEIGHT), scheme=scheme))
        with _preview(workspace) as address:
            desk_pictures(browser, address, workspace, PICTURES)
        browser.close()
    for picture in PICTURES.glob("*.png"):
        if picture.stat().st_size > LARGEST:
            sys.exit(f"{picture.name} has more than {LARGEST:,} bytes")


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


def _built(workspace: Path, template: str) -> Path:
    """Return the sample draft as HTML in a template."""
    file = workspace / "issues" / f"{ISSUE}.md"
    draft = file.read_text(encoding="utf-8")
    file.write_text(draft.replace("number:", f"template: {template}\nnumber:", 1), encoding="utf-8")
    _newsletter(workspace, "build", ISSUE, "-o", str(workspace / template))
    file.write_text(draft, encoding="utf-8")
    return workspace / template / f"{ISSUE}.html"


def _shot(
    browser: Browser, html: Path, *, size: tuple[int, int], scheme: Scheme, start: str | None = None
) -> bytes:
    """Return the top of an email as a mail program of that size shows it, or from an element on."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )  # fmt: skip
    page.goto(html.as_uri())
    if start:
        page.locator(start).first.evaluate("e => scrollTo(0, e.getBoundingClientRect().top - 250)")
    picture = page.screenshot()
    page.close()
    return picture


def _title_picture(browser: Browser, html: Path) -> None:
    shots = {
        "desktop": _shot(browser, html, size=DESKTOP, scheme="light"),
        "phone": _shot(browser, html, size=PHONE, scheme="dark", start="table.box"),
    }
    width, height = DESKTOP[0] + PHONE[0] + 3 * 56 + 2 * 8 + 20, DESKTOP[1] + 2 * 56
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_content(_CARD.format_map({k: b64encode(v).decode() for k, v in shots.items()}))
    page.screenshot(path=PICTURES / "email.png")
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


if __name__ == "__main__":
    main()
