from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import NewsletterError
from newsletter.content.issue.summaries_edit import listed_in, new_issue, set_summaries

NAME = Path("issues/2026-11.md")


def edited(text: str, *slugs: str) -> str:
    return set_summaries(text.encode(), slugs, NAME).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("summaries: [a]\n", "summaries: [b, a]\n"),
        ("summaries: [ 'a', c ]   # mine\n", "summaries: [b, 'a']   # mine\n"),
        ("summaries: [a,\n  c]\nnumber: 1\n", "summaries: [b, a]\nnumber: 1\n"),
        ("summaries: [a, # why\n  c]\n", "# why\nsummaries: [b, a]\n"),
        ("summaries: a\n", "summaries: [b, a]\n"),
        ("summaries:\n", "summaries: [b, a]\n"),
        ("summaries:   # none yet\n", "summaries: [b, a]   # none yet\n"),
        ("summaries: ~\n", "summaries: [b, a]\n"),
        ('"summaries" : [a]\n', '"summaries" : [b, a]\n'),
        ("summaries:\n  - a\n", "summaries:\n  - b\n  - a\n"),
        ("summaries:\n- a # lead\n- c\nx: 1\n", "summaries:\n- b\n- a # lead\nx: 1\n"),
        (
            'summaries: # order\n    -  "a"\n\n    # next\n    -  c\n    # end\nnumber: 1\n',
            'summaries: # order\n    -  b\n\n    # next\n    -  "a"\n    # end\nnumber: 1\n',
        ),
        ("# head\nsubject:   'x'  # y\nsummaries: [a]\nzzz: [1,  2]\n", "# head\nsubject:   'x'  # y\nsummaries: [b, a]\nzzz: [1,  2]\n"),
        ("ignore:\n  summaries: x\nsummaries: [a]\n", "ignore:\n  summaries: x\nsummaries: [b, a]\n"),
        ("subject: x\n", "summaries: [b, a]\nsubject: x\n"),
        ("", "summaries: [b, a]\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_the_list_is_replaced_and_nothing_else(before: str, after: str, eol: str, bom: str) -> None:
    frame = "{}---\n{}--- \n\nsummaries: [not, this]\n  Body \n---\n"
    old = frame.format(bom, before).replace("\n", eol)
    assert edited(old, "b", "a") == frame.format(bom, after).replace("\n", eol)


@given(
    before=st.lists(st.sampled_from(["a", "b-c", "2026-11-x", "d"]), min_size=1, unique=True),
    after=st.lists(st.sampled_from(["a", "b-c", "2026-11-x", "e"]), min_size=1, unique=True),
    is_block=st.booleans(),
)
def test_the_new_list_is_what_is_read_back(
    before: list[str], after: list[str], *, is_block: bool
) -> None:
    rows = "".join(f"\n  - {slug}" for slug in before) if is_block else f" [{', '.join(before)}]"
    text = f"---\nsubject: s\nsummaries:{rows}\n# c\nnumber: 3\n---\nBody\n"
    result = edited(text, *after)
    assert listed_in(result, NAME) == tuple(after)
    assert result.endswith("\n# c\nnumber: 3\n---\nBody\n")
    assert edited(result, *after) == result


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"---\nsummaries: [a\n---\n", "the bracket [ is never closed"),
        (b"---\nsummaries: [a]\nsummaries: [b]\n---\n", "stands twice"),
        (b"---\nsummaries: [{a: b}]\n---\n", "summaries must be a list of texts"),
        (b"---\nsummaries:\n  - # odd\n    a\n---\n", "cannot be edited"),
        (b"---\ntitle: \xe9\n---\n", "the text is not in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_edited(data: bytes, message: str) -> None:
    with pytest.raises(NewsletterError) as caught:
        set_summaries(data, ("b", "c"), NAME)
    assert message in str(caught.value)


def test_a_new_issue_is_what_a_person_would_have_written() -> None:
    assert new_issue(("a", "b")) == "---\nsummaries: [a, b]\n---\n"
    long = ("2026-11-" + "x" * 50, "2026-11-" + "y" * 50)
    assert new_issue(long) == f"---\nsummaries:\n  - {long[0]}\n  - {long[1]}\n---\n"
