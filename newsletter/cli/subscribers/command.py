"""`newsletter subscribers`: the list, who left, and who came back."""

from __future__ import annotations

import click

from newsletter.cli.subscribers.changing import restore, suppress
from newsletter.cli.subscribers.erasing import erase
from newsletter.cli.subscribers.exporting import export
from newsletter.cli.subscribers.importing import import_
from newsletter.cli.subscribers.reading import check, list_
from newsletter.cli.subscribers.renewing import renew
from newsletter.cli.subscribers.showing import show


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look after the list and the people on it.

    The list file is yours: only import and erase write to it, with a backup beside it. Who left is
    kept apart, and always wins.
    """


for each in (check, list_, show, suppress, restore, import_, renew, export, erase):
    command.add_command(each)
