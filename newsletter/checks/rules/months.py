"""Rules about the issue's month, and about other months that its own words name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.texts import found, title_of
from newsletter.content.issue.issue import Issue
from newsletter.content.month import Month
from newsletter.content.passage import Passage

_NAMES = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
}
_CASED = frozenset({"en", "de"})
# These are other words, too; they count only with a year, or where a month is plainly meant.
_AMBIGUOUS = frozenset({"march", "may", "august", "mars", "mai", "mei", "marzo"})
_PLAINLY = re.compile(
    r"(?:\b(?:in|of|for|this|since|until|by|last|next|early|late|mid|de|du|en|im|vom|seit|bis"
    r"|di|van|em)[ -]|\A)\Z",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(r"(?:\b\d{1,2}(?:st|nd|rd|th|\.|er|º)?(?: of| de)? ?)\Z", re.IGNORECASE)
_DAY_AFTER = re.compile(r"\A (?:the )?\d{1,2}(?:st|nd|rd|th)?\b(?!\d)")
_YEAR = re.compile(r"\A,?(?: de| del)? ((?:19|20)\d\d)\b")
_THE_ISSUE = re.compile(
    r"\A(?:[’']s)?(?:,? (?:19|20)\d\d)?[ -](?:issue|newsletter|letter|edition|notes|bulletin"  # noqa: RUF001
    r"|studies|summaries|reading|Ausgabe|Newsletter)\b"
)
_ISSUE_OF = re.compile(
    r"(?:\b(?:issue|newsletter|letter|edition|bulletin|notes|numéro|infolettre|Ausgabe|boletín"
    r"|numero|nummer|edição)(?: of| for| de| du| d[’']| vom| di| van)?,? ?"  # noqa: RUF001
    r"|\b(?:welcome to|happy|this) )\Z",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(?:until|till|by|before|deadline|closes?|ends?|register|registration|jusqu[’']au|avant"  # noqa: RUF001
    r"|bis|hasta|antes|entro|fino|tot|vóór|até)\b",
    re.IGNORECASE,
)
_SENTENCE = 500
"""Characters before a month in which a deadline is looked for."""
_NEAR = 4
"""A month up to so many before the issue's may be left over from an earlier issue."""


def issue_month(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an issue whose month is over or far ahead, and a summary newer than its issue."""
    went_out = any(use.sent and use.issue == issue.slug for use in dossier.uses)
    ahead = _count(issue.month) - _count(dossier.today)
    if (ahead < 0 or ahead > 1) and not went_out:
        yield Problem(
            message=f"this is the issue of {issue.month.name}, and it is {dossier.today.name} now",
            file=issue.file,
            hint="a slip in the year? the file's name is the month" if ahead > 0 else None,
            level=Level.WARNING if ahead > 0 else Level.INFO,
        )
    for summary in dossier.summaries:
        if summary.published > issue.month:
            yield Problem(
                message=f"'{summary.title}' is of {summary.published.name}, "
                f"later than this issue ({issue.month.name})",
                file=summary.file,
                line=summary.lines.get("published"),
                level=Level.WARNING,
            )


def other_month(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find words of the issue itself, not of a study, that name another month as its own."""
    language = dossier.settings.newsletter.language
    for key, text in (("subject", issue.subject), ("preheader", issue.preheader)):
        if text is not None:
            passage = Passage(text=text, file=issue.file, line=issue.lines.get(key, 1))
            yield from _judged(_mentions(passage, language), issue, key)
    if issue.introduction is not None:
        yield from _judged(_mentions(issue.introduction, language), issue, "introduction")
    for number, news in enumerate(issue.announcements):
        for passage in (title_of(issue, number), news.text):
            yield from _judged(_mentions(passage, language), issue, "announcement")


class _Mention:
    """A month's name in a text: which, what stands around it, and where."""

    __slots__ = ("after", "before", "file", "line", "number", "row", "word")

    def __init__(self, passage: Passage, line: int, match: re.Match[str], number: int) -> None:
        text = passage.text
        self.number, self.word, self.line, self.file = number, match[0], line, passage.file
        self.before = text[max(0, match.start() - 40) : match.start()].replace("\n", " ")
        self.after = text[match.end() : match.end() + 40].replace("\n", " ")
        first = max(0, match.start() - _SENTENCE)
        start = text.rfind(".", first, match.start()) + 1
        self.row = text[max(start, first) : match.start()]

    @property
    def year(self) -> int | None:
        after = _DAY_AFTER.sub("", self.after) if self.has_day else self.after
        match = _YEAR.match(after)
        return int(match[1]) if match else None

    @property
    def has_day(self) -> bool:
        return bool(_DAY_BEFORE.search(self.before) or _DAY_AFTER.match(self.after))

    @property
    def is_plain(self) -> bool:
        return (
            self.word.casefold() not in _AMBIGUOUS
            or self.year is not None
            or self.has_day
            or bool(_PLAINLY.search(self.before))
            or bool(_THE_ISSUE.match(self.after))
        )

    @property
    def names_issue(self) -> bool:
        return bool(_THE_ISSUE.match(self.after) or _ISSUE_OF.search(self.before))


def _mentions(passage: Passage, language: str) -> Iterator[_Mention]:
    pattern, numbers = _names(language.partition("-")[0].lower())
    for line, match in found(pattern, passage):
        mention = _Mention(passage, line, match, numbers[match[0].casefold()])
        if mention.is_plain:
            yield mention


def _judged(mentions: Iterator[_Mention], issue: Issue, part: str) -> Iterator[Problem]:
    for mention in mentions:
        level = _level(mention, issue.month, part)
        if level is None:
            continue
        year = f" {mention.year}" if mention.year else ""
        yield Problem(
            message=f"the {part} says {mention.word}{year}; "
            f"this is the issue of {issue.month.name}",
            file=mention.file,
            line=mention.line,
            hint="left over from an earlier issue?" if level is Level.WARNING else None,
            level=level,
        )


def _level(mention: _Mention, month: Month, part: str) -> Level | None:
    """Return how odd it is that a month is named there, or None where it is ordinary.

    A date in the future is usual in an announcement. A subject, or words about the issue itself,
    must name this issue's month. Elsewhere a month that is over may be meant, and is an info.
    """
    if mention.number == month.month and mention.year in {None, month.year}:
        return None
    if mention.names_issue:
        return Level.WARNING
    if part in {"subject", "preheader"} and not mention.has_day:
        return Level.WARNING
    ago = _ago(mention, month)
    if ago > 0 and part == "announcement" and _DEADLINE.search(mention.row):
        return Level.WARNING
    return Level.INFO if 0 < ago <= _NEAR else None


def _ago(mention: _Mention, month: Month) -> int:
    """Return how many months before the issue's a month was; without a year, the nearest one."""
    if mention.year is not None:
        return _count(month) - _count(Month(mention.year, mention.number))
    ago = (month.month - mention.number) % 12
    return ago if ago <= _NEAR else ago - 12


@lru_cache(maxsize=16)
def _names(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return what finds the months of a language, and of English, and their numbers."""
    numbers: dict[str, int] = {}
    words: list[str] = []
    for each in dict.fromkeys((language if language in _NAMES else "en", "en")):
        names = _NAMES[each].split()
        numbers |= {name.casefold(): number for number, name in enumerate(names, start=1)}
        words += names if each in _CASED else [f"(?i:{name})" for name in names]
    return re.compile(rf"\b(?:{'|'.join(words)})\b"), numbers


def _count(month: Month) -> int:
    return month.year * 12 + month.month
