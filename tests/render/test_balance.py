from __future__ import annotations

import pytest

from newsletter.basics.files import read_text
from newsletter.basics.shipped import TEMPLATES as SHIPPED
from newsletter.render.templates.balance import first_unbalanced
from tests.render.conftest import Complaint

FOOTER = (SHIPPED / "default/parts/footer.mjml").read_text("utf-8")
SUMMARY = (SHIPPED / "default/parts/summary.mjml").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<a>\n<b>x</b>\n</a>", None),
        ('<a>\n<img src="x>y"><br>\n{{ "<b>" }}{% if x %}<!-- <i> -->{% endif %}<p /></a>', None),
        ("<a>\n\n<b>x</a>", (3, "<b> is not closed before </a>")),
        ("<a></a>\n</b>", (2, "</b> closes what is not open in this file")),
        ("{# one\ntwo #}\n<a>x", (3, "<a> is not closed in this file")),
    ],
)
def test_the_first_tag_without_its_other_half_is_found(
    source: str, found: tuple[int, str] | None
) -> None:
    assert first_unbalanced(source) == found


def test_every_shipped_part_closes_what_it_opens() -> None:
    parts = sorted(SHIPPED.rglob("*.mjml"))

    assert {path: first_unbalanced(read_text(path, path)) for path in parts} == dict.fromkeys(parts)


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        (
            "footer",
            FOOTER.replace("    </mj-section>\n", ""),
            ":2: the MJML is broken, <mj-section> is not closed in this file",
        ),
        (
            "summary",
            SUMMARY.replace("      </mj-column>\n", ""),
            ":3: the MJML is broken, <mj-column> is not closed before </mj-section>",
        ),
        (
            "footer",
            f"{FOOTER}</mj-section>",
            ":7: the MJML is broken, </mj-section> closes what is not open in this file",
        ),
        (
            "footer",
            FOOTER.replace("</b>", ""),
            ":4: the MJML is broken, <b> is not closed before </p>",
        ),
        (
            "footer",
            "",
            ": the template has no unsubscribe link",
        ),
    ],
)
def test_a_mistake_in_an_overridden_part_names_that_part(
    name: str, source: str, said: str, complaint: Complaint
) -> None:
    file = f"templates/parts/{name}.mjml"

    assert complaint({file: source}).startswith(f"{file}{said}")
