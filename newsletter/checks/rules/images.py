"""Rules about images: their alt texts, widths, weights and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml.html import HtmlElement

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.anchors import anchors
from newsletter.checks.reading.texts import in_templates, prose, setting_place
from newsletter.content.issue.issue import Issue

HEAVY = 200_000
"""Octets of an image: some seconds on a telephone."""
_COLUMN = 640
_FILE = re.compile(r"[\w%.() -]+\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|heic)", re.IGNORECASE)
_CAMERA = re.compile(r"(?:IMG|DSC|DSCN|PXL|Screen ?shot|image|picture|photo|logo|graphic)[ _\d-]*",
                     re.IGNORECASE)  # fmt: skip
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(px|%)?\s*(?:!important)?\s*", re.IGNORECASE)
_TRACKERS = frozenset({"0", "1"})


def image_in_text(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find images in a text: readers get their description instead."""
    for passage in prose(dossier, issue):
        for anchor in anchors(passage):
            if anchor.is_image:
                shown = f"as the words '{anchor.words}'" if anchor.words else "as nothing at all"
                yield Problem(
                    message=f"the image {_named(anchor.url)} is shown {shown}",
                    file=anchor.file,
                    line=anchor.line,
                    hint="texts have no images; link to a page that shows it",
                    level=Level.WARNING,
                )


def image_alt(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find images without a useful alt text: many programs do not show images."""
    for image in _images(dossier):
        alt = image.get("alt")
        in_link = next(image.iterancestors("a"), None)
        if alt is None:
            said, level = "has no alt text", Level.ERROR
        elif not alt.strip() and in_link is not None and not in_link.text_content().strip():
            said, level = "is all there is of a link, and its alt text is empty", Level.ERROR
        elif _FILE.fullmatch(alt.strip()):
            said, level = f"has a file's name as alt text: '{alt.strip()}'", Level.WARNING
        elif alt.strip() and _CAMERA.fullmatch(alt.strip()):
            said, level = f"has an alt text that says nothing: '{alt.strip()}'", Level.WARNING
        else:
            continue
        hint = 'say what it shows: alt="..."; for an ornament alt=""'
        yield _problem(dossier, issue, image, said, hint, level)


def image_width(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find images without a width, or wider than the column: Outlook shows them as they are."""
    column = dossier.settings.design.values.get("width", _COLUMN)
    widest = column if isinstance(column, int) else _COLUMN
    for image in _images(dossier):
        match = _NUMBER.fullmatch(image.get("width") or "")
        if match is None:
            said = "has no width attribute"
        elif match[2] != "%" and float(match[1]) > widest:
            said = f"is {match[1]} px wide, the column {widest}"
        else:
            continue
        hint = f'give it width="..." of at most {widest}: Outlook on Windows reads no style for it'
        yield _problem(dossier, issue, image, said, hint, Level.WARNING)


def image_weight(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Weigh the images that lie in the workspace: those that its own site will serve."""
    site = (dossier.settings.newsletter.site_url or "").rstrip("/")
    for image in _images(dossier):
        source = image.get("src") or ""
        if not site or not source.startswith(f"{site}/"):
            continue
        inner = source[len(site) + 1 :].partition("?")[0]
        file = _inside(dossier.settings.root, inner)
        if file is not None and (size := file.stat().st_size) > HEAVY:
            said = f"weighs {size / 1000:,.0f} KB"
            hint = f"make it smaller: at most {HEAVY // 1000} KB, twice as wide as it is shown"
            yield _problem(dossier, issue, image, said, hint, Level.WARNING)


def image_source(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find images that mail programs do not show: data URIs, relative ones, unencrypted ones."""
    for image in _images(dossier):
        source = (image.get("src") or "").strip()
        scheme = source.partition(":")[0].lower()
        hint: str | None = "put the image on your site, and its https:// address here"
        if not source:
            said, level = "has no source", Level.ERROR
        elif scheme == "data":
            kilobytes = len(source) * 3 / 4000
            said, level = f"is inside the mail (data URI, {kilobytes:,.0f} KB)", Level.ERROR
            hint = f"Gmail and Outlook do not show it; {hint}"
        elif scheme == "http":
            said, level = "is fetched without encryption", Level.WARNING
        elif scheme == "cid":
            said, level = "is an attachment, and nothing is attached", Level.ERROR
        elif scheme != "https":
            said, level = "has no whole address, so nothing is shown", Level.ERROR
        elif source.partition("?")[0].lower().endswith(".svg"):
            said, level = "is an SVG, which Gmail and Outlook do not show", Level.WARNING
            hint = "use a PNG"
        else:
            continue
        yield _problem(dossier, issue, image, said, hint, level)


def _images(dossier: Dossier) -> Iterator[HtmlElement]:
    """Yield the images of the email but for those of one pixel."""
    if dossier.message is None or "<img" not in dossier.message.html:
        return
    for image in dossier.message.root.iter("img"):
        if (image.get("width") or "") not in _TRACKERS:
            yield image


def _problem(
    dossier: Dossier,
    issue: Issue,
    image: HtmlElement,
    said: str,
    hint: str | None,
    level: Level,
) -> Problem:
    source = image.get("src") or ""
    file, line = _place(dossier, source)
    return Problem(
        message=f"the image {_named(source)} {said}",
        file=file or issue.file,
        line=line,
        hint=hint,
        level=level,
    )


def _place(dossier: Dossier, source: str) -> tuple[Path | None, int | None]:
    """Return where an image comes from: a setting of [design], or a template of the editor's."""
    settings = dossier.settings
    for key, value in settings.design.values.items():
        if value == source:
            return setting_place(settings, f"design.{key}")
    file, line = in_templates(dossier, re.escape(source)) if source else (None, None)
    return (file, line) if file else in_templates(dossier, r"<(?:mj-image|img)\b")


def _inside(root: Path, inner: str) -> Path | None:
    for folder in ("", "images", "static", "site"):
        file = (root / folder / inner).resolve()
        if file.is_relative_to(root) and file.is_file():
            return file
    return None


def _named(source: str) -> str:
    if source.lower().startswith("data:"):
        return f"'{source[:20]}…'"
    return f"'{source.partition('?')[0].rpartition('/')[2][:60] or source[:60]}'"
