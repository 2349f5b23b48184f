"""A small workspace of invented studies, and the command line run inside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from newsletter.basics.native import outdated
from newsletter.cli.main import cli
from newsletter.settings.timing import Timing

pytest_plugins = ["tests.strangers"]

# How long an example takes says more of what else the machine does.
settings.register_profile("newsletter", deadline=None)
settings.load_profile("newsletter")

SETTINGS = """\
[newsletter]
title = "Practice Notes"
tagline = "Research, summarised for practice"
from = "Practice Notes <news@example.org>"
reply_to = "editor@example.org"
organisation = "Practice Research Network"
postal_address = "1 Example Street, Ottawa ON  K1N 6N5, Canada"
contact = "editor@example.org"
site_url = "https://news.example.org"
list_id = "practice-notes.example.org"

[unsubscribe]
mailto = "unsubscribe@example.org"

[delivery]
transport = "maildir:outbox"
"""

TOPICS = """\
[topics]
names = ["Attachment", "Client Factors", "Therapist Factors"]

[topics.aliases]
"Therapist Variables" = "Therapist Factors"

[research_types]
names = ["Meta-analysis", "Narrative review"]
"""

SUMMARIES = {
    "2026-09-harbour-study": """\
---
title: What clients remember of their first session
published: 2026-09
citation: "Okafor, L., & Brandt, T. (2026). First sessions remembered. Journal of Invented Studies, 12(3), 45-61. https://doi.org/10.5555/jis.2026.0045"
doi: 10.5555/jis.2026.0045
topics: [Client Factors]
research_type: Narrative review
blurb: what clients remember
---
Okafor and Brandt asked 112 clients of four invented clinics what stayed with them (p < .05).

Most named a moment of being *understood*, & few named advice.

## Practice Implications

Leave room in a first session, and ask at its end what mattered.
""",
    "2026-10-quiet-rooms": """\
---
title: Silence that helps and silence that hurts
published: 2026-10
citation: "Varga, M. (2025). Silences in sessions. Invented Quarterly, 7, 1-19. doi: 10.5555/iq.2025.7"
doi: 10.5555/iq.2025.7
topics: [Therapist Factors]
---
Varga listened to 60 recorded sessions of a made-up clinic and timed every pause.

## Practice Implications

Say what a silence is for.
""",
    "2026-11-two-letters": """\
---
title: "Letters between sessions: a pilot"
published: 2026-11
citation: "Nowak, R. (2026). Letters between sessions. Invented Quarterly, 8, 2-11."
topics: [Attachment]
---
An invented pilot study with 24 pairs of client and therapist.

## Practice Implications

A short letter can carry a session into the week.
""",
}

ISSUES = {
    "2026-11": """\
---
summaries: [2026-11-two-letters, 2026-10-quiet-rooms]
preheader: Letters and silences
---
Dear {{ reader.first_name | fallback("colleague") }}, two short studies this month.
"""
}

SUBSCRIBERS = """\
email,name,first_name,status
ada@example.org,Ada Lovelace,Ada,active
grace@example.net,Grace Hopper,Grace,active
left@example.com,Lee Left,Lee,unsubscribed
"""


def pytest_sessionstart() -> None:
    """Test what is written, not what was compiled before the last edit."""
    if refusal := outdated():
        pytest.exit(refusal, returncode=1)


@pytest.fixture(scope="session", autouse=True)
def _state_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the witnesses of the tests' ledgers, of other processes too, out of the user's home."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state-home"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return the root of a fresh workspace: three summaries, one draft, three subscribers."""
    root = tmp_path / "notes"
    files = {
        "newsletter.toml": SETTINGS,
        "topics.toml": TOPICS,
        "subscribers.csv": SUBSCRIBERS,
        **{f"summaries/{slug}.md": text for slug, text in SUMMARIES.items()},
        **{f"issues/{slug}.md": text for slug, text in ISSUES.items()},
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def timing() -> Timing:
    """Return how long `run` waits for what; a module whose servers misbehave has another one."""
    return Timing()


@pytest.fixture
def run(workspace: Path, timing: Timing) -> Callable[..., Result]:
    """Return a function that runs `newsletter ARGS...` in the workspace (input is its stdin)."""

    def invoke(*arguments: str, stdin: str | None = None, timing: Timing = timing) -> Result:
        line = ["-C", str(workspace), *arguments]
        return CliRunner().invoke(cli, line, input=stdin, obj=timing)

    return invoke
