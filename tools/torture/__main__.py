"""Kill `newsletter send` again and again, harm its ledger, and see whether the promise holds.

    python -m tools.torture --kills 200 --readers 2000 --connections 20

A mailing is sent by real processes to a mail server that writes down what it takes. Each process
is killed (`kill -9`) at a random moment, or kills itself at a named stage; the next one goes on.
After some kills, and under some runs, the ledger is harmed: its log damaged or lost, an earlier
copy put back. Once a mailing is finished another begins, until there were enough kills; then every
mailing is sent to its end, and the server's journal is compared with the ledger. The exit code is
1 where somebody got a message twice, somebody was lost, or more are uncertain than kills and harm
explain: one a connection and kill, and those whom a harmed ledger was told to have lost.
"""

from __future__ import annotations

import argparse
import contextlib
import mmap
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.torture.books import Books
from tools.torture.ground import prepare
from tools.torture.ordeal import TOP, Torture, say
from tools.torture.stage import STAGES


@contextlib.contextmanager
def sink(journal: Path, counter: Path, seed: int) -> Iterator[int]:
    """Run the mail server while the block runs; yield its port."""
    counter.write_bytes(bytes(8))
    command = [sys.executable, "-m", "tools.torture.sink", str(journal), str(counter), str(seed)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def torture(*, kills: int, readers: int, connections: int, seed: int, stage: str | None) -> bool:
    """Torture, and say what came of it; return whether the promise held."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder)
        os.environ["XDG_STATE_HOME"] = str(root / "home")
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
                harms=stage is None,
            )
            under.run(kills)
            books = under.books()
    return verdict(under, books)


def verdict(under: Torture, books: Books) -> bool:
    """Say the tally; return whether the promise held."""
    bound = under.kills * under.connections + under.forgotten
    say(f"kills       {under.kills}")
    for name, times in sorted(under.harmed.items()):
        say(f"harmed      {times} times: {name}")
    say(f"refused     {under.refused} ledgers, until the editor's word was given")
    say(f"mailings    {len(under.mailings)}, of {under.readers:,} readers each")
    say(f"messages    {books.messages:,} taken by the server, {books.accepted:,} accepted")
    say(f"duplicates  {books.duplicates}")
    say(f"lost        {books.lost}")
    say(
        f"uncertain   {books.uncertain:,} (at most {bound:,}: one a connection and kill,"
        f" {under.forgotten:,} that a harmed ledger had lost)"
    )
    if under.too_many:
        say(f"            {len(under.too_many)} kills left more: {under.too_many}")
    if books.foreign:
        say(f"foreign     {books.foreign} messages belong to nobody")
    held = books.holds and not under.too_many and books.uncertain <= bound
    say("The promise held." if held else "THE PROMISE IS BROKEN.")
    return held


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
