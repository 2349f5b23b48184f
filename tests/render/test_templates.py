from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SETTINGS
from tests.render.conftest import Compile, Complaint, issue_with, read

UNSUBSCRIBE = '<mj-text><a href="{{ unsubscribe }}">Leave</a></mj-text>'
SMALL = (
    f"<mjml><mj-body><mj-section><mj-column>{UNSUBSCRIBE}</mj-column></mj-section></mj-body></mjml>"
)


def design(text: str) -> dict[str, str]:
    return {"newsletter.toml": f"{SETTINGS}\n[design]\n{text}\n"}


def test_a_workspace_overrides_a_single_file(compile_with: Compile) -> None:
    html = read(compile_with({"templates/default/parts/inline.css": "h1 { color: #123456 }"}).html)

    assert "color:#123456" in html
    assert "Practice Implications" in html


def test_a_part_may_lie_in_templates_itself(compile_with: Compile) -> None:
    part = f"<mj-section><mj-column>{UNSUBSCRIBE}</mj-column></mj-section>"
    own = part.replace("Leave", "Nearer")

    assert ">Leave</a>" in read(compile_with({"templates/parts/footer.mjml": part}).html)
    assert ">Nearer</a>" in read(compile_with({"templates/default/parts/footer.mjml": own}).html)


def test_the_parts_of_a_template_are_no_template(complaint: Complaint) -> None:
    files = {"templates/parts/x.css": "", **issue_with("x", "template: parts\n")}

    assert complaint(files).startswith("issues/2026-11.md:3: no template named 'parts'")


def test_a_template_of_ones_own_takes_what_it_lacks_from_the_default(compile_with: Compile) -> None:
    files = {"templates/letter/issue.mjml": SMALL, **issue_with("x", "template: letter\n")}

    compiled = compile_with(files)

    assert "Practice Implications" not in read(compiled.html)
    assert "PRACTICE IMPLICATIONS" in read(compiled.text)


def test_an_unknown_template_is_answered_with_the_nearest(complaint: Complaint) -> None:
    assert complaint(issue_with("x", "template: defualt\n")) == (
        "issues/2026-11.md:3: no template named 'defualt'\n  Hint: did you mean 'default'?"
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("\n{{ newsleter.title }}", "templates/default/issue.mjml:2: 'newsleter' is undefined"),
        (
            "\n{{ design.acent }}",
            "issue.mjml:2: 'design' has no 'acent'\n  Hint: did you mean 'accent",
        ),
        ("\n{{ newsletter.titel }}", "issue.mjml:2: 'newsletter' has no 'titel'\n  Hint: did you"),
        (
            "\n{% for i in range(10001) %}{% endfor %}",
            "issue.mjml:2: range counts to 1,000 at most",
        ),
        ("\n{{ 'x' * 1000000000 }}", "issue.mjml:2: '*' makes at most 100,000 characters"),
        ("\n{{ 10 ** 1000000000 }}", "issue.mjml:2: '**' is not there in a template"),
        (SMALL.replace("Leave", "\n<p>Leave"), "issue.mjml:2: the MJML is broken, <p> is not"),
        (SMALL.replace("Leave", "\nA & B < C"), "issue.mjml:2: the MJML is broken, '<' must be"),
        (SMALL.replace("Leave", "\nA\x85"), "issue.mjml:2: the control character U+0085"),
        (SMALL.replace("Leave", "\n<script>1</script>"), "issue.mjml:2: a script is refused"),
        (
            SMALL.replace("Leave", "\n<p style='color:{{ reader.x | fallback(\"red\") }}'>x</p>"),
            "issue.mjml:2: a reader's value cannot stand in the attribute 'style'",
        ),
        ("\n\n{% if %}", "templates/default/issue.mjml:3: "),
        ("\n{% include 'parts/foter.mjml' %}", "templates/default/issue.mjml:2: there is no"),
        ("{% include 'issue.mjml' %}", "the template includes itself without end"),
        ("\n{% include '../../../secret' %}", "there is no template file '../../../secret'"),
        ("\n{{ 1 / 0 }}", "templates/default/issue.mjml:2: ZeroDivisionError: division by zero"),
        ("{{ ''.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ summaries.append(1) }}", "access to attribute 'append' of 'list' object is unsafe"),
        ("{{ reader.x | fallback('y') }}", "the MJML is broken"),
        (
            SMALL.replace("mj-section", "mj-secton"),
            "issue.mjml:1: there is no MJML tag <mj-secton>",
        ),
        (SMALL.replace("</mj-column>", ""), "the MJML is broken"),
        (SMALL.replace("unsubscribe", "newsletter.site_url"), "has no unsubscribe link"),
        (SMALL.replace("{{ unsubscribe }}", "{{ unsubscribe }}?a=b"), "the whole of its link"),
        (SMALL.replace("Leave", "{{ unsubscribe | upper }}"), "was altered"),
        (SMALL.replace("Leave", "<div>" * 300 + "x" + "</div>" * 300), "its end was lost"),
        (
            SMALL.replace(
                "<mj-body>", "<mj-head><mj-style>@import 'x';</mj-style></mj-head><mj-body>"
            ),
            "@import is refused",
        ),
        (
            SMALL.replace("{{ unsubscribe }}", "{{ reader.x | fallback('y') }}"),
            "cannot begin a URL",
        ),
    ],
    ids=range(27),
)
def test_a_fault_in_a_template_is_told_with_its_place(
    code: str, said: str, complaint: Complaint
) -> None:
    told = complaint({"templates/default/issue.mjml": code})

    assert said in told
    assert told.startswith("templates/default/issue.mjml")


def test_a_template_that_is_no_text_is_named(workspace: Path, complaint: Complaint) -> None:
    file = workspace / "templates/default/issue.mjml"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"<mjml>\n\xff</mjml>")

    assert complaint({}).startswith("templates/default/issue.mjml:2: the text is not in UTF-8")


def test_the_text_part_needs_its_unsubscribe_link_too(complaint: Complaint) -> None:
    assert complaint({"templates/default/issue.txt": "Hello."}) == (
        "templates/default/issue.txt: the template has no unsubscribe link: every mail must have"
        " one\n  Hint: put {{ unsubscribe }} into its footer"
    )


def test_design_values_replace_the_templates_own(compile_with: Compile) -> None:
    html = read(compile_with(design('accent = "#aa0000"\ntext_font = "Charter, serif"')).html)

    assert "color:#aa0000" in html
    assert "Charter, serif" in html
    assert "#0B5C5A" not in html


def test_every_wrong_design_value_is_told_with_its_line(complaint: Complaint) -> None:
    first = SETTINGS.count("\n") + 3

    assert complaint(
        design('acent = "#aa0000"\ncard = "red"\nwidth = "640"\nmeta_font = "a;b"')
    ) == (
        f"newsletter.toml:{first}: the template has no design value 'acent'\n"
        "  Hint: did you mean 'accent'?\n"
        f"newsletter.toml:{first + 1}: 'card' must be a colour such as #FFFFFF; it is 'red'\n"
        f"newsletter.toml:{first + 2}: 'width' must be pixels, such as 640; it is '640'\n"
        f"newsletter.toml:{first + 3}: 'meta_font' must be fonts such as"
        " \"Helvetica, Arial, sans-serif\"; it is 'a;b'"
    )


@pytest.mark.parametrize("value", ["3.5", "true", "[1]", '{ a = "b" }'])
def test_a_templates_own_design_values_are_of_a_known_kind(
    value: str, complaint: Complaint
) -> None:
    assert complaint({"templates/default/design.toml": f"\nshade = {value}"}) == (
        "templates/default/design.toml:2: 'shade' is neither a colour, a list of fonts nor a number"
        " of pixels"
    )


def test_a_fault_in_a_part_is_told_there_though_its_line_stands_in_others_too(
    complaint: Complaint,
) -> None:
    part = "<mj-section>\n<mj-column>\n<mj-text>\n<p>\n</mj-text>\n</mj-column>\n</mj-section>\n"

    assert complaint({"templates/default/parts/footer.mjml": part}).startswith(
        "templates/default/parts/footer.mjml:4: the MJML is broken, <p> is not closed before"
    )


def test_every_save_of_a_template_counts(compile_with: Compile, workspace: Path) -> None:
    file = workspace / "templates/default/parts/footer.mjml"

    def footer(words: str) -> str:
        part = (
            f"<mj-section><mj-column>{UNSUBSCRIBE.replace('Leave', words)}</mj-column></mj-section>"
        )
        return read(compile_with({"templates/default/parts/footer.mjml": part}).html)

    shipped = read(compile_with().html)
    assert "Bye one" in footer("Bye one")
    assert "Bye two" in footer("Bye two")
    file.unlink()
    assert read(compile_with().html) == shipped
