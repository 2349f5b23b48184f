from __future__ import annotations

import pytest

from newsletter.basics.errors import TYPOGRAPHIC
from newsletter.render.slots.slots import Context, Slot
from tests.render.conftest import Compile, Complaint, issue_with, read


def test_a_slot_may_stand_in_emphasis_and_in_a_link(compile_with: Compile) -> None:
    text = (
        'Dear **{{ reader.first_name | fallback("friend") }}**, see'
        ' [yours](https://example.org/?m={{ reader["e mail"] | fallback("") }}).'
    )

    compiled = compile_with(issue_with(text))

    assert [part for part in compiled.html if isinstance(part, Slot)][:-1] == [
        Slot("reader.first_name", "friend", Context.HTML),
        Slot("reader.e mail", "", Context.URL),
    ]
    assert [part for part in compiled.text if isinstance(part, Slot)][:-1] == [
        Slot("reader.first_name", "friend", Context.TEXT),
        Slot("reader.e mail", "", Context.URL),
    ]
    assert "<strong>friend</strong>, see <a href=" in read(compiled.html)
    assert "Dear *friend*, see yours (https://example.org/?m=)." in read(compiled.text)


def test_a_field_says_nothing_about_the_direction_of_its_paragraph(compile_with: Compile) -> None:
    files = issue_with('{{ reader.first_name | fallback("friend") }} יקר')

    assert '<p dir="rtl"' in read(compile_with(files).html)


def test_a_fallback_never_becomes_mark_up(compile_with: Compile) -> None:
    compiled = compile_with(issue_with('Dear {{ reader.x | fallback("*a* [b](http://c.d)") }}'))

    assert "*a* [b](http://c.d)" in read(compiled.html)
    assert "*a* [b](http://c.d)" in read(compiled.text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ month }}",
        "{{ 'x' }}",
        "{% if true %}x{% endif %}",
        "{% set x = 1 %}",
        "{% include 'issue.txt' %}",
        '{% if true %}{{ reader.x | fallback("y") }}{% endif %}',
        "{% wrong %}",
        "{{ unclosed",
        "{# unclosed",
        "{{ }}",
        "{{ reader.x }}",
        "{{ reader.x | fallback('y') | upper }}",
        "[x]({{ reader.x | fallback('https://example.org') }})",
        "[x](https://{{ reader.x | fallback('example.org') }}/)",
    ],
)
def test_other_braces_are_an_error_with_their_line(text: str, complaint: Complaint) -> None:
    said = complaint(issue_with(f"Fine.\n\n{text}"))

    assert said.startswith("issues/2026-11.md:6: in the introduction: ")
    assert "Hint: " in said


def test_all_that_is_wrong_is_told_at_once(complaint: Complaint) -> None:
    said = complaint(issue_with("{{ a }}\n\n{{ b }}"))

    assert [line for line in said.split("\n") if "braces are" in line] == [
        "issues/2026-11.md:4: in the introduction: these braces are not a reader's field",
        "issues/2026-11.md:6: in the introduction: these braces are not a reader's field",
    ]


def test_typographic_quotes_are_named_in_introduction_and_subject(complaint: Complaint) -> None:
    field = "{{ reader.first_name | fallback(\u201cx\u201d) }}"
    issue = "---\nsummaries: [2026-09-harbour-study]\nsubject: '{}'\n---\n{}\n"

    assert TYPOGRAPHIC in complaint({"issues/2026-11.md": issue.format("Hello", field)})
    assert TYPOGRAPHIC in complaint({"issues/2026-11.md": issue.format(field, "Hello")})


def test_braces_can_be_written_with_backslashes(compile_with: Compile) -> None:
    assert "Write {{ x }} so." in read(compile_with(issue_with(r"Write \{\{ x }} so.")).text)


def test_without_an_introduction_the_lead_names_the_blurbs(compile_with: Compile) -> None:
    compiled = compile_with(
        {
            "issues/2026-11.md": "---\nsummaries: [2026-09-harbour-study, 2026-10-quiet-rooms,"
            " 2026-11-two-letters]\n---\n"
        }
    )

    lead = (
        "This month I write about what clients remember, Silence that helps and"
        " silence that hurts, and Letters between sessions: a pilot."
    )
    assert lead in " ".join(read(compiled.text).split())
    assert f"<p>{lead}</p>" in _without_styles(read(compiled.html))


def _without_styles(html: str) -> str:
    import re

    return re.sub(r' style="[^"]*"', "", html)
