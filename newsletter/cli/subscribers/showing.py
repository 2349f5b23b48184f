"""`newsletter subscribers show`: everything about one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.subscribers.opened import look_up, nearest, opened_whole
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience
    from newsletter.audience.list.listfile import Member
    from newsletter.audience.suppression.book import SuppressionBook
    from newsletter.basics.address import Address
    from newsletter.cli.subscribers.person import Person
    from newsletter.state.sqlite import SqliteLedger

_NAME = 13
"""Columns of the name of a fact."""


@click.command(short_help="one person: profile, consent, history, what they got")
@click.argument("who", metavar="ADDRESS")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(start: Any, who: str, as_json: bool) -> None:
    """Show what is known of one person.

    The list's columns with what they chose over them, the consent that counts, everything that
    happened, and each issue. ADDRESS may be a token.
    """
    from newsletter.audience.who import find_who
    from newsletter.cli.subscribers.person import person_json

    with opened_whole(start) as (audience, book, ledger):
        address = find_who(who, ledger.records.find_by_token)
        member, unreadable = look_up(audience, address.key)
        found = _person(address, member, book, ledger, is_list_read=not unreadable)
    output.problems((*unreadable, *book.problems))
    if as_json:
        output.json_result(person_json(found))
    else:
        _print(found)
        _say_nearest(found, audience)
        output.next_step(_next(found))
    if unreadable:
        click.get_current_context().exit(1)


def _person(
    address: Address,
    member: Member | None,
    book: SuppressionBook,
    ledger: SqliteLedger,
    *,
    is_list_read: bool,
) -> Person:
    from newsletter.audience.register.alias import is_alias
    from newsletter.audience.register.profile import chosen_since, held_consent, whole_history
    from newsletter.cli.subscribers.person import Person

    suppression = book.of(address)
    is_erased = suppression is not None and is_alias(suppression.address.key)
    kept = suppression.address if suppression is not None and is_erased else address
    events = ledger.people.history(kept)
    fields = {} if member is None else member.subscriber.fields
    choice = ledger.people.choices().get(address.key)
    return Person(
        address=address,
        member=member,
        consent=held_consent(fields, choice, events),
        chosen=chosen_since(events),
        suppression=suppression,
        is_erased=is_erased,
        history=whole_history(events, book.history(kept)),
        deliveries=ledger.records.history(kept),
        is_list_read=is_list_read,
    )


def _print(person: Person) -> None:
    from newsletter.cli.subscribers.person import sections

    output.result(str(person.address), style="bold")
    styles = {"yes": "green"}
    for number, facts in enumerate(sections(person)):
        found = list(facts)
        if number and found and output.on_terminal():
            output.result("")
        for name, value in found:
            style = styles.get(value, "yellow") if name == "mailed" else None
            output.fact(name, value, width=_NAME, style=style)


def _say_nearest(person: Person, audience: Audience) -> None:
    if person.member is None and person.is_list_read and not person.is_erased:
        near = nearest(audience, person.address)
        if near:
            output.say(f"{person.address} is not on the list; {near}")


def _next(person: Person) -> str:
    """Return the next step: for somebody with a suppression never one that undoes it."""
    if person.is_erased and person.member is not None:
        return f"newsletter subscribers erase {person.address}"
    excluded = person.member is not None and person.member.excluded is not None
    if person.suppression is not None or excluded:
        return "newsletter subscribers list --excluded"
    if person.member is None:
        return "newsletter subscribers list"
    return f"newsletter subscribers suppress {person.address}"
