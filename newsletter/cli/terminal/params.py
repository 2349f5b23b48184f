"""Parameters that several commands take."""

from __future__ import annotations

import click

from newsletter.content.month import Month, parse_month

where_option = click.option(
    "--where",
    metavar="COLUMN=VALUE",
    multiple=True,
    help="Only readers with this in a column of the list; several all hold.",
)


def as_month(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> Month | None:
    """Return the month of an option, a click callback; raise BadParameter for a wrong one."""
    month = parse_month(text) if text is not None else None
    if text is not None and month is None:
        raise click.BadParameter(f"'{text}' is no month; write YYYY-MM, for example 2026-11")
    return month
