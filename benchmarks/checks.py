"""How long the checks take: `python -m benchmarks.checks`.

The issue of `benchmarks/render.py` (three summaries of 420 words), a word changed each time, in one
process, as the preview does at each save: the render alone, and all that a check does on top of
it. Then the one pass over a list of 100,000 readers, and what counting adds to it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.render import save, write
from newsletter.audience.audience import Audience
from newsletter.checks.dossier import Readers
from newsletter.checks.reading.census import take_census
from newsletter.tasks.check import prove
from newsletter.workspace import open_workspace

ROUNDS = 40
READERS = 100_000
TODAY = date(2026, 11, 3)
SLUG = "2026-11"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, "default")
        renders, checks = rendered_and_checked(root)
        render, whole = statistics.median(renders), statistics.median(checks)
        print(f"render of a changed issue        {render:7.1f} ms")
        print(f"render and all offline checks    {whole:7.1f} ms (median of {ROUNDS})")
        print(f"  on top of the render           {whole - render:7.1f} ms")
        alone, counted = over_the_list(root)
        print(f"a pass over {READERS:,} readers    {alone * 1000:7.0f} ms")
        print(f"  with all that the rules count  {counted * 1000:7.0f} ms")


def rendered_and_checked(root: Path) -> tuple[list[float], list[float]]:
    """Return ms of each render, and of each render with its checks; a word differs each time."""
    file = root / f"summaries/{SLUG}-1.md"
    original = file.read_text(encoding="utf-8")
    readers = Readers(mailable=800, columns=("email", "first_name"))
    renders, checks = [], []
    for number in range(2 * ROUNDS + 2):
        save(file, original.replace("heard", f"heard {number} times"))
        workspace = open_workspace(root)
        if number % 2:
            issue, library = workspace.issue(SLUG), workspace.library()
            renders.append(timed(lambda: workspace.compile(issue, library)))  # noqa: B023
        else:
            found = timed(lambda: prove(workspace, SLUG, readers=readers, today=TODAY))  # noqa: B023
            checks.append(found)
    return renders[1:], checks[1:]


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def over_the_list(root: Path) -> tuple[float, float]:
    """Return the seconds of a pass over the list, alone and counted; the better of three."""
    file = root / "subscribers.csv"
    rows = (f"r{n}@d{n % 977}.example.org,Reader {n},R{n},active,express" for n in range(READERS))
    file.write_text("email,name,first_name,status,consent\n" + "\n".join(rows), encoding="utf-8")

    def audience() -> Audience:
        return Audience(file, shown=Path(file.name), today=TODAY)

    alone = min(timed(lambda: sum(1 for _ in audience())) for _ in range(3))
    counted = min(timed(lambda: take_census(audience(), TODAY)) for _ in range(3))
    return alone / 1000, counted / 1000


if __name__ == "__main__":
    main()
