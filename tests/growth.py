"""Whether work grows in proportion to its input, judged by the processor's time of this process."""

from __future__ import annotations

import time
from collections.abc import Callable

STEP = 4
"""Times as long as the first input is the second."""
MOST = STEP * 1.5**2
"""Times as long as the first the second may take: half as much again for each doubling."""
_SOON = 0.08
"""Seconds; what takes no longer is not measured again."""
_TRIES = 4

UNITS = {
    **{f"{mark!r} in a row": mark for mark in "`[](*_~<>&{}|\"'#=-.:;,/\\@!?1a( \t\n"},
    "image in image": "![[",
    "link begun": "[a](",
    "pairs": "[](",
    "links": "[a](https://example.org/x) ",
    "addresses": "https://example.org/a ",
    "one address": "https://example.org/((",
    "address closed": "https://e.org/))",
    "DOIs": "10.1234/abc ",
    "one DOI": "10.1234/10.1234/",
    "citations": "Varga, M. (2025). ",
    "names": "Varga, M., ",
    "year begun": "(2020, a ",
    "code": "`a` ``b ",
    "emphasis": "*a **b _c ",
    "comments": "<!-- ",
    "tags": "<b ",
    "entities": "&#1; &amp;",
    "fields": "{{ reader.name }} ",
    "one brace": "{ title ",
    "quotations": '"a ???" “b [...] ',
    "rows of a table": "|a|b|\n",
    "lists": "- a\n",
    "quotes": "> a\n",
    "headings": "# a\n",
    "months": "May the March of ",
    "combining": "e\u0301\u0302",
    "emoji": "\U0001f469\u200d",
    "spoilt": "â€œÃ©",
    "letters": "漢",
    "TK": "TKTK ",
    "pairs of words": "t k ",
    "pager": "all topics monthly summary of ",
}


def of_size(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def assert_grows_evenly(run: Callable[[str], object], unit: str, size: int = 5_000) -> None:
    """Fail where four times the text takes more than nine times the time."""
    if _took(run, of_size(unit, STEP * size)) < _SOON:
        return
    once = more = 0.0
    for _ in range(_TRIES):
        once = min(_took(run, of_size(unit, size)) for _ in range(2))
        more = min(_took(run, of_size(unit, STEP * size)) for _ in range(2))
        if more <= MOST * once or more < _SOON:
            return
    raise AssertionError(
        f"{once:.3f} s for {size:,} characters, {more:.3f} s for {STEP} times that"
    )


def _took(run: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    run(text)
    return time.process_time() - start
