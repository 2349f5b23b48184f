"""`python -m benchmarks PART ... [--quick]`: measure, and print what was found."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

PARTS = ("ratio", "peers", "rtt", "growth")


def main() -> None:
    """Measure the parts that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all"
    )
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 9")
    wanted = parser.parse_args()
    for part in wanted.parts or PARTS:
        for row in import_module(f"benchmarks.parts.{part}").measure(quick=wanted.quick):
            print(json.dumps(row))


if __name__ == "__main__":
    main()
