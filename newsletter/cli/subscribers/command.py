"""`newsletter subscribers`: the list, who left, and who came back."""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.terminal import output
from newsletter.content.frontmatter.quote import one_line

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience, Figures
    from newsletter.audience.list.listfile import Member
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.audience.suppression.suppression import Suppression
    from newsletter.basics.address import Address
    from newsletter.basics.errors import Problem
    from newsletter.state.ledger import Ledger
    from newsletter.workspace import Workspace

_SHOWN = 20
_COMPARED = 20_000
_GUESSED = 5
"""Of how long a list, and for how many addresses, the nearest one is looked for."""
_SOURCE = "subscribers"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look after the list: check, list, show, suppress, restore.

    The list file is yours; no command writes to it. Who left is kept beside it, and always wins.
    """


@command.command(short_help="everything that is wrong with the list, and the counts")
@click.option("--all", "everything", is_flag=True, help="Show every problem, not the first 20.")
@click.option("--json", "as_json", is_flag=True, help="Counts and problems as JSON.")
@click.pass_obj
def check(start: Any, everything: bool, as_json: bool) -> None:
    """Say everything that is wrong with the list, and count who may be mailed.

    It also lists the columns: as which one each is read, kept as a field, or not understood.
    Ends with exit code 1 where a row had to be left out or the list cannot be used.
    """
    from newsletter.basics.errors import NewsletterError
    from newsletter.cli.subscribers.view import column_rows, figures_json, figures_rows, needs_work

    try:
        with _opened(start, shows_cells=not as_json) as (audience, book, _ledger):
            for _member in audience:
                pass
            problems = (*book.problems, *audience.problems)
            figures = audience.figures
    except NewsletterError as error:
        if not as_json:
            raise
        output.json_result(figures_json(None, error.problems))
        click.get_current_context().exit(error.exit_code)
    if as_json:
        output.json_result(figures_json(figures, problems, audience.read_as))
    else:
        count = len(book.problems) + audience.problem_count
        _print_problems(problems, count, everything=everything)
        output.table(("column", "read as"), column_rows(audience.read_as))
        output.table(("readers", "number"), figures_rows(figures), right=("number",))
        again = "newsletter subscribers check"
        output.next_step(again if needs_work(figures, problems) else "newsletter check")
    if needs_work(figures, problems):
        click.get_current_context().exit(1)


@command.command(name="list", short_help="everybody on it, and who is not mailed and why")
@click.option("--excluded", is_flag=True, help="Only who is not mailed, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="One object a reader, with all fields.")
@click.pass_obj
def list_(start: Any, excluded: bool, as_json: bool) -> None:
    """Show the list as it would be mailed now."""
    from newsletter.basics.files import shown
    from newsletter.cli.subscribers.view import member_json, member_line, member_lines
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    with _opened(workspace) as (audience, _book, _ledger):
        members = (each for each in audience if not excluded or each.excluded is not None)
        if as_json:
            _stream_json(member_json(each) for each in members)
            return
        file = shown(workspace.settings.subscribers_file, workspace.root)
        what = "who is not mailed" if excluded else "as it would be mailed now"
        output.say(f"{workspace.settings.newsletter.title}: {file}, {what}", style="bold")
        on_terminal = output.on_terminal()
        for member in members:
            if on_terminal:
                style = "yellow" if member.excluded else None
                for line in member_lines(member):
                    output.result(line, style=style)
            else:
                click.echo(member_line(member))
        output.say(f"{audience.figures.mailable:,} mailed, {_not_mailed(audience.figures)}")
        if audience.problem_count:
            what = "problem" if audience.problem_count == 1 else "problems"
            say_all = "newsletter subscribers check tells them"
            output.say(f"The list has {audience.problem_count:,} {what}; {say_all}")
    output.next_step("newsletter subscribers show ADDRESS")


@command.command(short_help="one reader: consent, suppressions, what they got")
@click.argument("who", metavar="ADDRESS")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(start: Any, who: str, as_json: bool) -> None:
    """Show what is known of one reader: the list, their consent, suppressions, deliveries."""
    from newsletter.audience.who import find_who
    from newsletter.cli.subscribers.view import person_json, person_lines

    with _opened(start) as (audience, book, ledger):
        address = find_who(who, ledger.find_by_token)
        member, unreadable = _look_up(audience, address.key)
        suppression = book.in_force().get(address.key)
        history, deliveries = book.history(address), ledger.history(address)
    output.problems((*unreadable, *book.problems))
    if as_json:
        output.json_result(person_json(address, member, suppression, history, deliveries))
    else:
        lines = person_lines(
            address, member, suppression, history, deliveries, is_list_read=not unreadable
        )
        for line in lines:
            output.result(line)
        if member is None and not unreadable:
            near = _nearest(audience, address)
            if near:
                output.say(f"{address} is not on the list; {near}")
        output.next_step(_after_show(address, member, suppression))
    if unreadable:
        click.get_current_context().exit(1)


@command.command(short_help="never mail somebody again: an address or a token")
@click.argument("who", nargs=-1, required=True)
@click.option("--reason", default="unsubscribed", show_default=True, help="Why; kept with it.")
@click.pass_obj
def suppress(start: Any, who: tuple[str, ...], reason: str) -> None:
    """Never mail somebody again, from now on.

    WHO is an address, or the unsubscribe-TOKEN that a leaving reader's mail carries in its
    subject; a whole subject or unsubscribe link will do. `-` reads one a line from stdin.
    """
    from newsletter.audience.who import find_who
    from newsletter.basics.errors import NewsletterError, Problem, WrongUsage
    from newsletter.workspace import open_workspace

    found: list[Address] = []
    problems: list[Problem] = []
    texts = list(_each(who))
    why = one_line(reason)
    if not why:
        raise WrongUsage(Problem(message="the reason is empty", hint="leave --reason away"))
    if not texts:
        raise WrongUsage(Problem(message="stdin named nobody", hint="one address or token a line"))
    workspace = open_workspace(start)
    with _opened(workspace) as (audience, book, ledger):
        for text in texts:
            try:
                found.append(find_who(text, ledger.find_by_token))
            except NewsletterError as error:
                problems.extend(error.problems)
        changes = book.suppress(found, reason=why, source=_SOURCE, now=datetime.now(UTC))
        listed, unreadable = _keys_on(audience, {each.address.key for each in changes})
        strangers = (
            [] if unreadable else [each for each in changes if each.address.key not in listed]
        )
        near = {each.address: _nearest(audience, each.address) for each in strangers[:_GUESSED]}
    newsletter = workspace.settings.newsletter.title
    for change in changes:
        if change.before is not None:
            output.say(f"{change.address} is suppressed already in {newsletter}: {change.before}")
        else:
            output.say(f"{change.address} is suppressed in {newsletter}: {why}")
        if change in strangers:
            output.say(_not_listed(workspace, near.get(change.address)), style="yellow")
    output.problems((*book.problems, *map(_as_warning, unreadable)))
    if problems:
        raise NewsletterError(*problems)
    output.next_step("newsletter subscribers list --excluded")


@command.command(short_help="mail somebody again, with their consent")
@click.argument("who", metavar="ADDRESS")
@click.option("--reason", help="Why they may be mailed again: how and when they asked for it.")
@click.pass_obj
def restore(start: Any, who: str, reason: str | None) -> None:
    """Mail somebody again who was suppressed; only with their consent."""
    from newsletter.audience.who import find_who

    with _opened(start) as (audience, book, ledger):
        address = find_who(who, ledger.find_by_token)
        if address.key not in book.in_force():
            output.problems(book.problems)
            output.say(f"{address} is not suppressed; there is nothing to restore")
        else:
            why = _reason(reason)
            change = book.restore(address, reason=why, source=_SOURCE, now=datetime.now(UTC))
            output.say(f"{address} may be mailed again (was: {change.before})")
    with _opened(start) as (audience, _book, _ledger):
        member, unreadable = _look_up(audience, address.key)
    output.problems(unreadable)
    if member is None and not unreadable:
        output.say("The address is not on the list: add a row for it.")
    elif member is not None and member.excluded is not None:
        output.say(f"The list still excludes it: {member.excluded} (line {member.line}).")
    output.next_step(f"newsletter subscribers show {address}")


def _not_mailed(figures: Figures) -> str:
    left_out = f", {figures.left_out:,} left out" if figures.left_out else ""
    return f"{figures.excluded.total():,} not{left_out}"


@contextlib.contextmanager
def _opened(
    start: Path | Workspace | None, *, shows_cells: bool = False
) -> Iterator[tuple[Audience, SuppressionBook, Ledger]]:
    """Open the workspace: its audience as of today, both records of suppressions, the ledger."""
    from newsletter.audience.audience import Audience
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.basics.files import shown
    from newsletter.workspace import Workspace, open_workspace

    workspace = start if isinstance(start, Workspace) else open_workspace(start)
    file = workspace.settings.subscribers_file
    with workspace.ledger() as ledger:
        book = SuppressionBook(ledger, workspace.root)
        audience = Audience(
            file,
            shown=shown(file, workspace.root),
            suppressed=book.in_force(),
            today=datetime.now().astimezone().date(),
            answers=workspace.settings.subscribers_columns,
            shows_cells=shows_cells,
        )
        yield audience, book, ledger


def _look_up(audience: Audience, key: str) -> tuple[Member | None, tuple[Problem, ...]]:
    """Return the member with a key; a list that cannot be read is told, and ends nothing."""
    from newsletter.basics.errors import NewsletterError

    try:
        return audience.find(key), ()
    except NewsletterError as error:
        return None, error.problems


def _after_show(address: Address, member: Member | None, suppression: Suppression | None) -> str:
    """Return what may come next: never what somebody who is only looked at might not want."""
    if suppression is not None or (member is not None and member.excluded is not None):
        return "newsletter subscribers list --excluded"
    if member is None:
        return "newsletter subscribers list"
    return f"newsletter subscribers suppress {address}"


def _nearest(audience: Audience, address: Address) -> str | None:
    """Return the hint that names the nearest address of the list; None on a long list."""
    from newsletter.basics.errors import did_you_mean

    with contextlib.closing(iter(audience)) as members:
        first = itertools.islice(members, _COMPARED + 1)
        listed = [each.subscriber.address for each in first]
    if len(listed) > _COMPARED:
        return None
    # All readers of one provider have most of their address in common: the name must be near too.
    near = (str(each) for each in listed if did_you_mean(address.local, (each.local,)))
    return did_you_mean(str(address), near)


def _not_listed(workspace: Workspace, near: str | None) -> str:
    """Say that a suppressed address is not on the list, and which list that is."""
    from newsletter.basics.files import shown

    file = shown(workspace.settings.subscribers_file, workspace.root)
    return f"  not on the list ({file}){f'; {near}' if near else ''}"


def _as_warning(problem: Problem) -> Problem:
    """Return what is wrong with the list where the suppression holds all the same."""
    from newsletter.basics.errors import Level

    return replace(problem, level=Level.WARNING)


def _keys_on(audience: Audience, keys: set[str]) -> tuple[set[str], tuple[Problem, ...]]:
    """Return which of the keys are on the list."""
    from newsletter.basics.errors import NewsletterError

    try:
        return {key for each in audience if (key := each.subscriber.address.key) in keys}, ()
    except NewsletterError as error:
        return set(), error.problems


def _each(who: Iterable[str]) -> Iterator[str]:
    """Yield each WHO; `-` stands for the lines of stdin."""
    for text in who:
        if text == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield text


def _reason(told: str | None) -> str:
    """Return why somebody may be mailed again; ask where it was not told."""
    from newsletter.basics.errors import Problem, WrongUsage

    if told is None and sys.stdin.isatty():
        told = click.prompt("How and when did they ask to be mailed again?", err=True)
    if told is None or not told.strip():
        raise WrongUsage(
            Problem(
                message="a restore needs the reason: who left is mailed again only by consent",
                hint='answer it with --reason "wrote on 2 October and wants it again"',
            )
        )
    return one_line(told)


def _print_problems(problems: Sequence[Problem], count: int, *, everything: bool) -> None:
    """Print the errors, of the rest the first ones, and how many more of all `count` there are."""
    from newsletter.basics.errors import Level

    errors = [problem for problem in problems if problem.level is Level.ERROR]
    others = [problem for problem in problems if problem.level is not Level.ERROR]
    told = others if everything else others[:_SHOWN]
    output.problems((*told, *errors))
    if len(others) > len(told):
        more = count - len(told) - len(errors)
        output.say(f"... and {more:,} more; newsletter subscribers check --all shows them")


def _stream_json(items: Iterable[dict[str, Any]]) -> None:
    """Print a list as JSON, one object a line, holding one at a time."""
    opening = "["
    for item in items:
        sys.stdout.write(f"{opening}\n{json.dumps(item, ensure_ascii=False)}")
        opening = ","
    sys.stdout.write("[]\n" if opening == "[" else "\n]\n")
