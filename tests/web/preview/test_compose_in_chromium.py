"""Composing as an editor does it: in a real browser, with pointer and keys, beside the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.content.issue.file import read_issue
from newsletter.content.issue.issue import Issue
from tests.sink import Sink, running
from tests.web.preview.browser import SHOWN, address, browser, desk
from tests.web.preview.parts import edit
from tests.web.preview.parts import running as running_preview

__all__ = ["address", "browser", "desk"]  # fixtures

pytestmark = pytest.mark.stranger("chromium")

LETTERS, ROOMS, HARBOUR = "2026-11-two-letters", "2026-10-quiet-rooms", "2026-09-harbour-study"


@pytest.fixture
def file(workspace: Path) -> Path:
    return workspace / "issues/2026-11.md"


def saved(desk: Page) -> None:
    expect(desk.locator("#compose-state")).to_have_text("Saved")


def rows(desk: Page) -> Locator:
    return desk.locator("#compose-summaries > li[data-slug]")


def order(desk: Page) -> list[str | None]:
    return [row.get_attribute("data-slug") for row in rows(desk).all()]


def grip(row: Locator) -> Locator:
    return row.get_by_role("button", name=re.compile("^Move: "))


def says(desk: Page, words: str) -> None:
    expect(desk.locator("#compose-says")).to_have_text(words)


def issue(file: Path) -> Issue:
    return read_issue(file, file.parents[1])


def email(desk: Page) -> Locator:
    return desk.frame_locator(SHOWN).locator("body")


def test_a_summary_is_found_and_added_with_the_keyboard(desk: Page, file: Path) -> None:
    desk.keyboard.press("/")
    expect(desk.get_by_role("searchbox", name="Search the library")).to_be_focused()
    desk.keyboard.type("remember")
    expect(desk.locator(".compose-under [role=status]")).to_have_text("1 of 3")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    says(desk, "Added: What clients remember of their first session, 3 of 3")
    saved(desk)
    assert issue(file).summaries == (LETTERS, ROOMS, HARBOUR)
    expect(email(desk)).to_contain_text("What clients remember of their first session")


def test_the_library_is_filtered(desk: Page) -> None:
    desk.get_by_role("button", name="Add from the library").click()
    hits = desk.locator(".compose-hit")
    expect(hits).to_have_count(3)
    desk.get_by_label("Filter: topic").select_option("Attachment")
    expect(hits).to_have_count(1)
    desk.get_by_label("Filter: topic").select_option("")
    desk.get_by_label("Filter: research type").select_option("Narrative review")
    expect(hits.filter(has_text="What clients remember")).to_have_count(1)
    expect(hits).to_have_count(1)
    desk.get_by_label("Filter: research type").select_option("")
    desk.get_by_label("Filter: month").select_option(label="Oct 2026")
    expect(hits.filter(has_text="Silence that helps")).to_have_count(1)
    expect(hits).to_have_count(1)
    desk.get_by_label("Unused only").check()
    desk.get_by_label("Filter: month").select_option("")
    expect(hits).to_have_count(3)


def test_summaries_are_moved_by_keys_and_each_move_is_said(desk: Page, file: Path) -> None:
    grip(rows(desk).nth(1)).focus()
    desk.keyboard.press("ArrowUp")
    says(desk, "Silence that helps and silence that hurts: now 1 of 2")
    expect(grip(rows(desk).nth(0))).to_be_focused()
    saved(desk)
    assert issue(file).summaries == (ROOMS, LETTERS)
    desk.keyboard.press("ArrowUp")
    says(desk, "Silence that helps and silence that hurts is first already")
    desk.keyboard.press("End")
    saved(desk)
    assert issue(file).summaries == (LETTERS, ROOMS)
    expect(grip(rows(desk).nth(1))).to_be_focused()
    desk.keyboard.press("Delete")
    says(desk, "Removed: Silence that helps and silence that hurts")
    expect(grip(rows(desk).nth(0))).to_be_focused()
    saved(desk)
    assert issue(file).summaries == (LETTERS,)


def test_summaries_are_moved_by_pointer(desk: Page, file: Path) -> None:
    rows(desk).nth(0).drag_to(rows(desk).nth(1), target_position={"x": 60, "y": 40})
    saved(desk)
    assert (order(desk), issue(file).summaries) == ([ROOMS, LETTERS], (ROOMS, LETTERS))
    first = rows(desk).nth(0)
    first.hover()
    first.get_by_role("button", name=re.compile("^Move down")).click()
    saved(desk)
    assert issue(file).summaries == (LETTERS, ROOMS)
    # A click on a title opens the summary's file; the end of a drag does not.
    expect(desk.locator("#place")).to_be_hidden()
    first.get_by_role("button", name="Letters between sessions: a pilot", exact=True).click()
    expect(desk.locator("#place-name")).to_contain_text(f"summaries/{LETTERS}.md")


def test_a_summary_is_dragged_in_from_the_library_or_let_go(desk: Page, file: Path) -> None:
    desk.get_by_role("button", name="Add from the library").click()
    hit = desk.locator(f".compose-hit[data-slug='{HARBOUR}']")
    hit.hover(position={"x": 40, "y": 12})
    desk.mouse.down()
    box = rows(desk).nth(1).bounding_box()
    assert box
    desk.mouse.move(box["x"] + 40, box["y"] + 3, steps=4)
    expect(desk.locator(".compose-line")).to_be_attached()
    desk.keyboard.press("Escape")
    desk.mouse.up()
    assert order(desk) == [LETTERS, ROOMS]
    hit.drag_to(rows(desk).nth(1), source_position={"x": 40, "y": 12}, target_position={"x": 40, "y": 3})  # fmt: skip
    saved(desk)
    assert issue(file).summaries == (LETTERS, HARBOUR, ROOMS)


def test_who_adds_from_the_library_finds_the_next_where_it_was(desk: Page, file: Path) -> None:
    desk.set_viewport_size({"width": 1280, "height": 600})
    desk.get_by_role("button", name="Add from the library").click()
    button = desk.locator(f".compose-hit[data-slug='{HARBOUR}']").get_by_role("button")
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.click()
    saved(desk)
    expect(button).to_be_focused()
    assert button.bounding_box() == before
    desk.keyboard.press("Enter")  # and out again
    saved(desk)
    assert issue(file).summaries == (LETTERS, ROOMS)


def test_words_are_saved_as_they_are_typed_and_the_email_follows(desk: Page, file: Path) -> None:
    desk.get_by_label("Subject").fill("Letters: why, & how #1")
    saved(desk)
    expect(desk.locator("#subject")).to_have_text("Letters: why, & how #1")
    desk.get_by_label("Number").fill("7")
    desk.get_by_label("Introduction").fill("Hello,\n\n*two* studies.")
    saved(desk)
    expect(email(desk)).to_contain_text("two studies.")
    assert file.read_text("utf-8") == (
        "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\n"
        'subject: "Letters: why, & how #1"\npreheader: Letters and silences\nnumber: 7\n'
        "---\nHello,\n\n*two* studies.\n"
    )
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_label("Introduction")).to_have_value(re.compile("^Dear"))
    saved(desk)


def test_nothing_jumps_while_somebody_types(desk: Page, file: Path) -> None:
    introduction = desk.get_by_label("Introduction")
    introduction.focus()
    desk.keyboard.press("Control+Home")
    before = introduction.bounding_box()
    for word in ("One ", "two ", "three "):
        desk.keyboard.type(word)
        saved(desk)
    assert introduction.evaluate("field => field.selectionStart") == len("One two three ")
    after = introduction.bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    assert issue(file).introduction.text.startswith("One two three Dear")  # type: ignore[union-attr]


def test_announcements_are_made_mended_moved_and_taken_out(desk: Page, file: Path) -> None:
    for title in ("Meeting", "A room to write in"):
        desk.get_by_role("button", name="Add an announcement").click()
        desk.keyboard.type(title)
        desk.keyboard.press("Tab")
        desk.keyboard.type("Come: all of you.")
    saved(desk)
    url = desk.get_by_label("Web address").nth(0)
    url.fill("htps://example.org/meeting")
    error = desk.locator("#compose-announcements > li").nth(0).locator(".compose-error").nth(2)
    expect(error).to_have_text("'htps://example.org/meeting' is no web or mail address did you mean 'https'?")  # fmt: skip
    assert [each.url for each in issue(file).announcements] == [None, None]
    url.fill("https://example.org/meeting")
    expect(error).to_be_hidden()
    saved(desk)
    grip(desk.locator("#compose-announcements > li").nth(1)).focus()
    desk.keyboard.press("ArrowUp")
    saved(desk)
    assert [(each.title, each.url) for each in issue(file).announcements] == [
        ("A room to write in", None),
        ("Meeting", "https://example.org/meeting"),
    ]
    desk.locator("#compose-announcements > li").nth(0).hover()
    desk.get_by_role("button", name="Remove: A room to write in").click()
    saved(desk)
    assert [each.title for each in issue(file).announcements] == ["Meeting"]


def test_a_change_in_the_editor_meanwhile_is_never_lost(desk: Page, file: Path) -> None:
    # Another field: both stand.
    desk.get_by_label("Subject").fill("Min")
    edit(file, "two short studies", "two brief studies")
    desk.get_by_label("Subject").fill("Mine")
    saved(desk)
    expect(desk.get_by_label("Introduction")).to_have_value(re.compile("two brief studies"))
    assert issue(file).subject == "Mine"
    # The same field: both are shown, and the person chooses.
    with desk.expect_request("**/api/compose/2026-11"):
        desk.get_by_label("Preheader").fill("Letters and silences and mine")
        edit(file, "Letters and silences", "Theirs")
    choice = desk.get_by_role("group", name="Preheader: changed here and in the file")
    expect(choice).to_contain_text("Theirs")
    expect(choice).to_contain_text("Letters and silences and mine")
    expect(desk.locator("#compose-state")).to_have_text("Not saved: choose below")
    assert issue(file).preheader == "Theirs"
    choice.get_by_role("button", name="Keep mine").click()
    expect(choice).to_be_hidden()
    saved(desk)
    assert issue(file).preheader == "Letters and silences and mine"


def test_the_files_side_can_be_taken(desk: Page, file: Path) -> None:
    desk.get_by_label("Subject").fill("Mine")
    edit(file, "preheader:", "subject: Theirs\npreheader:")
    desk.get_by_role("button", name="Take the file's").click()
    expect(desk.get_by_label("Subject")).to_have_value("Theirs")
    saved(desk)
    assert issue(file).subject == "Theirs"


def test_a_broken_file_stops_the_form_and_keeps_what_was_typed(desk: Page, file: Path) -> None:
    desk.get_by_label("Subject").fill("Typed")
    edit(file, "summaries: [", "summaries: [[")
    stop = desk.locator(".compose-stop")
    expect(stop).to_contain_text("The file cannot be read as it is")
    expect(stop).to_contain_text("issues/2026-11.md:2")
    expect(desk.get_by_label("Subject")).not_to_be_editable()
    expect(desk.get_by_label("Subject")).to_have_value("Typed")
    expect(desk.get_by_role("button", name="Add from the library")).to_be_disabled()
    edit(file, "summaries: [[", "summaries: [")
    expect(stop).to_be_hidden()
    saved(desk)
    assert issue(file).subject == "Typed"


def test_what_cannot_be_saved_now_is_saved_later(desk: Page, file: Path, workspace: Path) -> None:
    edit(workspace / "newsletter.toml", "tagline =", "tagine =")
    subject = desk.get_by_label("Subject")
    subject.fill("Typed meanwhile")
    state = desk.locator("#compose-state")
    expect(state).to_have_text(re.compile("^Not saved: .* no key 'tagine'"))
    expect(subject).to_have_value("Typed meanwhile")
    edit(workspace / "newsletter.toml", "tagine =", "tagline =")
    saved(desk)
    assert issue(file).subject == "Typed meanwhile"


def test_an_error_of_a_field_is_told_at_the_field(desk: Page, file: Path) -> None:
    edit(file, "preheader:", "number: twelve\npreheader:")
    number = desk.get_by_label("Number")
    expect(number).to_have_value("twelve")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_accessible_description(re.compile("whole number, not 'twelve'"))
    number.fill("12")
    saved(desk)
    expect(number).not_to_have_attribute("aria-invalid", "true")
    assert issue(file).number == 12


def test_what_is_wrong_elsewhere_in_a_file_is_told_where_it_is_mended(
    desk: Page, file: Path, workspace: Path
) -> None:
    edit(file, "preheader:", "preheeder:")
    expect(desk.locator(".compose-stop")).to_contain_text("did you mean 'preheader'?")
    summary = workspace / f"summaries/{LETTERS}.md"
    edit(summary, 'title: "Letters', 'title: Letters: a pilot\nx: "')
    row = rows(desk).nth(0)
    expect(row).to_contain_text("put the title in quotes")
    expect(row).to_contain_text('title: "Letters: a pilot"')
    row.get_by_role("button", name=f"summaries/{LETTERS}.md:2").first.click()
    expect(desk.locator("#place-name")).to_contain_text(f"summaries/{LETTERS}.md")


def test_a_new_issue_is_made_and_composed(desk: Page, workspace: Path) -> None:
    desk.keyboard.press("n")
    month = desk.get_by_label("Month", exact=True)
    expect(month).to_be_focused()
    month.fill("2026-11")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert").filter(has_text="there is an issue 2026-11")).to_be_visible()
    desk.get_by_label("Word, for an extra issue").fill("Spring Letter")
    desk.get_by_role("button", name="Make the issue").click()
    desk.wait_for_url("**/issues/2026-11-spring-letter*")
    desk.get_by_role("button", name="Add to the issue: Silence").click()
    saved(desk)
    assert issue(workspace / "issues/2026-11-spring-letter.md").summaries == (ROOMS,)
    expect(email(desk)).to_contain_text("Varga listened")
    desk.get_by_role("tab", name="Issues").click()
    entries = desk.locator(".issues-row")
    expect(entries).to_have_count(2)
    desk.get_by_role("button", name=re.compile("November 2026 Draft 2 summaries")).click()
    desk.wait_for_url("**/issues/2026-11*")
    desk.get_by_role("tab", name="Compose").click()
    expect(rows(desk)).to_have_count(2)


def test_the_key_of_the_test_leads_to_its_address(desk: Page) -> None:
    desk.keyboard.press("t")
    expect(desk.get_by_label("To", exact=True)).to_be_focused()


def test_without_an_issue_the_desk_offers_to_make_the_first(
    browser: Browser, workspace: Path, file: Path
) -> None:
    file.unlink()
    with running_preview(workspace) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("heading", name="No issue yet")).to_be_visible()
        expect(page.get_by_role("tab")).to_have_count(0)
        page.get_by_role("button", name="Make an issue").click()
        page.get_by_label("Month", exact=True).fill("2026-12")
        page.keyboard.press("Enter")
        page.wait_for_url("**/issues/2026-12*")
        expect(page.get_by_role("heading", name="No summaries yet")).to_be_visible()
        expect(page.locator("#broken")).to_be_hidden()
        page.get_by_role("button", name="Choose summaries").click()
        page.keyboard.type("Silence")
        expect(page.locator(".compose-hit")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(email(page)).to_contain_text("Varga listened")
        expect(page.locator("#blank")).to_be_hidden()


def test_an_issue_that_is_made_elsewhere_opens_the_empty_desk(
    browser: Browser, workspace: Path, file: Path
) -> None:
    text = file.read_text(encoding="utf-8")
    file.unlink()
    with running_preview(workspace) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("heading", name="No issue yet")).to_be_visible()
        file.write_text(text, encoding="utf-8")
        page.wait_for_url("**/issues/2026-11*")
        expect(email(page)).to_contain_text("Dear Ada")


def test_a_test_is_sent_and_the_servers_answer_is_shown(browser: Browser, workspace: Path) -> None:
    settings = workspace / "newsletter.toml"
    with running(Sink(delay=0.3)) as sink, browser.new_context() as context:
        edit(settings, '"maildir:outbox"', f'"{sink.url}"')
        with running_preview(workspace) as address:
            desk = context.new_page()
            desk.goto(address)
            desk.wait_for_selector(SHOWN)
            desk.keyboard.press("t")
            expect(desk.locator("#test-says")).to_contain_text(f"Over 127.0.0.1:{sink.port}")
            to = desk.get_by_label("To", exact=True)
            to.fill("ada")
            desk.keyboard.press("Enter")
            expect(desk.get_by_role("alert").filter(has_text="'ada' is no address")).to_be_visible()
            to.fill("ada@example.org")
            desk.keyboard.press("Enter")
            result = desk.locator(".test-result")
            expect(result).to_contain_text("Sending to ada@example.org")
            expect(result).to_contain_text("Accepted by the mail server")
            expect(result).to_contain_text("250 2.0.0 Ok: queued as 1")
            edit(settings, f'"{sink.url}"', '"maildir:outbox"')
            desk.reload()
            expect(to).to_have_value("ada@example.org")
            assert "ada@example.org" not in str(desk.evaluate("JSON.stringify({...localStorage})"))
            stop = desk.locator(".test-stop")
            expect(stop).to_contain_text("transport changed since this preview was started")
            expect(desk.get_by_role("button", name="Send the test")).to_be_disabled()
    assert sink.recipients == ["ada@example.org"]
    assert not (workspace / "outbox").exists()


AXE = Path(__file__).parents[2] / "npm/node_modules/axe-core/axe.min.js"


@pytest.mark.stranger("judges")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_panels(
    browser: Browser,
    address: str,
    scheme: str,
    file: Path,
) -> None:
    edit(file, "---\nDear", "announcements:\n  - title: T\n    text: t\n    url: nope\n---\nDear")
    context = browser.new_context(
        viewport={"width": 1280, "height": 860},
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Add from the library").click()
    expect(page.locator(".compose-hit")).to_have_count(3)
    page.evaluate(AXE.read_text("utf-8"))
    found = []
    for panel in ("Compose", "Issues", "Test"):
        page.get_by_role("tab", name=panel).click()
        page.wait_for_timeout(150)
        found += page.evaluate(
            "async () => (await axe.run('#side')).violations.flatMap("
            "({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 150)}`))"
        )
    context.close()
    assert found == []
