"""The files that come with the program: templates, vocabularies, the example list.

In a wheel they are in `newsletter/shipped/`; in a checkout they are the top-level files, so that
there is one copy.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_ROOT = _PACKAGE / "shipped" if (_PACKAGE / "shipped").is_dir() else _PACKAGE.parent

TEMPLATES = _ROOT / "templates"
TOPICS = _ROOT / "topics.toml"
SUBSCRIBERS_EXAMPLE = _ROOT / "subscribers.example.csv"
