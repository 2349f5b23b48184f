"""Turns a command's errors into text on stderr and an exit code, in one place."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from newsletter.basics.errors import NewsletterError, Problem, did_you_mean

_NO_FOLDER = "a file stands where a folder is needed", "move it away, then run this again"
_REFUSALS = {
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENOSPC: ("the disk is full", "make room, then run this again"),
    errno.ENAMETOOLONG: ("the name is too long for a file", "choose a shorter one"),
    errno.EROFS: ("the disk may only be read", None),
    errno.EACCES: ("this may not be read or written", "its owner or its rights must be changed"),
    errno.EPERM: ("this may not be changed", "its owner or its rights must be changed"),
}
_TAKE_APART = "take brackets, lists or quotes out of the file that was changed last"
INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


class BoundaryGroup(click.Group):
    """A group that imports a command when it is used, and reports all errors in one form.

    `sections` maps a heading to commands and their one line of help. The command NAME lives in
    `newsletter.cli.NAME` (`import_` for `import`) as `command`; where that is a folder, in its
    module `command`.
    """

    def __init__(self, *, sections: Mapping[str, Mapping[str, str]], **rest: Any) -> None:
        super().__init__(**rest)
        self._sections = sections

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of a month."""
        return [name for section in self._sections.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; for an unknown name, fail with the nearest one."""
        known = self.list_commands(ctx)
        if cmd_name not in known:
            near = did_you_mean(cmd_name, known)
            ctx.fail(f"no command '{cmd_name}'{f'; {near}' if near else ''}")
        module_name = "import_" if cmd_name == "import" else cmd_name
        module = importlib.import_module(f"newsletter.cli.{module_name}")
        if hasattr(module, "__path__"):
            module = importlib.import_module(f"{module.__name__}.command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections without importing any command."""
        width = max(len(name) for name in self.list_commands(ctx))
        for heading, commands in self._sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), text) for name, text in commands.items()])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the options before the command; report mistakes in our own form."""
        with _usage_told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error that the editor can mend becomes a message."""
        try:
            with _usage_told():
                return super().invoke(ctx)
        except NewsletterError as error:
            _report(*error.problems)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except RecursionError:
            _report(Problem(message="a file is nested too deeply", hint=_TAKE_APART))
            ctx.exit(1)
        except BrokenPipeError:
            raise
        except OSError as error:
            _report(_os_problem(error))
            ctx.exit(1)


@contextlib.contextmanager
def _usage_told() -> Iterator[None]:
    """Report click's usage errors in the form of our own problems."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        words = error.format_message().removesuffix(".")
        asked = f"{error.ctx.command_path} --help" if error.ctx else "newsletter --help"
        _report(Problem(message=words[:1].lower() + words[1:], hint=f"{asked} shows how"))
        raise click.exceptions.Exit(error.exit_code) from None


def _report(*problems: Problem) -> None:
    from newsletter.cli.terminal import output

    output.problems(problems)


def _os_problem(error: OSError) -> Problem:
    """Return a problem for an error of the system, with a hint for the common ones."""
    if error.errno == errno.ENOENT and _is_folder_gone():
        return Problem(
            message="the folder that you are in does not exist any more", hint="cd to the workspace"
        )
    words, hint = _REFUSALS.get(error.errno or 0, (None, None))
    file = None if error.filename is None else Path(os.fsdecode(error.filename))
    return Problem(message=words or error.strerror or str(error), file=file, hint=hint)


def _is_folder_gone() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False
