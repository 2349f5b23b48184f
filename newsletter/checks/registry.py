"""The rules, in the order in which their findings are reported."""

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

RULES = (
    Rule("summary-incomplete", content.summary_incomplete),
    Rule("unfinished-text", leftovers.unfinished_text),
    Rule("odd-characters", characters.odd_characters),
    Rule("citation-missing", articles.citation_missing),
    Rule("citation-year", articles.citation_year),
    Rule("doi-malformed", articles.doi_malformed),
    Rule("doi-differs", articles.doi_differs),
    Rule("title-repeated", content.title_repeated),
    Rule("already-sent", content.already_sent),
    Rule("unknown-topic", content.unknown_topic),
    Rule("summary-count", content.summary_count),
    Rule("long-paragraph", content.long_paragraph),
    Rule("issue-month", months.issue_month),
    Rule("other-month", months.other_month),
    Rule("reader-field", writing.reader_field),
    Rule("braces", writing.braces),
    Rule("raw-html", writing.raw_html),
    Rule("pasted-bullets", writing.pasted_bullets),
    Rule("opening", writing.opening),
    Rule("link-target", links.link_target),
    Rule("link-http", links.link_http),
    Rule("link-text", links.link_text),
    Rule("link-repeated", links.link_repeated),
    Rule("link-unreachable", links.link_unreachable),
    Rule("image-in-text", images.image_in_text),
    Rule("image-alt", images.image_alt),
    Rule("image-width", images.image_width),
    Rule("image-weight", images.image_weight),
    Rule("image-source", images.image_source),
    Rule("subject", mail.subject),
    Rule("preheader", mail.preheader),
    Rule("size", mail.size),
    Rule("styles", mail.styles),
    Rule("unsubscribe-link", parts.unsubscribe_link),
    Rule("postal-address", parts.postal_address),
    Rule("text-differs", parts.text_differs),
    Rule("contrast", contrast.contrast),
    Rule("heading-order", structure.heading_order),
    Rule("language", structure.language),
    Rule("template-words", templates.template_words),
    Rule("template-file", templates.template_file),
    Rule("layout-tables", structure.layout_tables),
    Rule("small-targets", structure.small_targets),
    Rule("client-support", clients.client_support),
    Rule("sender-domain", dispatch.sender_domain),
    Rule("list-unsubscribe", dispatch.list_unsubscribe),
    Rule("host-limits", dispatch.host_limits),
    Rule("duration", dispatch.duration),
    Rule("list-columns", readers.list_columns),
    Rule("list-problems", readers.list_problems),
    Rule("consent", readers.consent),
    Rule("role-addresses", readers.role_addresses),
)
RULE_IDS = frozenset(rule.id for rule in RULES)


def check_issue(dossier: Dossier) -> Report:
    """Return everything that is wrong with an issue, the worst first."""
    return inspect(dossier, RULES)
