"""The rules, in the order in which their findings are told."""

from __future__ import annotations

from newsletter.checks.dossier import Dossier
from newsletter.checks.engine import Report, Rule, inspect
from newsletter.checks.rules import (
    articles,
    characters,
    clients,
    content,
    contrast,
    dispatch,
    images,
    leftovers,
    links,
    mail,
    months,
    parts,
    readers,
    structure,
    templates,
    writing,
)

_CONTENT = (
    Rule(
        "summary-incomplete",
        "a summary that was cut off, is empty, or lacks its Practice Implications",
        content.summary_incomplete,
    ),
    Rule("unfinished-text", "TK, TODO, ???, lorem ipsum, [...]", leftovers.unfinished_text),
    Rule("odd-characters", "lost, spoilt, private characters", characters.odd_characters),
    Rule("citation-missing", "a summary without a citation", articles.citation_missing),
    Rule("citation-year", "a citation newer than the issue", articles.citation_year),
    Rule("doi-malformed", "a DOI that doi.org would not know", articles.doi_malformed),
    Rule("doi-differs", "a citation with another DOI", articles.doi_differs),
    Rule("title-repeated", "a title that another summary has", content.title_repeated),
    Rule("already-sent", "a summary, or its article, that readers know", content.already_sent),
    Rule("unknown-topic", "a topic or research type outside topics.toml", content.unknown_topic),
    Rule("summary-count", "fewer than two or more than three summaries", content.summary_count),
    Rule("long-paragraph", "paragraphs that nobody reads to their end", content.long_paragraph),
    Rule(
        "issue-month",
        "a month that is over or far off, a summary from the future",
        months.issue_month,
    ),
    Rule("other-month", "words that speak of another month as this one", months.other_month),
    Rule("reader-field", "a reader's field that the list has no column for", writing.reader_field),
    Rule("braces", "single braces where double ones were meant", writing.braces),
    Rule("raw-html", "HTML tags, which are shown as they are written", writing.raw_html),
    Rule("pasted-bullets", "bullets that make no list", writing.pasted_bullets),
    Rule("opening", "an opening that names whole titles", writing.opening),
)
_LINKS = (
    Rule("link-target", "links that lead nowhere from an email", links.link_target),
    Rule("link-http", "links without encryption", links.link_http),
    Rule("link-text", "links whose words do not say where they lead", links.link_text),
    Rule("link-repeated", "a page linked twice, words for two pages", links.link_repeated),
    Rule("link-unreachable", "links that do not answer (--online)", links.link_unreachable),
)
_IMAGES = (
    Rule("image-in-text", "images in a text, which are not shown", images.image_in_text),
    Rule("image-alt", "images without words in their place", images.image_alt),
    Rule("image-width", "images without a width, or too wide", images.image_width),
    Rule("image-weight", "heavy images", images.image_weight),
    Rule("image-source", "images that mail programs do not show", images.image_source),
)
_EMAIL = (
    Rule("subject", "a subject that is cut off or shouts", mail.subject),
    Rule("preheader", "a preheader that is cut off or says nothing new", mail.preheader),
    Rule("size", "the HTML against the length at which Gmail cuts it off", mail.size),
    Rule("styles", "styles that make Gmail drop all of them", mail.styles),
    Rule("unsubscribe-link", "a part without the unsubscribe link", parts.unsubscribe_link),
    Rule("postal-address", "a part without the postal address", parts.postal_address),
    Rule("text-differs", "what only HTML or plain text says", parts.text_differs),
    Rule("contrast", "text that is hard to read, light or dark", contrast.contrast),
    Rule("heading-order", "headings that skip a level", structure.heading_order),
    Rule("language", "an email that does not say its language", structure.language),
    Rule(
        "template-words",
        "a language in which the template has no words",
        templates.template_words,
    ),
    Rule(
        "template-file",
        "a template file of one's own under a name that nothing looks for",
        templates.template_file,
    ),
    Rule("layout-tables", "layout tables that are read out", structure.layout_tables),
    Rule("small-targets", "links and buttons too small for a finger", structure.small_targets),
)
_DELIVERY = (
    Rule("sender-domain", "a sender that servers take for a forgery", dispatch.sender_domain),
    Rule("list-unsubscribe", "a header that no program can use", dispatch.list_unsubscribe),
    Rule("host-limits", "more than the mail host takes", dispatch.host_limits),
    Rule("duration", "how long the mailing takes", dispatch.duration),
    Rule("list-columns", "columns of the list that may say who has left", readers.list_columns),
    Rule("list-problems", "the subscriber list's problems; nobody to mail", readers.list_problems),
    Rule("consent", "consents that are over or will be soon", readers.consent),
    Rule("role-addresses", "addresses of offices", readers.role_addresses),
)
RULES = (*_CONTENT, *_LINKS, *_IMAGES, *_EMAIL, *clients.RULES, *_DELIVERY)
RULE_IDS = frozenset(rule.id for rule in RULES)


def check_issue(dossier: Dossier) -> Report:
    """Return everything that is wrong with an issue, the worst first."""
    return inspect(dossier, RULES)
