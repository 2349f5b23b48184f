from __future__ import annotations

import re

from tests.conftest import SETTINGS
from tests.render.conftest import Compile, Complaint, issue_with, read

LETTER = "template: letter\n"


def told(html: str) -> str:
    body = re.sub(r"<head.*?</head>|<!--.*?-->", "", html, flags=re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", body).split())


def test_an_issue_may_be_a_letter(compile_with: Compile) -> None:
    letter = read(compile_with(issue_with("Hello.", LETTER)).html)

    assert "max-width:600px" in letter
    assert "#F4F1EB" not in letter  # no page around it
    assert 'class="card' not in letter


def test_the_settings_may_choose_it_for_every_issue(compile_with: Compile) -> None:
    chosen = SETTINGS.replace("[newsletter]\n", '[newsletter]\ntemplate = "letter"\n')

    assert compile_with({"newsletter.toml": chosen}) == compile_with(
        {
            "newsletter.toml": SETTINGS,
            "issues/2026-11.md": "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\n"
            "preheader: Letters and silences\ntemplate: letter\n---\n"
            'Dear {{ reader.first_name | fallback("colleague") }}, two short studies this month.\n',
        }
    )


def test_the_issue_counts_more_than_the_settings(compile_with: Compile) -> None:
    chosen = SETTINGS.replace("[newsletter]\n", '[newsletter]\ntemplate = "letter"\n')
    files = {"newsletter.toml": chosen, **issue_with("x", "template: default\n")}

    assert 'class="card' in read(compile_with(files).html)


def test_a_letter_says_all_that_the_default_says(compile_with: Compile) -> None:
    def words(template: str) -> set[str]:
        text = (
            "---\nsummaries: [2026-09-harbour-study, 2026-11-two-letters]\nnumber: 12\n"
            f"template: {template}\nannouncements:\n  - title: Annual conference\n"
            "    text: It is **open**.\n    url: https://example.org/conference\n---\nWelcome.\n"
        )
        return set(told(read(compile_with({"issues/2026-11.md": text}).html)).split())

    # The kicker's numbers are the default's own.
    assert words("default") - words("letter") <= {"1", "2"}


def test_the_text_part_is_the_same(compile_with: Compile) -> None:
    assert (
        compile_with(issue_with("Hello.", LETTER)).text == compile_with(issue_with("Hello.")).text
    )


def test_an_unknown_template_in_the_settings_is_told_with_its_line(complaint: Complaint) -> None:
    chosen = SETTINGS.replace("[newsletter]\n", '[newsletter]\ntemplate = "leter"\n')

    assert complaint({"newsletter.toml": chosen}) == (
        "newsletter.toml:2: no template named 'leter'\n  Hint: did you mean 'letter'?"
    )


def test_a_workspace_overrides_a_single_part_of_it(compile_with: Compile) -> None:
    part = '<mj-text><a href="{{ unsubscribe }}">Enough</a></mj-text>'
    files = {"templates/letter/parts/footer.mjml": part, **issue_with("x", LETTER)}

    html = read(compile_with(files).html)

    assert ">Enough</a>" in html
    assert "max-width:600px" in html


def test_colours_set_for_one_template_hold_in_the_other(compile_with: Compile) -> None:
    own = f'{SETTINGS}\n[design]\naccent = "#7A1F3D"\nbox = "#FFFFFF"\nwidth = 580\n'
    html = read(compile_with({"newsletter.toml": own, **issue_with("x", LETTER)}).html)

    assert "#7A1F3D" in html
    assert "max-width:580px" in html
