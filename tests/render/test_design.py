from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.render.contrast import EDGE, TEXT, contrast, hex_colour, nearest
from tests.conftest import SETTINGS
from tests.render.conftest import Compile, Complaint, issue_with, read

FIRST = SETTINGS.count("\n") + 3
COLOURS = st.from_regex(r"#[0-9A-F]{6}", fullmatch=True)


def design(text: str) -> dict[str, str]:
    return {"newsletter.toml": f"{SETTINGS}\n[design]\n{text}\n"}


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [  # as the contrast checkers of WebAIM and of axe-core give them
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
        ("#0B5C5A", "#E9F2F0", 6.84),
        ("#F00", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    one, other = hex_colour(first), hex_colour(second)
    assert contrast(one, other) == contrast(other, one)
    assert round(contrast(one, other), 2) == ratio


@given(colour=COLOURS, ground=COLOURS, ratio=st.sampled_from([TEXT, EDGE]))
def test_a_colour_that_can_be_read_is_always_found(colour: str, ground: str, ratio: float) -> None:
    found = nearest(hex_colour(colour), [(hex_colour(ground), ratio)])

    assert found is not None
    assert contrast(found, hex_colour(ground)) >= ratio


def test_colours_that_cannot_be_read_are_told_with_the_line_of_the_one_that_was_set(
    complaint: Complaint,
) -> None:
    assert complaint(design('ink = "#999"\npage = "#0B5C5A"\ndark_box = "#777777"')) == (
        f"newsletter.toml:{FIRST}: ink #999 on card #FFFFFF has a contrast of 2.84:1;"
        ' text needs 4.5:1\n  Hint: ink = "#6B6B6B" would do\n'
        f"newsletter.toml:{FIRST}: ink #999 on box #E9F2F0 has a contrast of 2.49:1;"
        ' text needs 4.5:1\n  Hint: ink = "#6B6B6B" would do\n'
        f"newsletter.toml:{FIRST + 1}: muted #4F5853 on page #0B5C5A has a contrast of 1.05:1;"
        ' text needs 4.5:1\n  Hint: page = "#BCD2D2" would do\n'
        f"newsletter.toml:{FIRST + 1}: accent #0B5C5A on page #0B5C5A has a contrast of 1:1;"
        ' text needs 4.5:1\n  Hint: page = "#BCD2D2" would do\n'
        f"newsletter.toml:{FIRST + 2}: dark_ink #ECE9E3 on dark_box #777777 has a contrast of"
        ' 3.69:1; text needs 4.5:1\n  Hint: dark_box = "#505050" would do\n'
        f"newsletter.toml:{FIRST + 2}: dark_accent #86D4C9 on dark_box #777777 has a contrast of"
        ' 2.61:1; text needs 4.5:1\n  Hint: dark_box = "#505050" would do'
    )


def test_a_template_says_itself_what_must_be_readable(complaint: Complaint) -> None:
    own = 'ribbon = "#FFEEEE"\n[edge_on]\nribbon = "card"\nribon = ["card"]\n'
    files = {
        "templates/mine/issue.mjml": "<mjml></mjml>",
        "templates/mine/design.toml": own,
        **issue_with("x", "template: mine\n"),
    }

    assert complaint(files) == (
        "templates/mine/design.toml:4: [edge_on] speaks of 'ribon', which is no colour here\n"
        "  Hint: did you mean 'ribbon'?"
    )
    files["templates/mine/design.toml"] = own.replace("ribon", "accent")
    assert complaint(files).startswith(
        "templates/mine/design.toml:1: ribbon #FFEEEE on card #FFFFFF has a contrast of 1.12:1; an"
        " edge or large text needs 3:1\n"
    )


def test_a_workspace_may_change_single_defaults(compile_with: Compile) -> None:
    html = read(compile_with({"templates/default/design.toml": 'accent = "#7A1F3D"\n'}).html)

    assert "#7A1F3D" in html
    assert "#0B5C5A" not in html


LOGO = 'logo = "https://example.org/logo.png?v=1&w=2"\n'


def test_a_logo_stands_above_the_title_with_words_for_those_who_do_not_see_it(
    compile_with: Compile,
) -> None:
    html = read(compile_with(design(LOGO + "logo_width = 200")).html)

    [image] = re.findall("<img [^>]*>", html)
    assert 'src="https://example.org/logo.png?v=1&amp;w=2"' in image
    assert 'alt="Practice Research Network"' in image
    assert 'width="200"' in image
    assert html.index("<img ") < html.index("<h1")


def test_without_a_logo_there_is_no_picture(compile_with: Compile) -> None:
    assert "<img" not in read(compile_with().html)


def test_a_logo_for_the_dark_shows_in_the_dark_only(compile_with: Compile) -> None:
    own = f'{LOGO}logo_dark = "https://example.org/dark.png"\nlogo_alt = "Näher \\"dran\\""'
    html = read(compile_with(design(own)).html)

    light, dark = re.findall("<img [^>]*>", html)
    assert "display:block" in light
    assert "display:none" in dark
    assert 'alt="Näher &quot;dran&quot;"' in dark or "alt='Näher" in dark
    assert ".logo .dark { display: block !important }" in html


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('"logo.png"', "'logo' must be a picture's address with https://; it is 'logo.png'"),
        ('"http://example.org/x.png"', "'logo' must be a picture's address with https://"),
        ('"data:image/png;base64,AAAA"', "'logo' must be a picture's address with https://"),
        ('"https://example.org/x y.png"', "'logo' must be a picture's address with https://"),
        ("5", "'logo' must be a picture's address with https://; it is 5"),
        ('"https://example.org/x.SVG?v=1"', "'logo' is an SVG, which mail programs do not show"),
    ],
)
def test_a_logo_that_no_mail_program_shows_is_refused(
    value: str, said: str, complaint: Complaint
) -> None:
    assert complaint(design(f"logo = {value}")).startswith(f"newsletter.toml:{FIRST}: {said}")


def test_a_wide_email_is_as_wide_as_is_set(compile_with: Compile) -> None:
    widths = {
        width: read(compile_with(design(f"width = {width}")).html).count(f"max-width:{width}px")
        for width in (600, 720)
    }

    assert all(times > 3 for times in widths.values())
