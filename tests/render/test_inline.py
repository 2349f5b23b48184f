"""What premailer and libxml2 do to HTML: each trap that we know, and the cure."""

from __future__ import annotations

import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.render.inline import NotInlined, inline_css, may_match

SENTINEL = "<!--NLEND-->"


def inline(body: str, head: str = "") -> str:
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return inline_css(html, sentinel=SENTINEL)


def test_the_document_type_is_kept() -> None:
    assert inline("x").startswith("<!DOCTYPE html>")


def test_only_the_marked_style_is_inlined() -> None:
    head = (
        '<style type="text/css" data-inline="yes">p { color: red }</style>'
        "<style>@media (prefers-color-scheme: dark) { p { color: blue !important } }</style>"
        "<!--[if mso]><style>p { margin: 0 }</style><![endif]-->"
    )

    html = inline('<p class="x">one</p>', head)

    assert '<p class="x" style="color:red">one</p>' in html
    assert "@media (prefers-color-scheme: dark) { p { color: blue !important } }" in html
    assert "<!--[if mso]><style>p { margin: 0 }</style><![endif]-->" in html
    assert "color: red" not in html
    assert "data-" not in html


def test_conditional_comments_survive() -> None:
    body = "<!--[if mso | IE]><table><tr><td><![endif]-->x<!--[if !mso]><!-->y<!--<![endif]-->"

    assert body in inline(body)


@pytest.mark.parametrize(
    "head",
    [
        "<style>@import url(https://example.org/x.css);</style>",
        '<style data-inline="yes">@IMPORT "x.css";</style>',
        "<style>@\\69mport 'x.css';</style>",
        '<link rel="stylesheet" href="x.css">',
        "<link href=x.css rel='Stylesheet'>",
    ],
)
def test_styles_from_elsewhere_are_refused(head: str) -> None:
    with pytest.raises(NotInlined, match="must not fetch"):
        inline("x", head)


@pytest.mark.parametrize(
    "words", ["@import url(x.css)", "&lt;style&gt;@import 'x.css'&lt;/style&gt;", "&lt;script&gt;"]
)
def test_words_about_styles_are_words(words: str) -> None:
    assert f"<p>{words}</p>" in inline(f"<p>{words}</p>")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("p { color: green }", encoding="utf-8")
    with listener() as (port, seen):
        for head in (
            f"@i\\mport url(http://127.0.0.1:{port}/x.css);",
            f"@\\49m\\port url(file://{tmp_path}/x.css);",
        ):
            with pytest.raises(NotInlined, match="must not fetch"):
                inline("<p>x</p>", f'<style data-inline="yes">{head} p {{ margin: 0 }}</style>')

    assert seen == []


def test_what_could_fetch_is_not_even_imported() -> None:
    code = (
        "import sys; from newsletter.render.inline import inline_css;"
        "inline_css('<!doctype html><html><body></body></html>', sentinel='END');"
        "print(*sorted({'requests', 'urllib.request', 'http.client', 'ssl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "\n"


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, seen
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("depth", [100, 200])
def test_deep_nesting_keeps_its_end(depth: int) -> None:
    assert "the end" in inline("<div>" * depth + "x" + "</div>" * depth + "the end")


@pytest.mark.parametrize("depth", [300, 3000])
def test_an_end_that_is_lost_is_noticed(depth: int) -> None:
    with pytest.raises(NotInlined, match="its end was lost"):
        inline("<div>" * depth + "x" + "</div>" * depth + "the end")


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(NotInlined, match="at most"):
        inline("x" * 10_000_001)


def test_a_lone_surrogate_is_noticed() -> None:
    with pytest.raises((NotInlined, UnicodeEncodeError)):
        inline("a \ud800 b")


def test_characters_stay_characters() -> None:
    assert "<p>שלום ภาษา é x\u00a0y \u034f&lt;</p>" in inline(
        "<p>שלום ภาษา é x&#160;y &#847;&lt;</p>"
    )


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
@settings(deadline=None)
def test_text_comes_through_whole(text: str) -> None:
    from html import escape

    from lxml import html as parser

    document = parser.document_fromstring(inline(f"<p>x{escape(text)}x</p>"))

    assert document.findtext(".//p") == f"x{text}x"


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("p", True),
        ("P.Note", True),
        (".box > td.note", True),
        ("[dir=rtl] p", True),
        ("[dir='auto']", False),
        ("a[href^='https:']", False),
        ("h6", False),
        (".absent p", False),
        ("p:first-child", True),
        ("*", True),
        ("#top", True),
        ("#bottom", False),
    ],
)
def test_rules_for_what_is_not_there_are_left_out(selector: str, matches: bool) -> None:
    html = '<table class="box" id=top dir="rtl"><td class="note"><p class="note">x</p></table>'

    assert may_match(selector, html) is matches


@given(
    st.lists(st.sampled_from(["p", "h2", ".a", ".b", "[dir=rtl]", "td", "#i"]), min_size=1),
    st.sampled_from(["", '<p class="a" dir="rtl">x</p>', '<h2 class="b">x</h2><p id="i">y</p>']),
)
def test_what_is_inlined_is_what_premailer_inlines_alone(parts: list[str], body: str) -> None:
    import premailer

    style = f"{' '.join(parts)} {{ color: red }} p {{ margin: 0 }}"
    alone = premailer.Premailer(
        f"<html><head><style>{style}</style></head><body>{body}</body></html>",
        allow_network=False,
        keep_style_tags=False,
        disable_validation=True,
        disable_leftover_css=True,
    ).transform(pretty_print=False)

    ours = inline(body, f'<style data-inline="yes">{style}</style>')

    def styles(html: str) -> list[str]:
        return re.findall('<(?:p|h2)[^>]*style="([^"]*)"', html)

    assert styles(ours) == styles(alone)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("<style data-inline='yes'>p { color: red !important }</style>", "it would beat the dark"),
        ("<style data-inline='yes'>p { color: red ! IMPORTANT }</style>", "beat the dark"),
        ("<![if !mso]><style>p { color: red }</style><![endif]>", "it would become a comment"),
    ],
)
def test_what_would_be_inlined_wrongly_is_refused(head: str, said: str) -> None:
    with pytest.raises(NotInlined, match=said):
        inline("<p>x</p>", head)


def test_important_may_stand_in_a_style_that_stays_and_in_words() -> None:
    html = inline("<p>!important, data-inline</p>", "<style>p { color: red !important }</style>")

    assert "p { color: red !important }" in html


@given(
    st.integers(0, 400),
    st.sampled_from(["div", "blockquote", "span", "td"]),
    st.text(st.characters(exclude_categories=["Cc"]), max_size=20),
)
@settings(max_examples=60)
def test_what_comes_out_has_its_end_or_is_refused(depth: int, tag: str, words: str) -> None:
    from html import escape

    body = f"<{tag}>" * depth + escape(words) + f"</{tag}>" * depth + "<p>the end</p>"

    try:
        html = inline(body)
    except (NotInlined, UnicodeEncodeError):
        assert depth > 200 or any("\ud800" <= each <= "\udfff" for each in words)
        return

    assert html.rstrip().endswith("</body></html>")
    assert "<p>the end</p>" in html
    assert SENTINEL not in html
