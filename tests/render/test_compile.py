from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as parser

from newsletter.basics.errors import NewsletterError
from newsletter.basics.shipped import TEMPLATES
from newsletter.content.passage import Passage
from newsletter.render.compile import compile_issue
from newsletter.render.compiled import CompiledIssue
from newsletter.render.slots.slots import Context, Slot
from newsletter.workspace import open_workspace
from tests.conftest import SETTINGS
from tests.render.conftest import Compile, Complaint, issue_with, read

SICI = "10.1002/(SICI)1097-4679(199601)52:1<99::AID-JCLP13>3.0.CO;2-9"


def words_of(compiled: CompiledIssue) -> str:
    document = parser.document_fromstring(read(compiled.html))
    body = document.find("body")
    assert body is not None
    return " ".join(str(body.text_content()).split())


def links_of(compiled: CompiledIssue) -> list[str]:
    document = parser.document_fromstring(read(compiled.html))
    return [str(link.get("href")) for link in document.iter("a") if link.get("href")]


def test_everything_of_an_issue_is_in_both_parts(compile_with: Compile) -> None:
    compiled = compile_with(
        {
            "issues/2026-11.md": "---\nsummaries: [2026-09-harbour-study, 2026-11-two-letters]\n"
            "number: 12\nannouncements:\n  - title: Annual conference\n    text: It is **open**.\n"
            "    url: https://example.org/conference\n---\nWelcome to the month.\n"
        }
    )

    for part in (words_of(compiled), " ".join(read(compiled.text).split())):
        for piece in (
            "Issue 12 · November 2026",
            "Practice Notes",
            "Research, summarised for practice",
            "Welcome to the month.",
            "What clients remember of their first session",
            "Okafor, L., & Brandt, T. (2026). First sessions remembered.",
            "Studies, 12(3), 45-61. https://doi.org/10.5555/jis.2026.0045",
            "four invented clinics what stayed with them (p < .05).",
            "understood",
            ", & few named advice.",
            "Leave room in a first session",
            "Type of research: Narrative review",
            "Letters between sessions: a pilot",
            "A short letter can carry",
            "Annual conference",
            "Practice Research Network",
            "1 Example Street, Ottawa ON",
            "editor@example.org",
            "You receive Practice Notes because",
        ):
            assert piece in part, piece
    for url in (
        "https://news.example.org/2026-11/",
        "https://doi.org/10.5555/jis.2026.0045",
        "https://example.org/conference",
        "https://news.example.org/u/TOKEN",
    ):
        assert links_of(compiled).count(url) == 1
        assert read(compiled.text).count(url) == 1


def test_the_outline_is_one_h1_an_h2_a_summary_and_an_h3(compile_with: Compile) -> None:
    document = parser.document_fromstring(read(compile_with().html))

    assert [
        (heading.tag, heading.text_content())
        for heading in document.iter("h1", "h2", "h3", "h4", "h5", "h6")
    ] == [
        ("h1", "Practice Notes"),
        ("h2", "In this issue"),
        ("h2", "Letters between sessions: a pilot"),
        ("h3", "Practice Implications"),
        ("h2", "Silence that helps and silence that hurts"),
        ("h3", "Practice Implications"),
    ]


def test_without_a_site_there_are_no_web_links(compile_with: Compile) -> None:
    settings_text = re.sub("site_url.*\n", "", SETTINGS)

    compiled = compile_with({"newsletter.toml": settings_text})

    assert "View in the browser" not in words_of(compiled) + read(compiled.text)
    assert not any("news.example.org/2026" in link for link in links_of(compiled))


def test_the_same_files_give_the_same_bytes_in_every_process(workspace: Path) -> None:
    code = (
        "import dataclasses, json, sys; from newsletter.workspace import *\n"
        "from pathlib import Path\n"
        "w = open_workspace(Path(sys.argv[1]))\n"
        "print(json.dumps(dataclasses.asdict(w.compile(w.issue('2026-11')))))"
    )

    def built(seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(workspace)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    first, second = built("1"), built("2")

    assert first == second
    assert len(json.loads(first)["digest"]) == 64


@pytest.mark.parametrize(
    ("blurb", "ends"),
    [
        ("what helps", "I write about what helps."),
        ("What helps.", "I write about What helps."),
        ("does it help?", "I write about does it help?"),
        ("the work of Li et al.", "I write about the work of Li et al."),
        ("and so on...", "I write about and so on..."),
    ],
)
def test_a_blurb_that_is_a_sentence_ends_the_lead_once(
    blurb: str, ends: str, compile_with: Compile
) -> None:
    compiled = compile_with(
        {
            "newsletter.toml": SETTINGS.replace(
                "[newsletter]\n", '[newsletter]\nlead = "I write about {{ blurbs }}."\n'
            ),
            "summaries/2026-11-two-letters.md": "---\ntitle: T\npublished: 2026-11\n"
            f"blurb: {blurb}\n---\nText.\n",
            **issue_with(""),
        }
    )

    assert f"<p>{ends}</p>" in re.sub(' style=.[^"]*.', "", read(compiled.html))
    assert f"\n{ends}\n" in read(compiled.text)


def test_one_summary_needs_no_list_of_contents(compile_with: Compile) -> None:
    compiled = compile_with(issue_with("Hello."))

    assert "In this issue" not in words_of(compiled)
    assert "IN THIS ISSUE" not in read(compiled.text)


def test_the_nonce_leaves_no_trace(compile_with: Compile) -> None:
    assert compile_with(nonce="a1") == compile_with(nonce="b" * 60)


def test_the_digest_follows_every_part(compile_with: Compile) -> None:
    digests = {
        compile_with().digest,
        compile_with(issue_with("Hello.")).digest,
        compile_with(issue_with("Hello!")).digest,
        compile_with(issue_with("Hello!", "subject: Other\n")).digest,
        compile_with(issue_with("Hello!", "subject: Other\npreheader: Other\n")).digest,
        compile_with(issue_with('{{ reader.x | fallback("Hello!") }}')).digest,
        compile_with(issue_with('{{ reader.x | fallback("Hello?") }}')).digest,
    }

    assert len(digests) == 7


def test_a_subject_may_have_facts_and_slots(compile_with: Compile) -> None:
    subject = (
        'subject: \'{{ reader.first_name | fallback("you") }}: {{ title }}'
        " {{ number }} & <{{ month }}>'\nnumber: 3\n"
    )

    assert compile_with(issue_with("x", subject)).subject == (
        Slot("reader.first_name", "you", Context.TEXT),
        ": Practice Notes 3 & <November 2026>",
    )


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("{{ titel }}", "'titel' is undefined\n  Hint: did you mean 'title'?"),
        ("{{ title", "unexpected end of template"),
        ("{{ reader.x | upper }}", "reader.x cannot be used in the filter 'upper'"),
        ("{{ '' }}", "the subject is empty"),
    ],
)
def test_a_wrong_subject_is_told_with_its_line(
    subject: str, said: str, complaint: Complaint
) -> None:
    told = complaint(issue_with("x", f'subject: "{subject}"\n'))

    assert told.startswith(f"issues/2026-11.md:3: {said}")


def test_a_wrong_setting_is_told_with_its_line(complaint: Complaint) -> None:
    settings_text = SETTINGS.replace("[newsletter]\n", '[newsletter]\nsubject = "{{ x }}"\n')

    assert complaint({"newsletter.toml": settings_text}).startswith(
        "newsletter.toml:2: 'x' is undefined"
    )


def test_a_preheader_is_filled_up_so_that_the_body_stays_out_of_the_preview(
    compile_with: Compile,
) -> None:
    compiled = compile_with()

    assert compiled.preheader == "Letters and silences"
    assert re.search("Letters and silences(?:\u034f\u2007){65}</div>", read(compiled.html))


def test_braces_in_content_come_out_as_written(compile_with: Compile) -> None:
    compiled = compile_with(
        {
            "summaries/2026-11-two-letters.md": "---\ntitle: 'A {{ title }} {% x %} & <b> \\'\n"
            "published: 2026-11\ncitation: 'X {{ y }}'\nauthor: '{{ z }}'\n---\n{{ w }} {% v %}\n"
        }
    )

    for part in (words_of(compiled), read(compiled.text)):
        assert "A {{ title }} {% x %} & <b> \\" in part
        assert "X {{ y }}" in part
        assert "Summary by {{ z }}" in part
        assert "{{ w }} {% v %}" in part


def test_a_doi_of_the_old_kind_is_encoded_in_the_link_and_readable_in_the_text(
    compile_with: Compile,
) -> None:
    compiled = compile_with(
        {
            "summaries/2026-11-two-letters.md": "---\ntitle: T\npublished: 2026-11\n"
            f'citation: "X (1996). Y. doi:{SICI}."\ndoi: "{SICI}"\n---\nText.\n'
        }
    )
    encoded = "https://doi.org/" + SICI.replace("<", "%3C").replace(">", "%3E")

    assert links_of(compiled).count(encoded) == 1
    assert f"X (1996). Y. doi:{SICI}." in words_of(compiled)
    assert encoded in read(compiled.text)


@pytest.mark.parametrize("name", ["title", "citation", "blurb", "author", "research_type"])
@pytest.mark.parametrize("character", ["\x07", "\x85", "\ud800"])
def test_a_character_that_breaks_an_email_is_told_wherever_it_stands(
    name: str, character: str, workspace: Path
) -> None:
    opened = open_workspace(workspace)
    issue = opened.issue("2026-11")
    first, second = opened.library().of(issue)
    values: dict[str, Any] = {name: f"x{character}y", "lines": {name: 7}}
    broken = dataclasses.replace(first, **values)

    with pytest.raises(NewsletterError) as caught:
        compile_issue(
            issue, [broken, second], opened.settings, template_folders=[TEMPLATES], nonce="n"
        )

    assert str(caught.value).startswith("summaries/2026-11-two-letters.md:7: ")
    assert f"U+{ord(character):04X}" in str(caught.value)


def test_the_problems_of_all_summaries_are_told_at_once(complaint: Complaint) -> None:
    deep = ">" * 60 + " x"
    text = f"---\ntitle: T\npublished: 2026-11\n---\nText [x](www.y.z).\n\n## Practice Implications\n\n{deep}\n"

    said = complaint(
        {
            "summaries/2026-11-two-letters.md": text,
            "summaries/2026-10-quiet-rooms.md": text,
            **issue_with("{{ x }}"),
            "issues/2026-11.md": "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\n---\n{{ x }}\n",
        }
    )

    assert re.findall(r"^\S+:\d+:", said, re.MULTILINE) == [
        "summaries/2026-11-two-letters.md:5:",
        "summaries/2026-11-two-letters.md:9:",
        "summaries/2026-10-quiet-rooms.md:5:",
        "summaries/2026-10-quiet-rooms.md:9:",
        "issues/2026-11.md:4:",
    ]


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80)


@given(title=_TEXT, citation=_TEXT, body=_TEXT)
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_summary_holds_the_footer_stands(
    workspace: Path, title: str, citation: str, body: str
) -> None:
    opened = open_workspace(workspace)
    issue = opened.issue("2026-11")
    first, second = opened.library().of(issue)
    wild = dataclasses.replace(
        first,
        title=title,
        citation=citation,
        body=Passage(text=body, file=first.file, line=5),
    )

    try:
        compiled = compile_issue(
            issue, [wild, second], opened.settings, template_folders=[TEMPLATES], nonce="n0nce"
        )
    except NewsletterError:
        return

    assert "1 Example Street" in words_of(compiled)
    assert "".join(title.split()) in "".join(words_of(compiled).split())
    assert links_of(compiled)[-2] == "https://news.example.org/u/TOKEN"
