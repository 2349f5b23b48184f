"""One torture: mailings sent by processes that are killed, over a ledger that is harmed."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import mmap
import random
import re
import shutil
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.torture.books import Books, compare
from tools.torture.ground import write_issue
from tools.torture.harm import AFTER, UNDER, Harm
from tools.torture.stage import SELDOM, STAGES

TOP = Path(__file__).resolve().parents[2]
_STARTING_SECONDS = 0.6
"""About as long as a process takes until its first message."""
_MOST_MESSAGES = 60
"""So many messages, at the most, does a process get through before it is killed."""
_SHARE_HARMED, _SHARE_KEPT = 0.35, 0.3
_SHARE_EARLY, _SHARE_STAGED, _SHARE_WATCHED = 0.1, 0.2, 0.5
_EVERY = 20
_MOST_UNKILLED = 50
_LOST = re.compile(r"had lost ([\d,]+) message")


@dataclass(slots=True, kw_only=True)
class Torture:
    """The workspace, the server and the tally of one torture."""

    root: Path
    journal: Path
    counter: mmap.mmap
    chance: random.Random
    connections: int
    readers: int
    stage: str | None = None
    harms: bool = True
    kills: int = 0
    harmed: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    forgotten: int = 0
    too_many: list[int] = field(default_factory=list)
    mailings: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many messages have arrived."""
        (count,) = struct.unpack("=Q", self.counter[:8])
        return int(count)

    def run(self, kills: int) -> None:
        """Kill so many processes, then let every mailing end."""
        self._begin()
        while self.kills < kills:
            before = self._uncertain()
            if not self._one():
                if len(self.mailings) - self.kills > _MOST_UNKILLED:
                    raise SystemExit(
                        "mailing after mailing comes to its end, and nothing is killed"
                    )
                self._begin()
                continue
            self.kills += 1
            forgotten = self._forgotten()
            if self._earlier.exists() and self.chance.random() < _SHARE_HARMED:
                self._do(*self.chance.choice(list(AFTER.items())))  # before anybody reads the log
            left = self._uncertain() - before - forgotten
            if left > self.connections:
                self.too_many.append(left)
            if self.harms and self.chance.random() < _SHARE_KEPT:
                self._keep()
            if self.kills % _EVERY == 0:
                say(f"{self.kills} kills, {self.taken:,} messages, {len(self.mailings)} mailings")
        for month in self.mailings:
            self._finish(month)

    def books(self) -> Books:
        """Compare the journal with the ledger."""
        rows = [
            list(csv.DictReader(io.StringIO(self._call("status", month, "--csv"))))
            for month in self.mailings
        ]
        return compare(self.journal.read_text("ascii").splitlines(), rows, self.readers)

    def _begin(self) -> None:
        self.mailings.append(write_issue(self.root, len(self.mailings)))
        shutil.rmtree(self._earlier, ignore_errors=True)

    def _one(self) -> bool:
        """Start one process and end it; return whether it was killed, not finished before."""
        staged = self.stage is not None or self.chance.random() < _SHARE_STAGED
        with self._sender(self._trap() if staged else ["-m", "newsletter"]) as process:
            if not staged:
                sends = self._wait(process)
                if sends and self._earlier.exists() and self.chance.random() < _SHARE_HARMED:
                    return self._harm_under(process)
                process.kill()
            code = process.wait(timeout=120)
        self._require_words()
        if code == 1 and "--this-ledger-is-right" in self._words:
            return self._trust()
        return code < 0

    def _trust(self) -> bool:
        """Give the editor's word for a ledger that was refused, and let it go on to its end."""
        self.refused += 1
        self._finish(self.mailings[-1], "--this-ledger-is-right")
        return False

    def _keep(self) -> None:
        """Keep a copy of the ledger, to be put back later; of a mailing of which something left.

        A mailing of which nothing left is frozen anew by the next process, and a ledger from before
        that knows nothing of the one that was sent: `send` refuses it whatever the editor says.
        """
        counts = self._counts()
        if sum(counts.values()) > counts["pending"] + counts["excluded"]:
            shutil.rmtree(self._earlier, ignore_errors=True)
            shutil.copytree(self._folder, self._earlier)

    def _harm_under(self, process: subprocess.Popen[bytes]) -> bool:
        """Harm the ledger under a run, which has to end by itself; return whether it ran still."""
        if process.poll() is not None:
            return False
        name, harm = self.chance.choice(list(UNDER.items()))
        self._do(f"under a run: {name}", harm)
        code = process.wait(timeout=120)
        self._require_words()
        if code not in {0, 1}:
            raise SystemExit(f"under a run: {name}: it ended with {code}: {self._words}")
        return True

    def _do(self, name: str, harm: Harm) -> None:
        harm(self._folder, self._earlier, self.chance)
        self.harmed[name] += 1

    def _forgotten(self) -> int:
        """Return how many tries the last process said that the ledger had lost."""
        found = sum(int(number.replace(",", "")) for number in _LOST.findall(self._words))
        self.forgotten += found
        return found

    def _require_words(self) -> None:
        if "Traceback" in self._words:
            raise SystemExit(self._words)

    def _trap(self) -> Sequence[str]:
        stage = self.stage or self.chance.choice(list(STAGES))
        number = 1 if stage in SELDOM else self.chance.randint(1, _MOST_MESSAGES)
        return ["-m", "tools.torture.stage", stage, str(number)]

    def _wait(self, process: subprocess.Popen[bytes]) -> bool:
        """Return at a random moment: while it starts, or after some messages more (True)."""
        if self.chance.random() < _SHARE_EARLY:
            time.sleep(self.chance.uniform(0, _STARTING_SECONDS))
            return False
        if self.chance.random() < _SHARE_WATCHED:
            # Another process opens the ledger meanwhile, and closes it.
            self._until_more(process)
            self._uncertain()
        self._until_more(process)
        time.sleep(self.chance.uniform(0, 0.003))
        return True

    def _until_more(self, process: subprocess.Popen[bytes]) -> None:
        """Return when some more messages have arrived, or the process has ended."""
        enough = self.taken + self.chance.randint(0, _MOST_MESSAGES)
        while self.taken <= enough and process.poll() is None:
            time.sleep(0.0005)

    def _finish(self, month: str, *options: str) -> None:
        """Send a mailing to its end; where its ledger is refused, give the editor's word for it."""
        process = self._process(["-m", "newsletter"], month, *options)
        code = process.wait(timeout=600)
        self._forgotten()
        if code == 1 and "--this-ledger-is-right" in self._words and not options:
            self.refused += 1
            self._finish(month, "--this-ledger-is-right")
        elif code not in {0, 1} or "Traceback" in self._words:
            raise SystemExit(f"{month} did not come to its end: {self._words}")

    def _uncertain(self) -> int:
        """Return how many of the mailing are uncertain, or will be when the next process starts."""
        counts = self._counts()
        return counts["uncertain"] + counts["attempting"]

    def _counts(self) -> dict[str, int]:
        """Return how many of the mailing are in each state."""
        found: dict[str, int] = json.loads(self._call("status", self.mailings[-1], "--json"))[
            "counts"
        ]
        return found

    @property
    def _folder(self) -> Path:
        return self.root / ".newsletter"

    @property
    def _earlier(self) -> Path:
        """A copy of the folder from earlier in the same mailing, if there is one."""
        return self.root / "earlier"

    @contextlib.contextmanager
    def _sender(self, program: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        process = self._process(program, self.mailings[-1])
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _process(
        self, program: Sequence[str], month: str, *options: str
    ) -> subprocess.Popen[bytes]:
        with self._said.open("wb") as said:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *program, "-C", str(self.root), "send", month, "--yes", *options],
                cwd=TOP,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    @property
    def _said(self) -> Path:
        return self.root / "said"

    @property
    def _words(self) -> str:
        """What the last process said."""
        return self._said.read_text("utf-8", "replace")

    def _call(self, *arguments: str) -> str:
        from click.testing import CliRunner

        from newsletter.cli.main import cli

        return CliRunner().invoke(cli, ["-C", str(self.root), *arguments]).stdout


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201 - a tool that prints
