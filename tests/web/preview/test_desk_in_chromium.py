"""The preview in a real browser: files that are saved, every control."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result
from playwright.sync_api import Locator, Page, Request, expect

from newsletter.basics.shipped import TEMPLATES
from tests.web.preview.browser import SHOWN, address, browser, desk, in_frame
from tests.web.preview.parts import edit

__all__ = ["address", "browser", "desk"]  # fixtures

pytestmark = pytest.mark.stranger("chromium")

Run = Callable[..., Result]
SUMMARY = "summaries/2026-11-two-letters.md"
TITLE = "Practice Notes, November 2026 \N{EN DASH} preview"


def heading(page: Page, name: str) -> Locator:
    return page.frame_locator(SHOWN).get_by_role("heading", name=name)


def hits(page: Page) -> Locator:
    return page.locator("#reader-hits [role=option]")


def looks(page: Page, selector: str, prop: str) -> str:
    """Return a computed style in the shown email."""
    script = (
        f"w.getComputedStyle(w.document.querySelector('{selector}')).getPropertyValue('{prop}')"
    )
    return str(in_frame(page, script))


def lightness(page: Page, selector: str, prop: str) -> float:
    """Return the mean of the three channels, from 0 to 255."""
    return statistics.mean(map(int, re.findall(r"\d+", looks(page, selector, prop))[:3]))


# --- look


def test_the_desk_shows_the_message_in_all_its_parts(desk: Page) -> None:
    assert "token" not in desk.url
    email = desk.frame_locator(SHOWN)
    expect(email.get_by_text("Dear Ada, two short studies this month.").first).to_be_visible()
    desk.get_by_role("tab", name="Plain text").click()
    expect(desk.locator("#text")).to_contain_text("Dear Ada, two short studies this month.")
    desk.get_by_role("tab", name="HTML").click()
    expect(desk.locator("#html .source-line").first).to_contain_text(
        "<!DOCTYPE html>", ignore_case=True
    )
    assert desk.evaluate("CSS.highlights.get('source-tag').size") > 50
    desk.get_by_role("tab", name="Headers").click()
    expect(desk.get_by_role("row", name="Subject Practice Notes, November 2026")).to_be_visible()
    desk.get_by_role("radio", name="As sent").check()
    expect(desk.locator("#headers-raw")).to_contain_text("List-Unsubscribe: <mailto:")
    desk.get_by_role("tab", name="Raw").click()
    expect(desk.locator("#raw")).to_contain_text("Content-Transfer-Encoding: quoted-printable")
    desk.get_by_role("tab", name="Checks").click()
    expect(desk.locator("#findings")).to_contain_text("Gmail shows up to 102 KB")


def test_the_raw_tab_and_its_download_are_what_build_writes(
    desk: Page, run: Run, workspace: Path
) -> None:
    assert run("build", "2026-11").exit_code == 0
    built = (workspace / ".newsletter/build/2026-11.eml").read_bytes()
    desk.keyboard.press("5")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Download the .eml").click()
    assert download.value.suggested_filename == "2026-11.eml"
    assert Path(download.value.path()).read_bytes() == built
    expect(desk.locator("#raw .source-line")).to_have_count(built.count(b"\r\n") + 1)
    shown = desk.evaluate("document.getElementById('raw').textContent")
    assert shown.removesuffix("\n").replace("\n", "\r\n").encode() == built


def test_the_inbox_row_shows_sender_subject_and_preheader(desk: Page) -> None:
    for name in ("In Gmail", "In Apple Mail"):
        row = desk.get_by_role("region", name=name)
        expect(row).to_contain_text("Practice Notes")
        expect(row).to_contain_text("Practice Notes, November 2026")
        expect(row).to_contain_text("Letters and silences")
    desk.get_by_role("checkbox", name="Inbox").uncheck()
    expect(desk.locator("#inbox")).to_be_hidden()


def test_a_long_preheader_is_cut_where_the_row_ends(desk: Page, workspace: Path) -> None:
    edit(workspace / "issues/2026-11.md", "Letters and silences", "Letters and silences, " * 9)
    snippet = desk.locator(".row-apple .snippet")
    expect(snippet).to_contain_text("silences, Letters")
    assert snippet.evaluate("one => one.scrollHeight > one.clientHeight")
    assert snippet.evaluate("one => one.clientHeight") == 36  # two lines


def test_the_email_is_as_wide_as_is_chosen(desk: Page) -> None:
    for width in (360, 375, 800, 640):
        desk.get_by_role("radio", name=str(width)).check()
        desk.wait_for_function(f"() => document.querySelector('{SHOWN}').clientWidth === {width}")


def test_the_email_is_dragged_wider_and_moved_by_keys(desk: Page) -> None:
    handle = desk.get_by_role("slider", name="Width of the email")
    box = handle.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + 8, box["y"] + 50)
    desk.mouse.down()
    desk.mouse.move(box["x"] - 42, box["y"] + 60, steps=4)
    desk.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "540")
    handle.press("ArrowRight")
    handle.press("PageDown")
    expect(handle).to_have_attribute("aria-valuenow", "491")
    desk.reload()
    desk.wait_for_function(f"() => document.querySelector('{SHOWN}')?.clientWidth === 491")


def test_dark_is_the_templates_own(desk: Page) -> None:
    light = lightness(desk, "body", "background-color")
    desk.get_by_role("radio", name="Dark").check()
    desk.wait_for_selector(f"{SHOWN}[src*='scheme=dark']")
    expect(desk.locator("iframe")).to_have_count(1)
    assert lightness(desk, "body", "background-color") < 60 < light


def test_gmail_turns_light_surfaces_and_dark_text_around(desk: Page) -> None:
    white = looks(desk, "body", "background-color")
    text = lightness(desk, "h1", "color")
    desk.get_by_role("radio", name="Gmail Android").check()
    expect(desk.locator("iframe")).to_have_count(1)
    desk.wait_for_function(
        "white => getComputedStyle(document.querySelector('iframe.shown').contentDocument.body)"
        ".backgroundColor !== white",
        arg=white,
    )
    assert lightness(desk, "body", "background-color") < 80
    assert lightness(desk, "h1", "color") > 150 > text


def test_only_gmail_on_iphone_turns_dark_surfaces_light(desk: Page) -> None:
    """White becomes a dark grey in both; what is dark already is turned by iOS alone."""
    told = desk.evaluate(
        """async () => {
          const { alter } = await import('/static/page/alter.js');
          const doc = document.querySelector('iframe.shown').contentDocument;
          const shown = (scheme) => {
            const one = doc.createElement('div');
            one.style.cssText = 'background-color: #000; color: #fff';
            doc.body.append(one);
            alter(doc, { scheme, zoom: 1 });
            const style = getComputedStyle(one);
            return [style.backgroundColor, style.color];
          };
          return [shown('android'), shown('ios')];
        }"""
    )
    assert told == [
        ["rgb(0, 0, 0)", "rgb(255, 255, 255)"],
        ["rgb(255, 255, 255)", "rgb(27, 27, 27)"],
    ]


def test_text_is_enlarged_and_style_blocks_and_images_go(desk: Page) -> None:
    before = float(looks(desk, "h1", "font-size").removesuffix("px"))
    desk.get_by_label("Size of text").select_option("1.5")
    desk.wait_for_function(
        "size => parseFloat(getComputedStyle(document.querySelector('iframe.shown')"
        ".contentDocument.querySelector('h1')).fontSize) === size",
        arg=before * 1.5,
    )
    desk.get_by_label("Styles").uncheck()
    desk.wait_for_selector(f"{SHOWN}[src*='styles=off']")
    assert in_frame(desk, "w.document.querySelectorAll('style').length") == 0
    desk.get_by_label("Images").uncheck()
    desk.wait_for_selector(f"{SHOWN}[src*='images=off']")


def test_the_meter_shows_what_each_summary_weighs(desk: Page) -> None:
    button = desk.locator("#weighed")
    expect(button).to_contain_text("of Gmail\u2019s 102 KB")
    button.click()
    rows = desk.get_by_role("dialog", name="Weight of the HTML").get_by_role("row")
    expect(rows).to_have_count(5)
    expect(rows.nth(1)).to_contain_text("Letters between sessions: a pilot")


# --- readers


def test_a_reader_is_found_by_typing_and_seen_as(desk: Page) -> None:
    desk.keyboard.press("r")
    search = desk.get_by_role("combobox", name="Reader")
    expect(search).to_be_focused()
    search.press_sequentially("grace")
    expect(hits(desk)).to_have_text(["Grace Hoppergrace@example.net"])
    search.press("ArrowDown")
    search.press("Enter")
    expect(desk.frame_locator(SHOWN).get_by_text("Dear Grace,").first).to_be_visible()
    expect(desk.locator("#reader-name")).to_have_text("Grace Hopper")
    assert "grace" not in desk.url + desk.locator(SHOWN).evaluate("one => one.src")
    desk.reload()
    expect(desk.frame_locator(SHOWN).get_by_text("Dear Grace,").first).to_be_visible()


def test_somebody_is_made_up(desk: Page) -> None:
    desk.locator("#reader").click()
    made_up = desk.locator("#made-up")
    made_up.get_by_label("name", exact=True).fill("Zoë Ngũgĩ")
    made_up.get_by_label("first name").fill("Zoë")
    made_up.get_by_role("button", name="See as").click()
    expect(desk.frame_locator(SHOWN).get_by_text("Dear Zoë,").first).to_be_visible()
    desk.keyboard.press("4")
    expect(desk.get_by_role("row", name="To Zoë Ngũgĩ <ada.sample@example.org>")).to_be_visible()


def test_a_list_that_is_not_there_is_named(desk: Page, workspace: Path) -> None:
    (workspace / "subscribers.csv").unlink()
    desk.keyboard.press("r")
    desk.get_by_role("combobox", name="Reader").press_sequentially("ada")
    expect(desk.locator("#reader-said")).to_have_text("subscribers.csv: there is no such file")


def test_a_made_up_reader_with_a_wrong_address_is_told(desk: Page) -> None:
    desk.locator("#reader").click()
    desk.locator("#made-up [name=email]").evaluate("one => { one.type = 'text'; }")
    desk.locator("#made-up [name=email]").fill("no address")
    desk.get_by_role("button", name="See as").click()
    expect(desk.locator("#reader-said")).to_contain_text("'no address' is no address")


# --- live


def test_a_save_shows_at_once_and_keeps_scroll_tab_width_and_reader(
    desk: Page, workspace: Path
) -> None:
    desk.get_by_role("radio", name="360").check()
    desk.wait_for_function(f"() => document.querySelector('{SHOWN}').clientWidth === 360")
    in_frame(desk, "w.scrollTo(0, 300)")
    edit(workspace / SUMMARY, "a pilot", "a second pilot")
    expect(heading(desk, "a second pilot")).to_be_attached()
    assert (in_frame(desk, "w.scrollY"), in_frame(desk, "w.innerWidth")) == (300, 360)
    desk.get_by_role("tab", name="Plain text").click()
    edit(workspace / "issues/2026-11.md", "two short studies", "two brief studies")
    expect(desk.locator("#text")).to_contain_text("two brief studies")
    expect(desk.locator("#panel-text")).to_be_visible()


def test_settings_the_list_and_templates_are_live_too(desk: Page, workspace: Path) -> None:
    desk.keyboard.press("r")
    desk.get_by_role("combobox", name="Reader").press_sequentially("ada@")
    expect(hits(desk)).to_have_count(1)
    hits(desk).click()
    expect(desk.locator("#reader-name")).to_have_text("Ada Lovelace")
    email = desk.frame_locator(SHOWN)
    edit(workspace / "newsletter.toml", "Research, summarised", "Findings, summarised")
    expect(email.get_by_text("Findings, summarised").first).to_be_visible()
    edit(workspace / "subscribers.csv", "Ada Lovelace,Ada", "Ada Lovelace,Augusta")
    expect(email.get_by_text("Dear Augusta,").first).to_be_visible()
    shutil.copytree(TEMPLATES, workspace / "templates")  # a folder that was not there before
    time.sleep(0.3)
    template = workspace / "templates" / "default" / "parts" / "opening.mjml"
    edit(template, "{{ introduction }}", "Own words. {{ introduction }}")
    expect(email.get_by_text("Own words.").first).to_be_visible()


def test_a_save_is_on_the_screen_within_a_moment(desk: Page, workspace: Path) -> None:
    # The goal is 200 ms (benchmarks/preview.py); a machine that runs other tests gets some air.
    words = ["studies", *(f"studies, save {number}," for number in range(7))]
    times = []
    for old, new in pairwise(words):
        start = time.monotonic()
        edit(workspace / "issues/2026-11.md", f"two short {old}", f"two short {new}")
        shown = desk.frame_locator(SHOWN).get_by_text(f"two short {new}").first
        shown.wait_for(state="attached")
        times.append(time.monotonic() - start)
    assert sorted(times)[3] < 1


def test_an_error_shows_its_place_over_the_last_good_email_and_clears(
    desk: Page, workspace: Path
) -> None:
    edit(workspace / SUMMARY, "title:", "titel:")
    broken = desk.get_by_role("alert")
    expect(broken).to_contain_text("did you mean 'title'?")
    expect(heading(desk, "a pilot")).to_be_attached()
    broken.get_by_role("button", name=f"{SUMMARY}:2").first.click()
    expect(desk.locator("#place .here")).to_contain_text('titel: "Letters between sessions')
    edit(workspace / SUMMARY, "titel:", "title:")
    expect(broken).to_be_hidden()
    expect(desk.locator("#place .here")).to_contain_text("title:")  # the drawer is live too


def test_broken_settings_are_shown_too(desk: Page, workspace: Path) -> None:
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    broken = desk.get_by_role("alert")
    expect(broken).to_contain_text("newsletter.toml:3")
    desk.reload()
    expect(broken).to_contain_text("newsletter.toml:3")
    edit(workspace / "newsletter.toml", "tagine =", "tagline =")
    expect(broken).to_be_hidden()


def test_the_checks_are_counted_by_level_and_open_their_place(desk: Page, workspace: Path) -> None:
    edit(workspace / "issues/2026-11.md", "Dear {{", "TODO Dear {{")
    tab = desk.get_by_role("tab", name="Checks")
    expect(tab).to_contain_text("error")
    tab.click()
    desk.locator("#findings").get_by_role("button", name="issues/2026-11.md:5").first.click()
    expect(desk.locator("#place .here")).to_contain_text("TODO Dear")
    desk.keyboard.press("Escape")
    expect(desk.locator("#place")).to_be_hidden()


def test_a_click_on_a_passage_of_the_email_opens_where_it_is_written(desk: Page) -> None:
    heading(desk, "Silence that helps").click()
    expect(desk.locator("#place-name")).to_have_text("summaries/2026-10-quiet-rooms.md:2")
    desk.frame_locator(SHOWN).get_by_text("Say what a silence is for.").click()
    expect(desk.locator("#place-name")).to_have_text("summaries/2026-10-quiet-rooms.md:12")
    desk.frame_locator(SHOWN).get_by_text("Practice Implications").nth(1).click()
    expect(desk.locator("#place-name")).to_have_text("summaries/2026-10-quiet-rooms.md:10")
    desk.get_by_role("button", name="Copy path").click()
    expect(desk.locator("#toast")).to_have_text("Path copied")
    copied = desk.evaluate("navigator.clipboard.readText()")
    assert copied == "summaries/2026-10-quiet-rooms.md:10"


def test_a_line_is_mended_in_the_drawer(desk: Page, workspace: Path) -> None:
    edit(workspace / SUMMARY, "title:", "titel:")
    broken = desk.get_by_role("alert")
    broken.get_by_role("button", name=f"{SUMMARY}:2").first.click()
    desk.get_by_role("button", name="Change line").click()
    field = desk.get_by_role("textbox", name="Line 2")
    expect(field).to_have_value('titel: "Letters between sessions: a pilot"')
    field.press("Escape")
    expect(desk.locator("#place .here")).to_contain_text("titel:")
    desk.keyboard.press("l")
    field.fill('title: "Letters, mended"')
    field.press("Enter")
    expect(heading(desk, "Letters, mended")).to_be_attached()
    expect(broken).to_be_hidden()
    expect(desk.locator("#place .here")).to_have_text('title: "Letters, mended"')

    desk.locator("#place li", has_text="An invented pilot").dblclick()
    edit(workspace / SUMMARY, "An invented pilot", "A changed pilot")
    desk.locator("#place textarea").fill("An invented pilot, overwritten")
    desk.locator("#place textarea").press("Enter")
    expect(desk.locator("#toast")).to_have_text("the line has been changed meanwhile")
    assert "A changed pilot" in (workspace / SUMMARY).read_text(encoding="utf-8")


def test_a_place_opens_in_the_editor(desk: Page, workspace: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    editor.chmod(0o755)
    with (workspace / "newsletter.toml").open("a") as settings:
        settings.write(f'\n[preview]\neditor = "{editor} {{file}}:{{line}}"\n')
    expect(desk.locator("#frame:not([data-version='1'])")).to_be_attached()
    heading(desk, "Silence that helps").click()
    desk.get_by_role("button", name="Open in editor").click()
    expect(desk.locator("#toast")).to_contain_text("Opened summaries/2026-10-quiet-rooms.md:2")
    assert told.read_text().strip() == f"{workspace}/summaries/2026-10-quiet-rooms.md:2"


def test_a_link_of_the_email_is_told_and_not_followed(desk: Page) -> None:
    desk.frame_locator(SHOWN).get_by_role("link", name="View in the browser").first.click()
    expect(desk.locator("#link")).to_contain_text("https://news.example.org/2026-11/")
    assert in_frame(desk, "w.location.pathname") == "/mail/2026-11.html"


def test_a_page_that_nobody_sees_gives_its_connection_back(desk: Page, workspace: Path) -> None:
    """A browser has six connections for a server, and each event stream holds one."""
    see = """(state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    desk.evaluate(see, "hidden")
    edit(workspace / SUMMARY, "a pilot", "a second pilot")
    desk.wait_for_timeout(500)
    expect(heading(desk, "a pilot")).to_be_attached()
    desk.evaluate(see, "visible")
    expect(heading(desk, "a second pilot")).to_be_attached()
    edit(workspace / SUMMARY, "a second pilot", "a third pilot")
    expect(heading(desk, "a third pilot")).to_be_attached()


# --- issues and the mailing


def test_another_issue_is_shown_without_a_new_page(desk: Page, workspace: Path) -> None:
    (workspace / "issues/2026-12.md").write_text(
        "---\nsummaries: [2026-09-harbour-study]\n---\nHello December.\n", encoding="utf-8"
    )
    desk.evaluate("window.same = true")
    desk.evaluate(
        "history.pushState(null, '', '/issues/2026-12'); dispatchEvent(new Event('popstate'))"
    )
    expect(desk.frame_locator(SHOWN).get_by_text("Hello December.").first).to_be_visible()
    expect(desk.locator("#issue-name")).to_have_text("December 2026")
    desk.go_back()
    expect(desk.locator("#issue-name")).to_have_text("November 2026")
    assert desk.evaluate("window.same") is True


def test_the_mailing_is_watched_and_its_command_copied_but_never_begun(
    desk: Page, workspace: Path
) -> None:
    desk.keyboard.press("p")
    panel = desk.get_by_role("tabpanel", name="Mailing")
    expect(panel).to_contain_text("Not sent yet.")
    panel.get_by_role("button", name="Copy: newsletter send 2026-11").click()
    expect(desk.locator("#toast")).to_have_text("Command copied")
    assert desk.evaluate("navigator.clipboard.readText()") == "newsletter send 2026-11"
    assert panel.get_by_role("button", name=re.compile("send|start", re.IGNORECASE)).count() == 1

    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "send", "2026-11", "--yes"]
    subprocess.run(command, check=True, capture_output=True)
    expect(panel).to_contain_text("Finished on ")
    expect(panel.get_by_role("row", name="Accepted by the mail server 2")).to_be_visible()
    expect(desk.locator("#note")).to_contain_text("This issue was sent; it was frozen on ")
    expect(desk.locator("#issue-state")).to_have_text("sent")


# --- keys


def test_tabs_move_with_the_arrow_keys(desk: Page) -> None:
    desk.get_by_role("tab", name="Email").focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_role("tab", name="Plain text")).to_be_focused()
    expect(desk.locator("#panel-text")).to_be_visible()
    desk.keyboard.press("End")
    expect(desk.locator("#panel-checks")).to_be_visible()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#panel-email")).to_be_visible()


def test_every_key_of_the_list_does_what_it_says(desk: Page) -> None:
    desk.keyboard.press("?")
    keys = desk.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("Next width")).to_be_visible()
    expect(keys.get_by_text("Plain text")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    desk.keyboard.press("w")
    expect(desk.locator("#widths input[value='800']")).to_be_checked()
    desk.keyboard.press("[")
    expect(desk.locator("#handle")).to_have_attribute("aria-valuenow", "790")
    desk.keyboard.press("d")
    expect(desk.locator("#schemes input[value='dark']")).to_be_checked()
    desk.keyboard.press("i")
    expect(desk.get_by_label("Images")).not_to_be_checked()
    desk.keyboard.press("s")
    expect(desk.get_by_label("Styles")).not_to_be_checked()
    desk.keyboard.press("e")
    expect(desk.locator("#inbox")).to_be_hidden()
    desk.keyboard.press("+")
    expect(desk.get_by_label("Size of text")).to_have_value("1.25")
    desk.keyboard.press("0")
    expect(desk.get_by_label("Size of text")).to_have_value("1")
    for key, panel in (
        ("2", "text"),
        ("3", "html"),
        ("4", "headers"),
        ("5", "raw"),
        ("6", "checks"),
    ):
        desk.keyboard.press(key)
        expect(desk.locator(f"#panel-{panel}")).to_be_visible()
    desk.keyboard.press("b")
    expect(desk.locator("#side")).to_be_hidden()
    desk.keyboard.press("p")
    expect(desk.get_by_role("tabpanel", name="Mailing")).to_be_visible()


def test_keys_act_while_the_email_has_the_focus_and_can_be_turned_off(desk: Page) -> None:
    desk.locator(SHOWN).focus()
    desk.keyboard.press("2")
    expect(desk.locator("#panel-text")).to_be_visible()
    desk.keyboard.press("?")
    desk.get_by_label("Single-letter keys are on").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("3")
    expect(desk.locator("#panel-html")).to_be_hidden()


# --- safe


HOSTILE = """\
<script>parent.document.title = 'stolen'</script>
<img src="https://evil.example/pixel" onerror="parent.document.title = 'stolen'">
<a href="javascript:parent.document.title = 'stolen'">click</a>
<style>body { background: url(https://evil.example/a.png) }</style>
<iframe src="https://evil.example/"></iframe><meta http-equiv="refresh" content="0;url=/">
"""


def test_a_hostile_summary_runs_nothing_and_asks_nobody(desk: Page, workspace: Path) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            asked.append(request.url)

    desk.on("request", note)
    edit(workspace / SUMMARY, "An invented", f"{HOSTILE}\nAn invented")
    edit(workspace / SUMMARY, '"Letters between', '"<img src=x onerror=alert(1)> Letters between')
    desk.wait_for_selector("#frame:not([data-version='1'])", state="attached")
    for key in "123456":
        desk.keyboard.press(key)
    desk.locator("#weighed").click()
    desk.wait_for_timeout(300)
    assert (desk.title(), asked) == (TITLE, [])


def test_a_hostile_reader_is_text(desk: Page, workspace: Path) -> None:
    edit(workspace / "subscribers.csv", "Grace Hopper", "<img src=x onerror=document.title=1>")
    desk.keyboard.press("r")
    desk.get_by_role("combobox", name="Reader").press_sequentially("grace")
    expect(hits(desk)).to_have_count(1)
    expect(hits(desk)).to_contain_text("<img src=x onerror=document.title=1>")
    hits(desk).click()
    expect(desk.locator("#reader-name")).to_contain_text("<img src=x")
    assert desk.title() == TITLE


def test_even_an_email_with_a_script_cannot_run_it(desk: Page) -> None:
    """The sandbox and the policy hold by themselves, whatever the renderer let through."""
    ran = desk.evaluate(
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


def test_a_page_of_another_port_gets_nothing(desk: Page, address: str) -> None:
    """Another origin on this machine shares the cookie's site; it is kept out all the same."""
    other = desk.context.new_page()
    port = address.split(":")[2].split("/", maxsplit=1)[0]
    other.route(
        "http://127.0.0.1:1/",
        lambda route: route.fulfill(body="<p>Evil</p>", content_type="text/html"),
    )
    other.goto("http://127.0.0.1:1/")
    told = other.evaluate(
        """async (port) => {
          const own = `http://127.0.0.1:${port}`;
          const tries = [
            fetch(`${own}/api/issues/2026-11`, { credentials: 'include' }).then((r) => r.text()),
            fetch(`${own}/api/issues/2026-11`, { credentials: 'include', mode: 'no-cors' }).then((r) => r.text()),
            fetch(`${own}/api/edit`, { method: 'POST', credentials: 'include', mode: 'no-cors', body: '{}' }).then((r) => r.text()),
            new Promise((done) => { const s = new WebSocket(`ws://127.0.0.1:${port}/events`); s.onopen = () => done('open'); s.onerror = () => done(''); }),
          ];
          return (await Promise.allSettled(tries)).map((one) => one.value ?? '');
        }""",
        port,
    )
    assert told == ["", "", "", ""]
