from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

from newsletter.render.slots.reader import Field, Reader, ReaderMisused
from newsletter.render.slots.slots import Slot
from tests.render.conftest import Compile, Complaint, read

FOOTER = "<mj-section><mj-column><mj-text><a href='{{ unsubscribe }}'>x</a></mj-text></mj-column></mj-section>"
TEMPLATE = "<mjml><mj-body>\n@\n" + FOOTER + "</mj-body></mjml>"
WHY = "templates are rendered once for everybody"


def template(code: str) -> dict[str, str]:
    return {"templates/default/issue.mjml": TEMPLATE.replace("@", code)}


@pytest.mark.parametrize(
    ("code", "use"),
    [
        ("{% if reader.name %}x{% endif %}", "a condition or a loop"),
        ('{% if reader.name == "Ada" %}x{% endif %}', "a comparison"),
        ("{% for c in reader.name %}x{% endfor %}", "a condition or a loop"),
        ('{{ reader.name | fallback("x") | upper }}', "the filter 'upper'"),
        ("{{ reader.name | upper }}", "the filter 'upper'"),
        ("{{ reader.name | length }}", "the filter 'length'"),
        ('{{ reader.name | default("x") }}', "the filter 'default'"),
        ('{{ reader.name | upper | fallback("x") }}', "the filter 'upper'"),
        ('{{ "Dear " ~ reader.name }}', "an expression"),
        ('{{ "Dear " + (reader.name | fallback("x")) }}', "an expression"),
        ('{{ "Dear %s" % reader.name }}', "an expression"),
        ('{{ "Dear {}".format(reader.name) }}', "a call"),
        ("{{ reader.name[0] }}", "an expression"),
        ("{{ reader.name[:1] }}", "an expression"),
        ("{{ reader.name.upper() }}", "an expression"),
        ("{{ reader.name is defined }}", "a test"),
        ('{{ "x" if reader.name else "y" }}', "a condition"),
        ('{{ (reader.name | fallback("x")) if 1 else "y" }}', "a condition"),
        ("{% set n = reader.name %}", "a variable"),
        ('{% set n = reader.name | fallback("x") %}', "a variable"),
        ('{% set n %}{{ reader.name | fallback("x") }}{% endset %}', "a variable"),
        ('{% filter upper %}{{ reader.name | fallback("x") }}{% endfilter %}', "a filter block"),
        ('{% macro m() %}{{ reader.name | fallback("x") }}{% endmacro %}', "a macro"),
        ('{% macro m(a) %}{% endmacro %}{{ m(reader.name | fallback("x")) }}', "a call"),
        ("{{ [reader.name] }}", "an expression"),
        ("{{ not reader.name }}", "an expression"),
    ],
)
def test_nothing_can_be_done_with_a_readers_field(
    code: str, use: str, complaint: Complaint
) -> None:
    said = complaint(template(code))

    assert said.startswith(f"templates/default/issue.mjml:2: reader.name cannot be used in {use}:")
    assert WHY in said


@pytest.mark.parametrize(
    "code",
    [
        "{{ reader }}",
        "{% set r = reader %}",
        "{{ reader[x] }}",
        '{{ reader | attr("name") }}',
        "{% for reader in summaries %}{% endfor %}",
        '{% set reader = "x" %}',
    ],
)
def test_reader_is_nothing_without_a_field(code: str, complaint: Complaint) -> None:
    assert complaint(template(code)) == (
        "templates/default/issue.mjml:2: 'reader' must be followed by a field's name:"
        ' {{ reader.first_name | fallback("colleague") }}'
    )


def test_a_field_needs_a_fallback(complaint: Complaint) -> None:
    assert complaint(template("{{ reader.name }}")) == (
        "templates/default/issue.mjml:2: reader.name needs a fallback, for readers of whom it is"
        ' not known: {{ reader.name | fallback("...") }}'
    )


@pytest.mark.parametrize(
    "argument", ["", "5", "newsletter.title", '"a" ~ "b"', '"a", "b"', r'"a\nb"']
)
def test_a_fallback_is_one_line_of_text_in_quotes(argument: str, complaint: Complaint) -> None:
    assert "the fallback of reader.name must be one line of text in quotes" in complaint(
        template(f"{{{{ reader.name | fallback({argument}) }}}}")
    )


def test_a_misuse_in_a_branch_that_never_runs_is_found(complaint: Complaint) -> None:
    assert WHY in complaint(template("{% if false %}{{ reader.name | upper }}{% endif %}"))


def test_a_misuse_in_an_included_file_names_that_file(complaint: Complaint) -> None:
    files = {
        **template('{% include "parts/mine.mjml" %}'),
        "templates/default/parts/mine.mjml": "\n\n{{ reader.name | upper }}",
    }

    assert complaint(files).startswith("templates/default/parts/mine.mjml:3: reader.name cannot")


def test_any_column_of_the_list_can_be_inserted(compile_with: Compile) -> None:
    text = (
        "<mj-section><mj-column><mj-text>{% for s in summaries %}"
        '{{ reader["Licence no"] | fallback("<none>") }}{% endfor %}</mj-text></mj-column></mj-section>'
    )

    html = compile_with(template(text)).html

    assert [part.name for part in html if isinstance(part, Slot)] == [
        "reader.Licence no",
        "reader.Licence no",
        "unsubscribe",
    ]
    assert "<none><none>" in read(html)


@pytest.mark.parametrize(
    "name",
    [
        *("str", "repr", "bool", "len", "iter", "hash", "int"),
        *("equal", "less", "plus", "plus behind", "format", "contains", "item", "html"),
    ],
)
def test_what_gets_past_the_parser_is_refused_again(name: str) -> None:
    with pytest.raises(ReaderMisused):
        USES[name](Field("name"))


USES: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "repr": repr,
    "bool": bool,
    "len": len,
    "iter": iter,
    "hash": hash,
    "int": int,
    "equal": lambda field: field == "x",
    "less": lambda field: field < 1,
    "plus": lambda field: field + "x",
    "plus behind": lambda field: "x" + field,
    "format": lambda field: f"{field:>3}",
    "contains": lambda field: "x" in field,
    "item": operator.itemgetter(0),
    "html": operator.methodcaller("__html__"),
}


def test_a_reader_hides_its_dunders() -> None:
    assert not hasattr(Reader(), "__html__")
