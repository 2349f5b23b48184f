"""The finished message as the rules see it, and what it weighs for the longest reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from newsletter.audience.list.subscriber import Subscriber
from newsletter.checks.dossier import Readers
from newsletter.message.draft import SAMPLE_READER, draft_message
from newsletter.render.slots.slots import Context, Slot
from newsletter.tasks.check import _heaviest, count_readers, prove
from newsletter.workspace import open_workspace
from tests.checks.samples import CONTENT, HTML, TEXT, html_weight, message

NAME = 'Zoë "Zaza" & Co <é>'


def test_a_letter_gives_back_what_was_put_in() -> None:
    html, text = HTML.replace("60", "6=é. 60"), f"{TEXT}.é=\n"
    made = message(html, text, subject="Übung, November – 2026")  # noqa: RUF001
    url = "mailto:unsubscribe@example.org?subject=unsubscribe-"
    assert made.html.replace("\r\n", "\n").startswith(html.partition("{unsubscribe}")[0])
    assert made.text.replace("\r\n", "\n").startswith(text.partition("{unsubscribe}")[0] + url)
    assert made.subject == "Übung, November – 2026"  # noqa: RUF001
    assert html_weight(made.octets) == len(made.html.replace("\n", "\r\n").encode())
    assert "What clients remember" in made.seen
    assert "<" not in made.seen.replace("p < .05", "")


def test_the_weight_is_that_of_the_message_to_the_reader_of_the_longest_values() -> None:
    parts = (
        "<p>Dear ",
        Slot("reader.first_name", "colleague", Context.HTML),
        '</p>\n<a href="https://example.org/?n=',
        Slot("reader.first_name", "x", Context.URL),
        '">x</a><a href="',
        Slot("unsubscribe", "", Context.WHOLE_URL),
        '">leave</a>\n',
        Slot("reader.city", "a place that is not known", Context.HTML),
        "\n",
    )
    for url in (None, "https://news.example.org/u?list=1&x=2"):
        content = replace(CONTENT, html=parts, unsubscribe_url=url)
        longest = Readers(mailable=1, longest={"first_name": NAME, "city": "Ulm"})
        reader = Subscriber(SAMPLE_READER.address, "", {"first_name": NAME})
        expected = html_weight(draft_message(content, reader))
        assert _heaviest(content, longest) == expected
        assert _heaviest(content, None) < expected


def test_what_is_checked_is_what_the_proof_shows(workspace: Path) -> None:
    proof = prove(open_workspace(workspace), "2026-11", readers=None, today=date(2026, 11, 3))
    assert proof.message is not None
    weight = html_weight(proof.message)
    [said] = [each.message for each in proof.report.findings if each.rule == "size"]
    assert f"{weight / 1000:.0f} KB" in said


def test_the_list_is_counted_anew_when_it_or_who_left_has_changed(workspace: Path) -> None:
    opened, today = open_workspace(workspace), date(2026, 11, 3)
    before = count_readers(opened, today)
    assert count_readers(opened, today) is before
    with (workspace / "subscribers.csv").open("a", encoding="utf-8") as file:
        file.write("ida@example.org,Ida,Ida,active\n")
    assert count_readers(opened, today).mailable == 3
    (workspace / "suppressions.csv").write_text(
        "email,action,reason,source,at\nada@example.org,suppress,asked,phone,2026-11-01T00:00:00Z\n",
        encoding="utf-8",
    )
    after = count_readers(opened, today)
    assert (after.mailable, after.problems) == (2, ())
    (workspace / "subscribers.csv").unlink()
    assert count_readers(opened, today).mailable is None
