# ruff: noqa: INP001, E501 - a script, not a package; its page has long lines
"""Writes docs/commands.md from the commands' own help: `python tools/commands.py`.

A test fails where the file is not what this writes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from newsletter.cli.main import SECTIONS, cli

FILE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
HEAD = """\
# Commands

Made from the commands' own help by `python tools/commands.py`; edit the help, not this page.

MONTH is an issue's name: `2026-11`, or `2026-11-correction` for an extra one. Where there is exactly one draft it may be left out, except for `compose`, `send` and `resolve`.

What a command finds goes to stdout; words for people go to stderr; with `--json` or `--csv` nothing else is on stdout. A command asks only on a terminal; elsewhere it names the option that answers. Every command has `-h`, `--help`.

| exit code | means |
|---|---|
| 0 | done |
| 1 | you must act: a bad file, settings that are refused, deliveries refused or uncertain |
| 2 | the command line was not understood, or a question could not be asked |
| 3 | the check found errors |
| 75 | not finished: run the same command again later |
| 130, 143 | interrupted (Ctrl-C), or terminated |
"""


def reference() -> str:
    """Return the page."""
    context = click.Context(cli, info_name="newsletter")
    return "\n".join([HEAD, *_options(cli, context), *_sections(context)]).rstrip("\n") + "\n"


def _sections(context: click.Context) -> Iterator[str]:
    for heading, names in SECTIONS.items():
        yield f"## {heading}\n"
        for name in names:
            command = cli.get_command(context, name)
            if command is not None:
                yield from _command(command, click.Context(command, context, info_name=name))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield a command's part of the page, and that of its subcommands."""
    path = context.command_path
    usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS]", "").split()
    yield f"### {path}\n"
    yield f"    {' '.join([path, *usage])}\n"
    yield from _paragraphs(command.help or "")
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _command(inner, click.Context(inner, context, info_name=name))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n{2,}", inspect.cleandoc(text)):
        if paragraph.startswith("\b"):
            lines = paragraph.removeprefix("\b").strip("\n").split("\n")
            yield "\n".join(f"    {line.strip()}" for line in lines) + "\n"
        else:
            yield _escaped(" ".join(paragraph.split())) + "\n"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = [
        record
        for option in command.get_params(context)
        if isinstance(option, click.Option)
        and "--help" not in option.opts
        and (record := option.get_help_record(context))
    ]
    if rows:
        yield "| option | meaning |\n|---|---|"
        yield from (f"| `{names}` | {_escaped(' '.join(told.split()))} |" for names, told in rows)
        yield ""


def _escaped(text: str) -> str:
    """Return words that Markdown shows as they are; what stands in backticks stays."""
    return text.replace("|", r"\|").replace("<", r"\<")


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
