"""`newsletter subscribers suppress` and `restore`: who left, and who came back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.errors import Level, NewsletterError, Problem, WrongUsage
from newsletter.cli.subscribers.opened import look_up, nearest, not_listed, opened
from newsletter.cli.terminal import output
from newsletter.content.frontmatter.quote import one_line

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience
    from newsletter.basics.address import Address

_GUESSED = 5
"""How many addresses that are not on the list get a hint with the nearest one."""
_SOURCE = "subscribers"
_UNSUBSCRIBED = "unsubscribed"


@click.command(short_help="never mail somebody again: an address or a token")
@click.argument("who", nargs=-1, required=True)
@click.option("--reason", default=_UNSUBSCRIBED, show_default=True, help="Why; kept with it.")
@click.pass_obj
def suppress(start: Any, who: tuple[str, ...], reason: str) -> None:
    """Never mail somebody again, from now on.

    WHO is an address, or the unsubscribe-TOKEN that a leaving reader's mail carries in its
    subject; a whole subject or unsubscribe link will do. `-` reads one a line from stdin.
    """
    from newsletter.audience.register.event import Kind
    from newsletter.audience.who import find_who
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
    with opened(workspace) as (audience, book, records):
        for text in texts:
            try:
                found.append(find_who(text, records.find_by_token))
            except NewsletterError as error:
                problems.extend(error.problems)
        kind = Kind.UNSUBSCRIBE if why == _UNSUBSCRIBED else Kind.SUPPRESS
        changes = book.suppress(found, reason=why, source=_SOURCE, now=datetime.now(UTC), kind=kind)
        listed, unreadable = _keys_on(audience, {each.address.key for each in changes})
        strangers = (
            [] if unreadable else [each for each in changes if each.address.key not in listed]
        )
        near = {each.address: nearest(audience, each.address) for each in strangers[:_GUESSED]}
    newsletter = workspace.settings.newsletter.title
    for change in changes:
        if change.before is not None:
            output.say(f"{change.address} is suppressed already in {newsletter}: {change.before}")
        else:
            output.say(f"{change.address} is suppressed in {newsletter}: {why}")
        if change in strangers:
            output.say(not_listed(workspace, near.get(change.address)), style="yellow")
    output.problems((*book.problems, *map(_as_warning, unreadable)))
    if problems:
        raise NewsletterError(*problems)
    output.next_step("newsletter subscribers list --excluded")


@click.command(short_help="mail somebody again, with their consent")
@click.argument("who", metavar="ADDRESS")
@click.option("--reason", help="Why they may be mailed again: how and when they asked for it.")
@click.pass_obj
def restore(start: Any, who: str, reason: str | None) -> None:
    """Mail somebody again who was suppressed; only with their consent."""
    from newsletter.audience.who import find_who

    with opened(start) as (audience, book, records):
        address = find_who(who, records.find_by_token)
        if book.of(address) is None:
            output.problems(book.problems)
            output.say(f"{address} is not suppressed; there is nothing to restore")
        else:
            why = _reason(reason)
            change = book.restore(address, reason=why, source=_SOURCE, now=datetime.now(UTC))
            output.say(f"{address} may be mailed again (was: {change.before})")
    with opened(start) as (audience, _book, _records):
        member, unreadable = look_up(audience, address.key)
    output.problems(unreadable)
    if member is None and not unreadable:
        output.say("The address is not on the list: add a row for it.")
    elif member is not None and member.excluded is not None:
        where = f"line {member.line}" if member.line else "signed up"
        output.say(f"The list still excludes it: {member.excluded} ({where}).")
    output.next_step(f"newsletter subscribers show {address}")


def _as_warning(problem: Problem) -> Problem:
    """Return a problem of the list as a warning: the suppression holds all the same."""
    return replace(problem, level=Level.WARNING)


def _keys_on(audience: Audience, keys: set[str]) -> tuple[set[str], tuple[Problem, ...]]:
    """Return which of the keys are on the list, or why it cannot be read."""
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
    """Return why somebody may be mailed again; without `--reason` ask on a terminal."""
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
