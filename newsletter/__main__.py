"""`python -m newsletter` and the `newsletter` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    from newsletter.cli.main import cli

    cli(prog_name="newsletter")


if __name__ == "__main__":
    main()
