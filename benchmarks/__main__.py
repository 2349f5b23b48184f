"""`python -m benchmarks PART ... [--quick]`: measure, print what was found, write the page."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.report import PARTS, keep, section, write


def main() -> None:
    """Measure the parts that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter rounds; results.md stays as it is"
    )
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in wanted.parts or PARTS:
        rows = import_module(f"benchmarks.parts.{part}").measure(quick=wanted.quick)
        print(section(part, rows), flush=True)
        if not wanted.quick:
            keep(part, rows)
    if not wanted.quick:
        write(datetime.now(UTC).date())


if __name__ == "__main__":
    main()
