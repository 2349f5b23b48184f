"""The two parts of an email, HTML and plain text, from a template and an issue's views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.content.text.characters import refused_characters
from newsletter.render.mjml import BadMjml, to_html, unknown_tags
from newsletter.render.slots.places import UNSUBSCRIBE, MisplacedPlace, Places
from newsletter.render.slots.slots import Slot, Slotted
from newsletter.render.templates.templates import Templates

HTML_TEMPLATE = "issue.mjml"
TEXT_TEMPLATE = "issue.txt"
_TRAILING = re.compile(r"(?<![ \t])[ \t]+$", re.MULTILINE)
_FROM = re.compile(r"^From ", re.MULTILINE)  # the mbox format would change it to >From
_EMPTY_LINES = re.compile(r"\n{4,}")


def html_part(templates: Templates, values: Mapping[str, Any], places: Places) -> Slotted:
    """Return the HTML with its CSS inlined. Raises NewsletterError with the template's place."""
    from newsletter.render.inline import NotInlined, inline_css

    source = _rendered(templates, HTML_TEMPLATE, values)
    for tag in unknown_tags(source):
        raise _fault(templates, HTML_TEMPLATE, f"there is no MJML tag <{tag}> here", f"<{tag}")
    try:
        html = inline_css(to_html(source), sentinel=places.sentinel)
        parts = places.split_html(html)
    except BadMjml as error:
        raise _broken(templates, error) from None
    except (NotInlined, MisplacedPlace) as error:
        raise _fault(templates, HTML_TEMPLATE, str(error), error.near) from None
    return _with_unsubscribe(parts, templates, HTML_TEMPLATE)


def text_part(templates: Templates, values: Mapping[str, Any], places: Places) -> Slotted:
    """Return the plain text, at most two empty lines together. Raises NewsletterError."""
    rendered = _rendered(templates, TEXT_TEMPLATE, values)
    tidy = _EMPTY_LINES.sub("\n\n\n", _TRAILING.sub("", rendered)).strip("\n") + "\n"
    tidy = _FROM.sub("From\u00a0", tidy)
    try:
        parts = places.split_text(tidy)
    except MisplacedPlace as error:
        raise _fault(templates, TEXT_TEMPLATE, str(error), error.near) from None
    return _with_unsubscribe(parts, templates, TEXT_TEMPLATE)


def _rendered(templates: Templates, name: str, values: Mapping[str, Any]) -> str:
    """Return a template rendered. Raises NewsletterError for refused characters of its own."""
    source = templates.render(name, values)
    for problem in refused_characters(source, file=None, line=1):
        line = source.split("\n")[(problem.line or 1) - 1]
        raise _fault(templates, name, problem.message, line, hint=problem.hint)
    return source


def _fault(
    templates: Templates, name: str, message: str, *lines: str, hint: str | None = None
) -> NewsletterError:
    """Return an error at the template's lines, or at its main file where none has them."""
    file, line = templates.files.locate(lines)
    return NewsletterError(
        Problem(message=message, file=file or templates.path_of(name), line=line, hint=hint)
    )


def _broken(templates: Templates, error: BadMjml) -> NewsletterError:
    """Return an error at the file that leaves a tag open, or else where the compiler stopped."""
    if found := templates.files.unbalanced():
        file, line, words = found
        return fail(f"the MJML is broken, {words}", file=file, line=line)
    last = error.source.rpartition("\n")[2].strip()
    near = f": {last[:120]}" if last else ""
    message = f"the MJML is broken, {error}{near}"
    return _fault(templates, HTML_TEMPLATE, message, *error.source.split("\n"))


def _with_unsubscribe(parts: Slotted, templates: Templates, name: str) -> Slotted:
    if not any(isinstance(part, Slot) and part.name == UNSUBSCRIBE for part in parts):
        raise fail(
            "the template has no unsubscribe link: every mail must have one",
            file=templates.files.without(UNSUBSCRIBE) or templates.path_of(name),
            hint="put {{ unsubscribe }} into its footer",
        )
    return parts
