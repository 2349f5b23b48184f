"""A person whose answers are known ahead, and a workspace whose mail goes to a sink."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from newsletter.delivery.mailing import Result
from newsletter.settings.timing import Timing
from newsletter.settings.values import Settings
from newsletter.smtp.auth import Credentials
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import News, Note, Question, Tell, Wait, Watch
from newsletter.tasks.send.story import send
from newsletter.workspace import open_workspace
from tests.sink import Sink

ISSUE = "2026-11"


def nothing(_: Question | Wait) -> None:
    """Happen not at all."""


def until_then(wait: Wait) -> None:
    sleep(max(0.0, (wait.at - datetime.now(UTC)).total_seconds()))


@dataclass(slots=True)
class Scripted:
    """Says yes to all but `noes`; `meanwhile` happens while a question or a wait stands."""

    noes: Collection[type[Question]] = ()
    meanwhile: Callable[[Question | Wait], None] = nothing
    wakes: Callable[[Wait], None] = until_then
    news: list[News] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """How the one mailing ended."""
        (over,) = [each for each in self.news if isinstance(each, Result)]
        return over

    @property
    def notes(self) -> list[str]:
        return [each.text for each in self.news if isinstance(each, Note)]

    def tell(self, news: News) -> None:
        self.news.append(news)

    def confirm(self, question: Question) -> bool:
        self.asked.append(question)
        self.meanwhile(question)
        return type(question) not in self.noes

    def wait(self, wait: Wait) -> None:
        self.waits.append(wait)
        self.meanwhile(wait)
        self.wakes(wait)

    @contextlib.contextmanager
    def progress(self, total: int) -> Iterator[tuple[Watch, Tell]]:
        self.totals.append(total)
        yield lambda _: None, lambda _: None

    def credentials(self, _settings: Settings) -> Credentials | None:
        return None


def ordered(root: Path, order: Order, person: Scripted, timing: Timing = Timing()) -> int:
    return send(open_workspace(root, timing), order, person)


def mails(root: Path) -> int:
    return len(list((root / "outbox/new").glob("*")))


def through(root: Path, sink: Sink) -> None:
    settings = root / "newsletter.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r'transport = ".*"', f'transport = "{sink.url}"', text), "utf-8")
