"""`python -m newsletter` and the `newsletter` command."""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    _open_streams()
    from newsletter.basics.native import outdated

    if refusal := outdated():
        sys.exit(refusal)
    # A command is short and keeps most of the objects it makes; with Python's own thresholds the
    # search for cycles takes a tenth of a build.
    gc.set_threshold(50_000, 20, 20)
    from newsletter.cli.main import cli

    cli(prog_name="newsletter")


def _open_streams() -> None:
    """Open the streams that the process was started without; write files and pipes in UTF-8.

    Python leaves None for a stream that was closed (`<&-`). A terminal keeps its encoding; a
    character that it cannot show becomes a question mark.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


if __name__ == "__main__":
    main()
