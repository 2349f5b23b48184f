"""The desk as an editor meets it: the real command, a real browser, files that she saves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

pytestmark = pytest.mark.stranger("chromium")

SHOWN = "iframe.shown"
TITLE = "Practice Notes, November 2026 \N{EN DASH} preview"


@pytest.fixture
def address(workspace: Path) -> Iterator[str]:
    """Start `newsletter preview` on a free port; return the address that it shows."""
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "preview"]
    with subprocess.Popen(
        [*command, "--no-open", "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        told = process.stderr.readline() + process.stderr.readline()
        match = re.search(r"http://\S+", told)
        if match is None:
            process.kill()
        assert match, told
        yield match[0]
        process.send_signal(signal.SIGINT)
        assert (process.wait(10), "Traceback" in process.stderr.read()) == (130, False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open the desk in Chromium; what its console complains about fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector(SHOWN)
    yield page
    page.close()
    # What the sandbox says when it does its work is no complaint.
    assert [text for text in complaints if not text.startswith("Blocked script")] == []


def edit(file: Path, old: str, new: str) -> None:
    """Save as editors do: a new file beside, then a rename."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    fresh = file.with_name(f"{file.name}~")
    fresh.write_text(text.replace(old, new), encoding="utf-8")
    os.replace(fresh, file)  # noqa: PTH105


def in_frame(page: Page, script: str) -> object:
    """Return what an expression gives, with `w` the window of the email."""
    return page.evaluate(f"(w => {script})(document.querySelector('{SHOWN}').contentWindow)")


def test_the_desk_shows_the_message_in_all_its_parts(page: Page) -> None:
    assert page.url.endswith("/issues/2026-11")  # the token has left the address
    expect(page.locator("#subject")).to_have_text("Practice Notes, November 2026")
    email = page.frame_locator(SHOWN)
    expect(email.get_by_text("Dear Ada, two short studies this month.").first).to_be_visible()
    page.get_by_role("tab", name="Plain text").click()
    expect(page.locator("#text")).to_contain_text("Dear Ada, two short studies this month.")
    page.get_by_role("tab", name="Headers").click()
    expect(page.get_by_role("row", name="Subject Practice Notes, November 2026")).to_be_visible()
    page.get_by_role("tab", name="Raw").click()
    expect(page.locator("#raw")).to_contain_text("Content-Transfer-Encoding: quoted-printable")
    page.get_by_role("tab", name="Checks").click()
    expect(page.locator("#findings")).to_contain_text("Gmail shows up to 102 KB")


def test_the_download_is_the_message_that_build_writes(
    page: Page, workspace: Path, tmp_path: Path
) -> None:
    page.get_by_role("tab", name="Raw").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the .eml").click()
    saved = tmp_path / "saved.eml"
    started.value.save_as(saved)
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "build", "2026-11"]
    subprocess.run([*command, "-o", str(tmp_path)], check=True, capture_output=True)
    assert saved.read_bytes() == (tmp_path / "2026-11.eml").read_bytes()
    assert started.value.suggested_filename == "2026-11.eml"


@pytest.mark.parametrize("width", [360, 375, 640, 800])
def test_the_email_gets_the_chosen_width(page: Page, width: int) -> None:
    page.get_by_label(str(width)).check()
    page.wait_for_timeout(200)
    assert in_frame(page, "w.innerWidth") == width


def test_dark_is_what_a_dark_device_shows_whatever_the_editors_own(page: Page) -> None:
    def brightness() -> object:
        return in_frame(page, "w.getComputedStyle(w.document.body).backgroundColor")

    light = brightness()
    page.get_by_label("Dark").check()
    expect(page.locator("iframe")).to_have_count(1)
    page.wait_for_selector(f"{SHOWN}[src*='scheme=dark']")
    assert brightness() != light


def test_a_save_shows_at_once_and_keeps_scroll_and_tab(page: Page, workspace: Path) -> None:
    in_frame(page, "w.scrollTo(0, 300)")
    edit(workspace / "summaries/2026-11-two-letters.md", "a pilot", "a second pilot")
    email = page.frame_locator(SHOWN)
    expect(email.get_by_role("heading", name="a second pilot")).to_be_attached()
    assert in_frame(page, "w.scrollY") == 300
    page.get_by_role("tab", name="Plain text").click()
    edit(workspace / "issues/2026-11.md", "two short studies", "two brief studies")
    expect(page.locator("#text")).to_contain_text("two brief studies")


def test_a_save_is_on_the_screen_within_a_moment(page: Page, workspace: Path) -> None:
    # The goal is 200 ms; a machine that runs other tests beside gets some air.
    words = ["studies", *(f"studies, save {number}," for number in range(7))]
    times = []
    for old, new in pairwise(words):
        start = time.monotonic()
        edit(workspace / "issues/2026-11.md", f"two short {old}", f"two short {new}")
        shown = page.frame_locator(SHOWN).get_by_text(f"two short {new}").first
        shown.wait_for(state="attached")
        times.append(time.monotonic() - start)
    assert sorted(times)[3] < 1


def test_an_error_shows_its_place_over_the_last_good_email_and_clears(
    page: Page, workspace: Path
) -> None:
    file = workspace / "summaries/2026-11-two-letters.md"
    edit(file, "title:", "titel:")
    broken = page.get_by_role("alert")
    expect(broken).to_contain_text("summaries/2026-11-two-letters.md:2")
    expect(broken).to_contain_text("did you mean 'title'?")
    expect(page.frame_locator(SHOWN).get_by_role("heading", name="a pilot")).to_be_attached()
    edit(file, "titel:", "title:")
    expect(broken).to_be_hidden()


def test_broken_settings_are_shown_too(page: Page, workspace: Path) -> None:
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    broken = page.get_by_role("alert")
    expect(broken).to_contain_text("newsletter.toml:3")
    edit(workspace / "newsletter.toml", "tagine =", "tagline =")
    expect(broken).to_be_hidden()


def test_tabs_move_with_the_arrow_keys(page: Page) -> None:
    page.get_by_role("tab", name="Email").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Plain text")).to_be_focused()
    expect(page.locator("#panel-text")).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator("#panel-checks")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#panel-email")).to_be_visible()


def test_a_link_of_the_email_is_told_and_not_followed(page: Page) -> None:
    page.frame_locator(SHOWN).get_by_role("link", name="View in the browser").first.click()
    expect(page.locator("#link")).to_contain_text("https://news.example.org/2026-11/")
    assert in_frame(page, "w.location.pathname") == "/mail/2026-11.html"


HOSTILE = """\
<script>parent.document.title = 'stolen'</script>
<img src="https://evil.example/pixel" onerror="parent.document.title = 'stolen'">
<a href="javascript:parent.document.title = 'stolen'">click</a>
<style>body { background: url(https://evil.example/a.png) }</style>
<iframe src="https://evil.example/"></iframe><meta http-equiv="refresh" content="0;url=/">
"""


def test_a_hostile_summary_runs_nothing_and_asks_nobody(page: Page, workspace: Path) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            asked.append(request.url)

    page.on("request", note)
    edit(workspace / "summaries/2026-11-two-letters.md", "An invented", f"{HOSTILE}\nAn invented")
    page.wait_for_selector("#frame:not([data-version='1'])", state="attached")
    page.wait_for_timeout(300)
    assert (page.title(), asked) == (TITLE, [])


def test_even_an_email_with_a_script_cannot_run_it(page: Page) -> None:
    """The sandbox and the policy hold by themselves, whatever the renderer let through."""
    ran = page.evaluate(
        """async () => {
          const frame = document.querySelector('iframe.shown');
          const inside = frame.contentDocument;
          const script = inside.createElement('script');
          script.append('parent.document.title = "stolen"');
          inside.body.append(script);
          await new Promise((done) => setTimeout(done, 100));
          return [document.title, frame.sandbox.value];
        }"""
    )
    assert ran == [TITLE, "allow-same-origin"]
