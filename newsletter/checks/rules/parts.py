"""Rules about both parts of the email: what the law asks of each, and whether both say the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.parsed import HIDDEN, text_of
from newsletter.checks.reading.texts import in_templates
from newsletter.content.issue.issue import Issue

MISSING_SHARE = 0.03
"""The share of a part's words that the other may lack: "View in browser", the names of links."""
_FEW = 12
_SHOWN = 6
_HINT = "both parts should say the same: see newsletter build"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001
_URL = re.compile(r"(?:https?://|mailto:|www\.)\S+", re.IGNORECASE)
# Scripts without spaces are compared by letter.
_UNSPACED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])")
_NOT_SEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u2007\u2060\ufeff]")


def unsubscribe_link(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a part without the unsubscribe link that the header has."""
    if dossier.message is None:
        return
    urls = re.findall(r"<([^<>]+)>", str(dossier.message.headers["List-Unsubscribe"] or ""))
    links = {link.get("href") for link in dossier.message.root.iter("a") if _is_seen(link)}
    for part, is_there, ending in (
        ("HTML", any(url in links for url in urls), ".mjml"),
        ("plain text", any(url in dossier.message.text for url in urls), ".txt"),
    ):
        if not is_there:
            file, line = in_templates(dossier, r"unsubscribe", (ending,))
            yield Problem(
                message=f"the {part} has no unsubscribe link that readers can see",
                file=file or issue.file,
                line=line,
                hint="put {{ unsubscribe }} into the footer: the law requires it in every mail",
            )


def postal_address(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a part without the postal address and the name of who sends it."""
    if dossier.message is None:
        return
    own = dossier.settings.newsletter
    wanted = (
        ("postal address", "postal_address", own.postal_address),
        ("organisation's name", "organisation", own.organisation),
    )
    for part, text, ending in (
        ("HTML", _letters(dossier.message.seen), ".mjml"),
        ("plain text", _letters(dossier.message.text), ".txt"),
    ):
        for name, key, value in wanted:
            if _letters(value) not in text:
                file, line = in_templates(dossier, "unsubscribe", (ending,))
                yield Problem(
                    message=f"the {part} does not show the {name}",
                    file=file or issue.file,
                    line=line,
                    hint=f"put {{{{ newsletter.{key} }}}} into the footer: the law requires it "
                    "(CASL, CAN-SPAM)",
                )


def text_differs(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find what only one of the two parts says: headings first, then words."""
    message = dossier.message
    if message is None:
        return
    text_words, html_words = _words(message.text), _words(message.seen)
    seen = " ".join(text_words)
    for heading in message.root.iter("h1", "h2", "h3"):
        said = text_of(heading).strip()
        if _is_seen(heading) and " ".join(_words(said)) not in seen:
            file, line = in_templates(dossier, r"summary\.title|<h[123]", (".txt",))
            yield Problem(
                message=f"the heading '{said}' is only in the HTML",
                file=file or issue.file,
                line=line,
                hint=_HINT,
                level=Level.WARNING,
            )
    yield from _only(html_words, text_words, "HTML", "plain text", issue)
    yield from _only(text_words, html_words, "plain text", "HTML", issue)


def _only(
    more: list[str], fewer: list[str], part: str, other: str, issue: Issue
) -> Iterator[Problem]:
    known = set(fewer)
    missing = [word for word in more if word not in known]
    if len(missing) > max(_FEW, MISSING_SHARE * len(more)):
        ordered = list(dict.fromkeys(missing))
        yield Problem(
            message=f"{len(missing)} words of the {part} are not in the {other}: "
            f"{', '.join(ordered[:_SHOWN])}{', …' if len(ordered) > _SHOWN else ''}",
            file=issue.file,
            hint=_HINT,
            level=Level.WARNING,
        )


def _is_seen(element: HtmlElement) -> bool:
    around = (element, *element.iterancestors())
    return not any(HIDDEN.search(each.get("style") or "") for each in around)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", _NOT_SEEN.sub("", _URL.sub(" ", text))).casefold()
    return _WORD.findall(_UNSPACED.sub(r" \1 ", plain).replace("’", "'"))  # noqa: RUF001


def _letters(text: str) -> str:
    """Return the letters and digits of a text in a row: lines may break anywhere."""
    return "".join(_WORD.findall(unicodedata.normalize("NFC", _NOT_SEEN.sub("", text)).casefold()))
