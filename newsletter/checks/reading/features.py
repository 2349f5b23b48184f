"""The features of HTML and CSS that an email uses, by the slugs that caniemail.com has for them.

What only Outlook on Windows reads (conditional comments, `mso-` properties) is left out, and so
is what no table knows: those are the features that all programs have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from newsletter.checks.reading.css import FeatureUse, of_attribute, of_image, of_styles


def features_of(
    root: HtmlElement, styles: Iterable[str], known: frozenset[str]
) -> dict[str, FeatureUse]:
    """Return what an email uses, by slug: its tree, and the text of its `<style>`s.

    Of several uses of a feature a bare one is returned. `known` are the slugs of interest.
    """
    found: dict[str, FeatureUse] = {}
    for use in (*_of_elements(root), *_of_attributes(root, known), *of_styles(styles, known)):
        if use.slug not in known:
            continue
        before = found.get(use.slug)
        if before is None or (use.bare and not before.bare):
            found[use.slug] = use
    return found


_GROUPS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
    **dict.fromkeys(
        ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main"),
        "html-semantics",
    ),
    **dict.fromkeys(("mark", "nav", "section", "summary", "time"), "html-semantics"),
}
_ATTRIBUTES = {
    **{f"aria-{name}": f"html-aria-{name}" for name in ("describedby", "hidden", "label")},
    **{f"aria-{name}": f"html-aria-{name}" for name in ("labelledby", "live")},
    **{name: f"html-{name}" for name in ("align", "background", "cellpadding", "cellspacing")},
    **{name: f"html-{name}" for name in ("dir", "height", "hidden", "lang", "popover")},
    **{name: f"html-{name}" for name in ("required", "role", "target", "valign", "width")},
    "inert": "css-inert-attribute",
    "loading": "html-loading-attribute",
}
_WITH_CONTENT = frozenset({"audio", "object", "picture", "progress", "meter", "svg", "video"})
"""Elements whose content is what programs show that do not know them."""


def _of_elements(root: HtmlElement) -> Iterator[FeatureUse]:
    for element in _unlike(root):
        tag = str(element.tag)
        bare = tag not in _WITH_CONTENT or not _has_content(element)
        yield FeatureUse(_GROUPS.get(tag, f"html-{tag}"), f"<{tag}>", rf"<{tag}\b", bare)
        kind = element.get("type", "text" if tag == "input" else "")
        if tag in {"input", "button"}:
            yield FeatureUse(f"html-{tag}-{kind}", f'<{tag} type="{kind}">', rf"<{tag}\b")
        if tag == "meta" and element.get("name") == "color-scheme":
            yield FeatureUse("html-meta-color-scheme", "color-scheme meta tag", "color-scheme")


def _unlike(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield one element of each kind, and all of those that differ among themselves."""
    seen: set[str] = set()
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in seen and element.tag not in {*_WITH_CONTENT, "input", "button", "meta"}:
            continue
        seen.add(element.tag)
        yield element


def _has_content(element: HtmlElement) -> bool:
    return bool(element.xpath("boolean(.//img)") or element.text_content().strip())


def _of_attributes(root: HtmlElement, known: frozenset[str]) -> Iterator[FeatureUse]:
    seen: set[tuple[str, str]] = set()
    for element in root.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            key = name, value if name in {"style", "href", "src", "srcset"} else ""
            if key not in seen:
                seen.add(key)
                yield from _of_attribute(str(name), str(value), str(element.tag), known)


def _of_attribute(name: str, value: str, tag: str, known: frozenset[str]) -> Iterator[FeatureUse]:
    if slug := _ATTRIBUTES.get(name):
        yield FeatureUse(slug, f"the attribute {name}", rf"\b{name}\b\s*=?")
    match name:
        case "style":
            yield from of_attribute(value, known)
        case "srcset" | "sizes":
            yield FeatureUse(
                "html-srcset", f"the attribute {name}", rf"\b{name}\s*=", bare=tag != "img"
            )
        case "href" if value.startswith("#"):
            yield FeatureUse("html-anchor-links", "links inside the email (#)", r"href\s*=\s*.#")
        case "href" if value.startswith("mailto:"):
            yield FeatureUse("html-mailto-links", "mailto: links", "mailto:")
        case "src" | "background" if tag not in {"audio", "video", "source"}:
            yield from of_image(value)
        case _:
            pass
