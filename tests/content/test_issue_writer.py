from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import NewsletterError
from newsletter.content.issue.file import read_issue
from newsletter.content.issue.form import Form, News, one_line, read_form, several_lines
from newsletter.content.issue.writer import Edit, FieldError, edited, wanted

NAME = Path("issues/2026-11.md")

FILE = """\
---
# Our second year.
summaries: [a, b]   # two
subject: "Hi"  # optional
announcements:   # other
  # one
  - title: 'A'
    text: >
      folded
      text
    url: https://a.example/

  # two
  - title: B
    text: |  # md
      x

      y
template: letter
ignore: {link-text: "our own wording"}
---

Intro *here*.BREAK
Two

""".replace("BREAK", "  ")
A = News(title="A", text="folded text", url="https://a.example/")
B = News(title="B", text="x\n\ny")


def after(text: str = FILE, eol: str = "\n", **fields: Any) -> str:
    data = text.replace("\n", eol).encode()
    return edited(data, Edit(**fields), NAME).decode()


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        ({"subject": "Hello"}, 'subject: "Hi"  #', 'subject: "Hello"  #'),
        ({"subject": 'Say "hello"'}, 'subject: "Hi"  #', "subject: 'Say \"hello\"'  #"),
        ({"subject": ""}, 'subject: "Hi"  # optional', "subject:  # optional"),
        ({"preheader": "x: y #"}, "optional\n", 'optional\npreheader: "x: y #"\n'),
        ({"number": "12"}, "optional\n", "optional\nnumber: 12\n"),
        ({"summaries": ("b", "c")}, "[a, b]", "[b, c]"),
        ({"introduction": "Intro *here*.  \nThree\n---"}, "Two", "Three\n---"),
        ({"introduction": ""}, "Intro *here*.  \nTwo", ""),
        ({"announcements": ((0, replace(A, title="It's")), (1, B))}, "'A'", "'It''s'"),
        ({"announcements": ((0, replace(A, url="")), (1, B))}, "    url: https://a.example/\n", ""),
        ({"announcements": ((0, A), (1, replace(B, url="mailto:a@example.org")))}, "      y\n", "      y\n    url: mailto:a@example.org\n"),
        ({"announcements": ((0, A), (1, replace(B, text="z")))}, "      x\n\n      y\n", "      z\n"),
        ({"announcements": ((0, A), (1, B), (None, News(title="C: c", text="1\n---\n2")))}, "template:", '  - title: "C: c"\n    text: |\n      1\n      ---\n      2\ntemplate:'),
        ({"announcements": ((0, A),)}, "  - title: B\n    text: |  # md\n      x\n\n      y\n", ""),
        ({"announcements": ((0, A), (1, B))}, "", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_what_is_edited_changes_and_nothing_else(
    fields: dict[str, Any], old: str, new: str, eol: str, bom: str
) -> None:
    text = bom + FILE
    assert after(text, eol, **fields) == text.replace(old, new, 1 if old else 0).replace("\n", eol)


def test_an_announcement_moves_with_the_remark_above_it() -> None:
    first, second, end = (FILE.index(each) for each in ("  # one", "\n  # two", "template:"))
    one, two = FILE[first:second], FILE[second + 1 : end]
    assert after(announcements=((1, B), (0, A))) == FILE[:first] + two + "\n" + one + FILE[end:]


def test_no_remark_is_lost_with_the_last_announcement() -> None:
    start, end = FILE.index("announcements:"), FILE.index("template:")
    assert after(announcements=()) == FILE[:start] + "# other\n  # one\n\n  # two\n" + FILE[end:]


@pytest.mark.parametrize(
    ("before", "result"),
    [
        ("", "announcements:\n  - title: N\n    text: n\n"),
        ("announcements:\n", "announcements:\n  - title: N\n    text: n\n"),
        ("announcements: []  # none\n", "# none\nannouncements:\n  - title: N\n    text: n\n"),
        ("announcements: ~\n", "announcements:\n  - title: N\n    text: n\n"),
    ],
)
def test_a_first_announcement_goes_where_there_was_none(before: str, result: str) -> None:
    text = f"---\nsummaries: [a]\n{before}---\n"
    news = ((None, News(title="N", text="n")),)
    assert after(text, announcements=news) == f"---\nsummaries: [a]\n{result}---\n"


@pytest.mark.parametrize(
    "written",
    [
        "announcements: [{title: A, text: t}, {title: B, text: u}]\n",
        "announcements:\n  - {title: A, text: t} # x\n  - {title: B, text: u}\n",
        "announcements:\n- title: A\n  text: t\n-\n  text: u\n  title: B\n",
        "announcements:\n  -   text: t\n      title: A\n  # c - d\n  -   title: B\n      text: u\n",
    ],
)
def test_announcements_of_every_form_can_be_edited(written: str) -> None:
    text = f"---\n{written}summaries: [a]\n---\n"
    old = read_form(text.encode(), NAME).form.announcements
    assert old == (News(title="A", text="t"), News(title="B", text="u"))
    new = (
        (1, replace(old[1], url="https://example.org/")),
        (None, News(title="C", text="v")),
        (0, old[0]),
    )
    result = after(text, announcements=new)
    assert read_form(result.encode(), NAME).form == Form(
        summaries=("a",), announcements=tuple(news for _, news in new)
    )


@pytest.mark.parametrize(
    ("rows", "subject", "result"),
    [
        ("subject: |-  # why\n    deep\n", "", "subject:  # why\n"),
        ("subject: |-  # why\n    deep\n  # after\n", "new", "subject: |  # why\n   new\n  # after\n"),
        ("subject: >-\n  folded\n  text\n\n# next\n", "x: y", "subject: |\n  x: y\n\n# next\n"),
        ("subject: plain\n  over lines  # why\n", "new", "subject: new  # why\n"),
        ("subject: 'quoted\n  over lines'\n", "new", "subject: 'new'\n"),
        ("subject:\n", "new", "subject: new\n"),
        ("subject: ~ # none\n", "new", "subject: new # none\n"),
        ("'subject' :   old\n", "new", "'subject' :   new\n"),
    ],
)  # fmt: skip
def test_a_key_of_every_form_can_be_set(rows: str, subject: str, result: str) -> None:
    frame = "---\n# head\nsummaries: [a]\n{}number: 1\n---\n"
    assert after(frame.format(rows), subject=subject) == frame.format(result)


def test_a_key_without_a_colon_elsewhere_stops_no_edit() -> None:
    text = "---\nsummaries: [a]\nignore: {a}\n---\n"
    assert after(text, subject="S") == text.replace("ignore", "subject: S\nignore")


def test_a_list_that_is_not_there_is_missed_at_its_own_field() -> None:
    read = read_form(b"---\nsubject: S\npreheader: P\n---\n", NAME)
    assert [(field, problem.message) for field, problem in read.problems] == [
        ("summaries", "the issue has no summaries")
    ]


def test_a_remark_within_an_announcement_goes_with_it() -> None:
    text = "---\nannouncements:\n  - title: A\n    text: t\n    # ask first\n  - title: B\n    text: |\n      u\n    # last\n# end\nsummaries: [a]\n---\n"
    a, b = read_form(text.encode(), NAME).form.announcements
    new = News(title="C", text="1\n2")
    assert after(text, announcements=((None, new), (0, a))) == (
        "---\nannouncements:\n  - title: C\n    text: |\n      1\n      2\n  - title: A\n    text: t\n"
        "    # ask first\n# end\nsummaries: [a]\n---\n"
    )
    assert after(text, announcements=((1, b), (0, a))) == (
        "---\nannouncements:\n  - title: B\n    text: |\n      u\n    # last\n  - title: A\n    text: t\n"
        "    # ask first\n# end\nsummaries: [a]\n---\n"
    )


def test_a_single_announcement_without_a_hyphen_becomes_a_list() -> None:
    text = "---\nannouncements:\n  title: A\n  text: t # odd\nsummaries: [a]\n---\n"
    old = read_form(text.encode(), NAME).form.announcements
    assert old == (News(title="A", text="t # odd"),)
    assert after(text, announcements=((0, old[0]), (None, News(title="B", text="u")))) == (
        '---\n# odd\nannouncements:\n  - title: A\n    text: "t # odd"\n'
        "  - title: B\n    text: u\nsummaries: [a]\n---\n"
    )


def test_what_yaml_would_cut_off_is_shown_whole_and_mended_by_an_edit() -> None:
    text = "---\nsummaries: [a]\nsubject: Notes #12 of May\n---\n"
    assert read_form(text.encode(), NAME).form.subject == "Notes #12 of May"
    assert after(text, subject="Notes #12 of June") == text.replace(
        "Notes #12 of May", '"Notes #12 of June"'
    )


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"number": "twelve"}, "number", "number must be a whole number, not 'twelve'"),
        ({"subject": "a\nb"}, "subject", "the subject is one line: take the line break out"),
        ({"subject": "a\x00"}, "subject", "the subject holds a character that cannot be sent (U+0000): take it out"),
        ({"subject": "\ud800"}, "subject", "the subject holds a character that cannot be sent (U+D800): take it out"),
        ({"introduction": "\x1b[2J"}, "introduction", "the introduction holds a character that cannot be sent (U+001B): take it out"),
        ({"preheader": "x" * 1001}, "preheader", "the preheader has 1,001 characters; 1,000 are the most"),
        ({"preheader": "{{ reader.name }}"}, "preheader", "a reader's field cannot stand in the preheader"),
        ({"announcements": ((0, replace(A, url="javascript:x")), (1, B))}, "announcements.0.url", "'javascript:x' is no web or mail address"),
        ({"announcements": ((1, B), (None, News(text="t")))}, "announcements.1.title", "announcements: title is missing"),
        ({"announcements": ((0, A), (1, replace(B, text="")))}, "announcements.1.text", "announcements: text is missing"),
        ({"announcements": ((0, A), (0, A))}, "announcements", "an announcement is named that is not there"),
        ({"announcements": ((2, A),)}, "announcements", "an announcement is named that is not there"),
        ({"summaries": ("a", "a")}, "summaries.1", "'a' stands twice"),
        ({"summaries": ("a",) * 101}, "summaries", "100 summaries are the most"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_told_at_its_field(
    fields: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(FieldError) as caught:
        after(**fields)
    assert [(caught.value.fields, each.message) for each in caught.value.problems] == [
        ((field,), message)
    ]


def test_an_error_that_was_there_before_stops_no_other_edit() -> None:
    text = "---\nsummaries: [a]\nnumber: x\nannouncements:\n  - title: A\n    text: t\n    url: nope\n---\n"
    read = read_form(text.encode(), NAME)
    assert [(field, problem.line) for field, problem in read.problems] == [
        ("number", 3),
        ("announcements.0.url", 7),
    ]
    assert after(text, subject="S") == text.replace("number", "subject: S\nnumber")


@pytest.mark.parametrize(
    ("front", "field"),
    [
        ("subject: [a, b]", "subject"),
        ("summaries: [[a]]", "summaries"),
        ("announcements: [text]", "announcements"),
        ("announcements: [{title: a, text: b, image: c}]", "announcements"),
    ],
)
def test_what_no_form_can_show_is_locked(front: str, field: str) -> None:
    text = f"---\n{front}\nnumber: 1\n---\n"
    assert read_form(text.encode(), NAME).locked == {field}
    edit: dict[str, Any] = {"subject": "x", "summaries": ("b",), "announcements": ()}
    with pytest.raises(FieldError) as caught:
        after(text, **{field: edit[field]})
    assert caught.value.problems[0].hint == "edit it in the file"
    assert after(text, number="2") == text.replace("number: 1", "number: 2")


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\nsummaries: [a\n---\n", "---\na: 1\na: 2\n---\n", "---\n{summaries: [a]}\n---\n"]
)  # fmt: skip
def test_a_broken_file_is_not_edited(text: str) -> None:
    with pytest.raises(NewsletterError):
        after(text, subject="x")


# Any text in, the same text out

NASTY = ["x: y #", "---", "'", '"', "\\", "@a", "|", ">", "%", "&a", "*a", "!t", "- a", "? a", "#", ": ", " #", "{{", "[", "]", "{", ",", "null", "true", "~", "0x1", "2026-11", "é", "e\u0301", "\u200f\u202e", "😀", "\u00a0", "\t", "\ufeff", "\u3000"]  # fmt: skip
characters = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"
)
line = st.lists(st.one_of(st.sampled_from(NASTY), st.text(characters, max_size=6)), max_size=5).map(
    "".join
)
block = st.lists(
    st.one_of(line, st.sampled_from(["", "---", "  ", "    code", "\tx", "  "])), max_size=5
).map("\n".join)
urls = st.sampled_from(
    ["", "https://example.org/a?b=c#d", "mailto:a@example.org", "http://x.example/'\"#:,]}"]
)


def filled(text: str, other: str) -> str:
    return text if one_line(text) else other


news = st.builds(
    News,
    title=line.map(lambda text: filled(text, "T")),
    text=block.map(lambda text: text if several_lines(text) else "t"),
    url=urls,
).filter(lambda each: "reader" not in each.title + each.text)
SHAPES = [
    FILE,
    "---\nsummaries: [a]\n---\n",
    "---\nsummaries:\n- a # lead\n- b\nsubject: >-\n  folded\n  subject\n\n# end\n---\nBody",
    "---\n\npreheader: 'it''s'\n# c\nsummaries: [a,\n  b]\nannouncements:\n- title: T\n  text: |\n    t\n\n-\n  # c\n  text: 'u'\n  title: U\n---\n\n\n",
    "---\nannouncements: [{title: A, text: b}]\nsummaries: [a]\nnumber:   # later\nsubject: 'multi\n  line'\n---\n---\n",
]  # fmt: skip


@given(
    shape=st.sampled_from(SHAPES),
    eol=st.sampled_from(["\n", "\r\n", "\r"]),
    subject=st.none() | line,
    preheader=st.none() | line,
    number=st.none() | st.sampled_from(["", "1", "120"]),
    introduction=st.none() | block,
    fresh=st.lists(news, max_size=2),
    data=st.data(),
)
def test_an_edit_reads_back_as_exactly_what_was_wanted(
    shape: str,
    eol: str,
    subject: str | None,
    preheader: str | None,
    number: str | None,
    introduction: str | None,
    fresh: list[News],
    data: st.DataObject,
) -> None:
    old = shape.replace("\n", eol).encode()
    before = read_form(old, NAME).form
    there: list[tuple[int | None, News]] = list(enumerate(before.announcements))
    kept = [
        (was, data.draw(st.just(item) | news)) for was, item in there if data.draw(st.booleans())
    ]
    mixed = tuple(data.draw(st.permutations([*kept, *((None, each) for each in fresh)])))
    edit = Edit(
        subject=subject,
        preheader=preheader,
        number=number,
        introduction=introduction,
        announcements=mixed,
    )
    new = edited(old, edit, NAME)
    read = read_form(new, NAME).form
    assert read == Form(
        summaries=before.summaries,
        subject=before.subject if subject is None else nfc(subject.strip()),
        preheader=before.preheader if preheader is None else nfc(preheader.strip()),
        number=before.number if number is None else number,
        introduction=before.introduction if introduction is None else several_lines(introduction),
        announcements=tuple(
            News(title=nfc(each.title.strip()), text=several_lines(each.text), url=each.url)
            for _, each in mixed
        ),
    )
    assert edited(new, Edit(subject=read.subject, introduction=read.introduction), NAME) == new


@pytest.mark.parametrize("old", ["", "subject: old\n", "subject: 'old' # why\n", 'subject: "old"\n', "subject: |\n  old\n"])  # fmt: skip
def test_no_character_means_anything_to_yaml(old: str) -> None:
    forms = ("{}", "a{}b", "a {} b", "{} b", "a {}", "'{}'", '"{}" \\')
    for text in (form.format(piece) for piece in NASTY for form in forms):
        result = after(f"---\nsummaries: [a]\n{old}---\n", subject=text)
        assert read_form(result.encode(), NAME).form.subject == one_line(text)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@given(field=st.sampled_from(["subject", "preheader", "introduction"]), text=line)
def test_the_rows_of_other_keys_stay_to_the_byte(field: str, text: str) -> None:
    rows = {
        "summaries": "# our two\nsummaries:   [ a,b ]  # order\n",
        "subject": "subject:   'old'   # why\n",
        "preheader": "preheader: old\n# behind\n",
        "ignore": "ignore:\n    link-text:   reason\n",
    }
    body = "\n\n  Old introduction  \n\n"
    old = "---\n" + "".join(rows.values()) + "---" + body
    new = after(old, **{field: text})
    for key, row in rows.items():
        assert row in new or key == field
    assert new.endswith(body) or field == "introduction"
    assert new.startswith("---\n# our two\n")


def test_the_reader_of_issues_agrees(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.parent.mkdir()
    edit = Edit(subject="a: b #c", number="7", announcements=((1, replace(B, text="1\n2")), (0, A)))
    file.write_bytes(edited(FILE.encode(), edit, NAME))
    issue = read_issue(file, tmp_path)
    told = Form(
        summaries=issue.summaries,
        subject=issue.subject or "",
        number=str(issue.number),
        announcements=tuple(
            News(title=each.title, text=each.text.text, url=each.url or "")
            for each in issue.announcements
        ),
        introduction=issue.introduction.text if issue.introduction else "",
    )
    assert told == wanted(read_form(FILE.encode(), NAME).form, edit)
