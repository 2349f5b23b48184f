"""`newsletter subscribers erase`: everything that is kept of one person, removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.errors import fail
from newsletter.basics.files import shown
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.state.sqlite import SqliteLedger
    from newsletter.tasks.people.kept import Kept
    from newsletter.workspace import Workspace

_SOURCE = "subscribers"
_NAMED = 5
"""How many files or issues of one kind are named; of more, the number is given."""


@click.command(short_help="remove everything that is kept of somebody")
@click.argument("who", metavar="ADDRESS")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--this-ledger-is-right", "trusted", is_flag=True, help="Erase in a restored or copied ledger."
)
@click.pass_obj
def erase(start: Any, who: str, yes: bool, trusted: bool) -> None:
    """Remove a person's address, name and fields from the list, the ledger and every record.

    Shows first what is kept and where. An alias, which nobody can turn back into the address,
    stands in the ledger and in suppressions.csv: the counts of mailings stay, and the address is
    never mailed again. Run again after an interruption, it goes on. ADDRESS may be a token, too.
    """
    from newsletter.tasks.people.erasing import erase as carry_out
    from newsletter.tasks.send.only_sender import the_only_sender
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    with workspace.ledger() as ledger:
        found = _gather(workspace, ledger, who)
        name = found.who.address or found.who.alias
        if found.is_nothing:
            _say_nothing(found, workspace)
            return
        output.table(("where", "what is kept"), list(_rows(found, workspace)), whole=("where",))
        _say_others(found.others, workspace)
        output.problems(found.problems)
        if not yes and not output.confirm(f"Erase {name}? It cannot be undone.", flag="--yes"):
            output.say("Nothing was changed.")
            return
        with the_only_sender(workspace, ledger, trusted=trusted) as told:
            if told:
                output.say(told, style="yellow")
            output.say(f"Erasing {name} ...")
            left = carry_out(workspace, ledger, found, source=_SOURCE, now=datetime.now(UTC))
    output.say(f"{name} is erased. {found.who.alias} stands for them, and is never mailed.")
    _say_left(left, workspace)
    output.next_step(f"newsletter subscribers show {name}")


def _gather(workspace: Workspace, ledger: SqliteLedger, who: str) -> Kept:
    from newsletter.audience.register.alias import ERASED_AND_RESTORED, Aliases
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.audience.who import find_who
    from newsletter.tasks.people.kept import kept
    from newsletter.tasks.people.sought import sought
    from newsletter.tasks.send.uncertain import sender_now

    sender = sender_now(workspace)
    if sender is not None:
        raise fail(
            f"a mailing is being sent by {sender}",
            hint="nobody is erased meanwhile: run this again when it has ended",
        )
    keys = workspace.keys()
    book = SuppressionBook(ledger.people, workspace.root, keys)
    address = find_who(who, ledger.records.find_by_token)
    found = kept(workspace, ledger, book, sought(address, Aliases(book.in_force(), keys), keys))
    if found.who.address is None and found.erased is None:
        raise fail(ERASED_AND_RESTORED, hint="give their address")
    return found


def _say_nothing(found: Kept, workspace: Workspace) -> None:
    from newsletter.tasks.people.kept import mentions
    from newsletter.tasks.people.traces import Traces

    name = found.who.address or found.who.alias
    if found.erased is None:
        output.say(f"Nothing is kept of {name}.")
    else:
        output.say(f"{name} was erased on {found.erased.since}; nothing else is kept.")
    _say_left(mentions(workspace, Traces(found.who.spellings())), workspace)
    _say_others(found.others, workspace)
    output.problems(found.problems)


def _say_left(files: Iterable[Path], workspace: Workspace) -> None:
    for file in files:
        output.say(
            f"{shown(file, workspace.root)} still names the address, in a row of somebody else:"
            " edit it by hand.",
            style="yellow",
        )


def _say_others(files: Iterable[Path], workspace: Workspace) -> None:
    named = [str(shown(file, workspace.root)) for file in files]
    if named:
        output.say("These files name them, too, and are yours. Edit or delete them by hand:")
        for each in named:
            output.say(f"  {each}", style="yellow")


def _rows(found: Kept, workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield each place with what it has of a person."""
    from newsletter.audience.suppression.record import FILE_NAME
    from newsletter.tasks.test_addresses import NAME

    def named(file: Path) -> str:
        return str(shown(file, workspace.root))

    if found.erased is not None:
        rest = "begun and not finished" if found.is_unfinished else "what follows came later"
        yield "erasure", f"of {found.erased.since}: {rest}"
    if found.listed.rows:
        yield named(workspace.settings.subscribers_file), _lines(found.listed.rows)
    for backup in found.backups:
        yield named(backup.file), f"{_lines(backup.found.rows)} of a backup"
    if found.recorded.rows:
        yield FILE_NAME, _lines(found.recorded.rows)
    if found.events:
        yield "register", _number(len(found.events), "event")
    if found.deliveries:
        yield "ledger", ", ".join(_deliveries(found))
    if found.tested:
        yield f"{workspace.state_folder.name}/{NAME}", "tests went to the address"
    copied = [named(each) for each in (*found.copies, *found.leftovers)]
    yield from ((each, "a copy of their mail or row") for each in copied[:_NAMED])
    if len(copied) > _NAMED:
        yield "...", f"and {len(copied) - _NAMED:,} more copies"


def _lines(rows: Iterable[tuple[int, list[str]]]) -> str:
    numbers = [f"{line:,}" for line, _cells in rows]
    return f"line{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}"


def _deliveries(found: Kept) -> Iterator[str]:
    issues = [issue for issue, _record in found.deliveries]
    more = f" and {len(issues) - _NAMED:,} more" if len(issues) > _NAMED else ""
    number = _number(len(issues), "delivery", "deliveries")
    yield f"{number} ({', '.join(issues[-_NAMED:])}{more})"
    answers = sum(1 for _issue, record in found.deliveries if record.text)
    if answers:
        yield _number(answers, "answer of a server", "answers of servers")


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
