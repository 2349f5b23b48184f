"""html-validate's judgement of every sample."""

from __future__ import annotations

import pytest

from tests.browser.judges import ask
from tests.browser.mails import NAMES, every_template, html_of

pytestmark = pytest.mark.stranger("judges")


@every_template
def test_html_validate_finds_nothing(template: str) -> None:
    answers = ask("html-validate.mjs", [html_of(name, template) for name in NAMES])

    assert {name: found for name, found in zip(NAMES, answers, strict=True) if found} == {}


def test_html_validate_finds_what_is_wrong() -> None:
    wrong = html_of("one", "default").replace("</h1>", "</h1><div><p>x</div>", 1)

    [found] = ask("html-validate.mjs", [wrong])

    assert [rule for rule, *_ in found] == ["no-implicit-close"]
