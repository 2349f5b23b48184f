"""Rules about links: where they lead, and whether their words say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier, Reached
from newsletter.checks.parsed import text_of
from newsletter.checks.reading.anchors import Anchor, anchors
from newsletter.checks.reading.texts import in_templates, line_in, prose, setting_place
from newsletter.checks.reading.urls import (
    LOCAL,
    WEB,
    host_of,
    reads_like_a_name,
    same_page,
    shortened,
    wrong_with,
)
from newsletter.content.doi import doi_key
from newsletter.content.issue.issue import Issue

_SAYS_NOTHING = frozenset(
    # English, French, German, Spanish, Italian, Dutch, Portuguese
    {"click", "click here", "click this link", "here", "link", "this link", "more", "read more"}
    | {"read more here", "see more", "learn more", "more info", "more information", "go", "this"}
    | {"continue", "continue reading", "details", "website", "webpage", "page", "download"}
    | {"cliquez ici", "ici", "lien", "lire la suite", "en savoir plus", "plus"}
    | {"hier", "hier klicken", "klicken sie hier", "mehr", "weiterlesen", "mehr lesen"}
    | {"aquí", "haga clic aquí", "haz clic aquí", "leer más", "más"}
    | {"qui", "clicca qui", "leggi di più", "leggi tutto", "klik hier", "lees meer"}
    | {"aqui", "clique aqui", "leia mais", "saiba mais"}
)
_HTTP = re.compile(r"http://", re.IGNORECASE)
_WORDS = "screen readers list links by their words: [name of the page](address)"


def link_target(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find links that lead nowhere from an email: relative ones, fragments, broken addresses."""
    refused = {(each.file, each.line) for each in dossier.unrendered}
    for anchor in written(dossier, issue):
        wrong = wrong_with(anchor.url)
        if wrong is not None and (anchor.file, anchor.line) not in refused:
            message, hint = wrong
            yield Problem(message=message, file=anchor.file, line=anchor.line, hint=hint)
    if dossier.message is None:
        return
    told = {anchor.url for anchor in written(dossier, issue)}
    names = {
        name
        for element in dossier.message.root.iter("*")
        for name in (element.get("id"), element.get("name"))
        if name
    }
    for link in dossier.message.root.iter("a"):
        href = (link.get("href") or "").strip()
        if href in told or link.get("href") is None:  # an anchor leads nowhere, and need not
            continue
        wrong = wrong_with(href) if href else ("a link of the template leads nowhere", None)
        if href.startswith("#"):
            is_there = unquote(href[1:]) in names
            wrong = None if is_there else (f"'{href}' leads to no place in this email", None)
        if wrong is not None:
            message, hint = wrong
            file, line = in_templates(dossier, r"href\s*=\s*[\"']" + re.escape(href))
            yield Problem(message=message, file=file or issue.file, line=line, hint=hint)


def link_http(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find links without encryption: the page can be read and changed on its way."""
    for anchor in written(dossier, issue):
        if _HTTP.match(anchor.url) and not LOCAL.match(host_of(anchor.url)):
            yield Problem(
                message=f"the link to {anchor.url} is not encrypted",
                file=anchor.file,
                line=anchor.line,
                hint=f"try https://{anchor.url[7:]}",
                level=Level.WARNING,
            )
    site = dossier.settings.newsletter.site_url
    if site is not None and _HTTP.match(site):
        file, line = setting_place(dossier.settings, "newsletter.site_url")
        yield Problem(
            message=f"the newsletter's own site {site} is not encrypted",
            file=file,
            line=line,
            hint="mail programs warn of it: give the site a certificate, then write https://",
            level=Level.WARNING,
        )


def link_text(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find links whose words do not say where they lead."""
    for anchor in written(dossier, issue):
        judged = None if anchor.is_image else _judged(anchor)
        if judged is not None:
            message, level = judged
            yield Problem(
                message=message, file=anchor.file, line=anchor.line, hint=_WORDS, level=level
            )
    yield from _silent_templates(dossier, issue)


def _judged(anchor: Anchor) -> tuple[str, Level] | None:
    if not anchor.words:
        return "this link has no words", Level.ERROR
    if _says_nothing(anchor.words):
        return f"the link '{anchor.words}' does not say where it leads", Level.WARNING
    if WEB.match(anchor.words) and not reads_like_a_name(anchor.words):
        return "readers see this link as a bare web address", Level.INFO
    if _lies(anchor):
        said = f"the link says '{anchor.words}' and leads to {host_of(anchor.url)}"
        return said, Level.WARNING
    return None


def _silent_templates(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find links of the template without words, or with words that say nothing."""
    if dossier.message is None:
        return
    known = {same_page(anchor.url) for anchor in written(dossier, issue)}
    for link in dossier.message.root.iter("a"):
        href = link.get("href")
        words = " ".join(text_of(link).split())
        if href is None or same_page(href) in known or (words and not _says_nothing(words)):
            continue
        if not words and link.find(".//img") is not None:
            continue  # image-alt reports it
        file, line = in_templates(dossier, re.escape(words or href))
        said = f"'{words}' does not say where it leads" if words else "has no words"
        yield Problem(
            message=f"a link of the template {said}",
            file=file or issue.file,
            line=line,
            hint=_WORDS,
            level=Level.WARNING if words else Level.ERROR,
        )


def _says_nothing(words: str) -> bool:
    return " ".join(re.findall(r"[^\W_]+", words.casefold())) in _SAYS_NOTHING


def link_repeated(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a page that one text links twice, and words that lead to different pages."""
    for passage in prose(dossier, issue):
        first: dict[str, Anchor] = {}
        for anchor in anchors(passage):
            if anchor.is_image or not WEB.match(anchor.url):
                continue
            seen = first.setdefault(same_page(anchor.url), anchor)
            if seen is not anchor:
                yield _twice(anchor, seen)
    named: dict[str, Anchor] = {}
    for anchor in written(dossier, issue):
        words = anchor.words.casefold()
        if anchor.is_image or not words or anchor.is_bare:
            continue
        seen = named.setdefault(words, anchor)
        if same_page(seen.url) != same_page(anchor.url):
            yield Problem(
                message=f"two links are named '{shortened(anchor.words)}' "
                "and lead to different pages",
                file=anchor.file,
                line=anchor.line,
                hint=f"the other is in {seen.file.as_posix()}:{seen.line}; name one of them anew",
                level=Level.WARNING,
            )


def _twice(anchor: Anchor, seen: Anchor) -> Problem:
    other = "" if seen.words == anchor.words else f" as '{shortened(seen.words)}'"
    return Problem(
        message=f"this page is linked twice here: also in line {seen.line}{other}",
        file=anchor.file,
        line=anchor.line,
        hint="one link is enough; a second one looks like another page",
        level=Level.WARNING if other else Level.INFO,
    )


def link_unreachable(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Report what `--online` found; without it no link is asked for."""
    answers = dossier.answers
    if answers is None:
        return
    for anchor in asked(dossier, issue):
        answer = answers.get(anchor.url)
        if answer is None or answer.reached is Reached.YES:
            continue
        is_gone = answer.reached is Reached.NO
        yield Problem(
            message=f"{shortened(anchor.url, 90)}: {answer.words}",
            file=anchor.file,
            line=anchor.line,
            hint="open it in the browser, and mend the address" if is_gone else None,
            level=Level.ERROR if is_gone else Level.WARNING,
        )


def written(dossier: Dossier, issue: Issue) -> Iterator[Anchor]:
    """Yield every link that an author wrote: in Markdown, and the announcements' own."""
    for passage in prose(dossier, issue):
        yield from anchors(passage)
    for number, news in enumerate(issue.announcements):
        if news.url is not None:
            line = line_in(dossier, issue.file, news.url)
            line = line or issue.lines.get(f"announcements.{number}", news.text.line)
            yield Anchor(url=news.url, words=news.title, file=issue.file, line=line)


def asked(dossier: Dossier, issue: Issue) -> tuple[Anchor, ...]:
    """Return the web links that `--online` asks for, each address once; the DOIs too."""
    found = {
        anchor.url: anchor
        for anchor in written(dossier, issue)
        if WEB.match(anchor.url) and not anchor.is_image
    }
    for summary in dossier.summaries:
        if summary.doi and doi_key(summary.doi):
            url = summary.doi.url
            line = summary.lines.get("doi", 1)
            found.setdefault(url, Anchor(url=url, words=url, file=summary.file, line=line))
    return tuple(found.values())


def _lies(anchor: Anchor) -> bool:
    """Whether the words look like an address of another site: spam filters count it as fraud."""
    words = re.fullmatch(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?", anchor.words.lower())
    if words is None or not WEB.match(anchor.url):
        return False
    said, real = words[1].removeprefix("www."), host_of(anchor.url).removeprefix("www.")
    return not (said == real or real.endswith(f".{said}") or said.endswith(f".{real}"))
