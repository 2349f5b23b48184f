"""Kill `newsletter send` again and again, and see whether the promise holds.

    python -m tools.torture --kills 200 --readers 2000 --connections 20

A mailing is sent by real processes to a mail server that writes down what it takes. Each process
is killed (`kill -9`) at a random moment, or kills itself at a named stage; the next one goes on.
Once a mailing is finished another begins, until there were enough kills; then every mailing is
sent to its end, and the server's journal is compared with the ledger. The exit code is 1 where
somebody got a message twice, somebody was lost, or a kill left more uncertain than connections.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import mmap
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.torture.books import Books, compare
from tools.torture.ground import prepare, write_issue
from tools.torture.stage import SELDOM, STAGES

_TOP = Path(__file__).resolve().parents[2]
_STARTING_SECONDS = 0.6
"""About as long as a process takes until its first message."""
_MOST_MESSAGES = 60
"""So many messages, at the most, does a process get through before it is killed."""
_SHARE_EARLY, _SHARE_STAGED, _SHARE_WATCHED = 0.1, 0.2, 0.5
_EVERY = 20
_MOST_UNKILLED = 50


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
    kills: int = 0
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
            left = self._uncertain() - before
            if left > self.connections:
                self.too_many.append(left)
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

    def _one(self) -> bool:
        """Start one process and end it; return whether it was killed, not finished before."""
        staged = self.stage is not None or self.chance.random() < _SHARE_STAGED
        with self._sender(self._trap() if staged else ["-m", "newsletter"]) as process:
            if not staged:
                self._wait(process)
                process.kill()
            code = process.wait(timeout=120)
        if "Traceback" in self._words:
            raise SystemExit(self._words)
        return code < 0

    def _trap(self) -> Sequence[str]:
        stage = self.stage or self.chance.choice(list(STAGES))
        number = 1 if stage in SELDOM else self.chance.randint(1, _MOST_MESSAGES)
        return ["-m", "tools.torture.stage", stage, str(number)]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Return at a random moment: while it starts, or after some messages more."""
        if self.chance.random() < _SHARE_EARLY:
            time.sleep(self.chance.uniform(0, _STARTING_SECONDS))
            return
        if self.chance.random() < _SHARE_WATCHED:
            # Somebody looks meanwhile: her process opens the ledger, and closes it.
            self._until_more(process)
            self._uncertain()
        self._until_more(process)
        time.sleep(self.chance.uniform(0, 0.003))

    def _until_more(self, process: subprocess.Popen[bytes]) -> None:
        """Return when some more messages have arrived, or the process has ended."""
        enough = self.taken + self.chance.randint(0, _MOST_MESSAGES)
        while self.taken <= enough and process.poll() is None:
            time.sleep(0.0005)

    def _finish(self, month: str) -> None:
        process = self._process(["-m", "newsletter"], month)
        if process.wait(timeout=600) not in {0, 1} or "Traceback" in self._words:
            raise SystemExit(f"{month} did not come to its end: {self._words}")

    def _uncertain(self) -> int:
        """Return how many of the mailing are uncertain, or will be when the next process starts."""
        text = self._call("status", self.mailings[-1], "--json")
        counts = json.loads(text)["counts"]
        return int(counts["uncertain"] + counts["attempting"])

    @contextlib.contextmanager
    def _sender(self, program: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        process = self._process(program, self.mailings[-1])
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _process(self, program: Sequence[str], month: str) -> subprocess.Popen[bytes]:
        with self._said.open("wb") as said:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *program, "-C", str(self.root), "send", month, "--yes"],
                cwd=_TOP,
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


@contextlib.contextmanager
def sink(journal: Path, counter: Path, seed: int) -> Iterator[int]:
    """Run the mail server while the block runs; yield its port."""
    counter.write_bytes(bytes(8))
    command = [sys.executable, "-m", "tools.torture.sink", str(journal), str(counter), str(seed)]
    with subprocess.Popen(command, cwd=_TOP, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def torture(*, kills: int, readers: int, connections: int, seed: int, stage: str | None) -> bool:
    """Torture, and say what came of it; return whether the promise held."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder)
        journal, counter = root / "journal", root / "counter"
        journal.touch()
        with sink(journal, counter, seed) as port, counter.open("r+b") as shared:
            prepare(root / "ground", port=port, connections=connections, readers=readers)
            under = Torture(
                root=root / "ground",
                journal=journal,
                counter=mmap.mmap(shared.fileno(), 8),
                chance=random.Random(seed),  # noqa: S311 - moments, not secrets
                connections=connections,
                readers=readers,
                stage=stage,
            )
            under.run(kills)
            books = under.books()
    return verdict(under, books)


def verdict(under: Torture, books: Books) -> bool:
    """Say the tally; return whether the promise held."""
    bound = under.kills * under.connections
    say(f"kills       {under.kills}")
    say(f"mailings    {len(under.mailings)}, of {under.readers:,} readers each")
    say(f"messages    {books.messages:,} taken by the server, {books.accepted:,} accepted")
    say(f"duplicates  {books.duplicates}")
    say(f"lost        {books.lost}")
    say(f"uncertain   {books.uncertain:,} (at most {bound:,}: one a connection and kill)")
    if under.too_many:
        say(f"            {len(under.too_many)} kills left more: {under.too_many}")
    if books.foreign:
        say(f"foreign     {books.foreign} messages belong to nobody")
    held = books.holds and not under.too_many and books.uncertain <= bound
    say("The promise held." if held else "THE PROMISE IS BROKEN.")
    return held


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201 - a tool that prints


def main() -> None:
    """Read the options and torture."""
    words = argparse.ArgumentParser(prog="make torture", description=__doc__.splitlines()[0])
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--readers", type=int, default=2000, help="of each mailing")
    words.add_argument("--connections", type=int, default=20)
    words.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    words.add_argument("--stage", choices=STAGES, help="only kills at this stage")
    chosen = words.parse_args()
    say(f"seed        {chosen.seed}")
    sys.exit(0 if torture(**vars(chosen)) else 1)


if __name__ == "__main__":
    main()
