"""`python -m newsletter` and the `newsletter` command."""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    _open_streams()
    from newsletter.basics.native import outdated

    if refusal := outdated():
        sys.exit(refusal)
    # A command is short, and most of what it makes in that time stays: looking for cycles as
    # often as a server would costs a tenth of a build.
    gc.set_threshold(50_000, 20, 20)
    from newsletter.cli.main import cli

    cli(prog_name="newsletter")


def _open_streams() -> None:
    """Give the process the three streams that it was started without, and UTF-8 to files.

    Python leaves None for a stream that was closed (`<&-`). A file or a pipe gets UTF-8 whatever
    the locale says; a terminal that cannot show a character gets a question mark.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(
                encoding=None if stream.isatty() else "utf-8",
                errors="replace",
            )


if __name__ == "__main__":
    main()
