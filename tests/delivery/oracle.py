"""What every row of the fault table is held to: the server's journal against the ledger."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from click.testing import Result

from tests.hostile import Action, Hostile

Run = Callable[..., Result]
WARNED = re.compile(r"warning: .*\n(  Hint: .*\n)?")


def settle(
    workspace: Path,
    port: int,
    *,
    readers: int,
    scheme: str = "smtp",
    extra: str = "connections = 3",
) -> list[str]:
    """Point a workspace at a server and give it a list of made-up readers; return them."""
    file = workspace / "newsletter.toml"
    text = re.sub(r"\[delivery\][^[]*", "", file.read_text("utf-8"))
    way = f'[delivery]\ntransport = "{scheme}://127.0.0.1:{port}"\n{extra}\n'
    file.write_text(f"{text}\n{way}", "utf-8")
    emails = [f"reader{number:04}@example.org" for number in range(readers)]
    write_list(workspace, emails)
    return emails


def write_list(workspace: Path, emails: Sequence[str]) -> None:
    rows = "".join(f"{email},Reader\n" for email in emails)
    (workspace / "subscribers.csv").write_text(f"email,first_name\n{rows}", "utf-8")


def number(who: str) -> int:
    """Return the number in a made-up reader's address."""
    return int(who[6:10])


def may_be_taken(action: Action) -> bool:
    """Whether a message may be with the server, as far as anybody can know from its answer."""
    if isinstance(action, list) and isinstance(action[0], str):
        return any(isinstance(each, str) and each[:1] == "2" for each in action)
    return not (isinstance(action, str) and action[:1] in {"4", "5"})


def states(run: Run) -> dict[str, int]:
    """Return the mailing's counts that are not zero."""
    counts: dict[str, int] = json.loads(run("status", "2026-11", "--json").stdout)["counts"]
    return {state: count for state, count in counts.items() if count}


def rows(run: Run) -> list[dict[str, str]]:
    """Return the mailing's deliveries."""
    return list(csv.DictReader(io.StringIO(run("status", "2026-11", "--csv").stdout)))


def hold(run: Run, server: Hostile, emails: Sequence[str], expected: dict[str, int]) -> None:
    """Hold ledger and journal against each other.

    Everybody is in exactly one state and the counts add up; nobody's message arrived twice; what
    is accepted arrived; what arrived is accepted or uncertain.
    """
    found = rows(run)
    assert sorted(row["email"] for row in found) == sorted(emails)
    assert states(run) == expected
    assert Counter(row["state"] for row in found) == expected
    arrived = Counter(who for who, action in server.journal if may_be_taken(action))
    assert {who: times for who, times in arrived.items() if times > 1} == {}
    for row in found:
        if row["state"] == "accepted":
            assert arrived[row["email"]] == 1
        if arrived[row["email"]]:
            assert row["state"] in {"accepted", "uncertain"}


def last_words(result: Result) -> str:
    """Return what was said, without warnings of the check; there never is a traceback."""
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return WARNED.sub("", result.stderr)
