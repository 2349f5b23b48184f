"""`newsletter subscribers`: the list, who left, and who came back."""

from __future__ import annotations

import click

from newsletter.cli.subscribers.changing import restore, suppress
from newsletter.cli.subscribers.importing import import_
from newsletter.cli.subscribers.reading import check, list_, show


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look after the list: check, list, show, suppress, restore.

    The list file is yours; only import writes to it, and adds rows. Who left is kept beside it,
    and always wins.
    """


for each in (check, list_, show, suppress, restore, import_):
    command.add_command(each)
