"""How long an email takes, and what it weighs: `python benchmarks/render.py [TEMPLATE...]`.

Three summaries of 420 words with a list, links and three topics each, compiled again and again in
one process with a changed word (what the preview does at each save), and once as the whole of
`newsletter build` in a process of its own.
"""

from __future__ import annotations

import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from newsletter.basics import shipped
from newsletter.render.compile import compile_issue
from newsletter.render.slots.slots import Slot, fill
from newsletter.workspace import Workspace, open_workspace

ROUNDS = 60
SETTINGS = """\
[newsletter]
title = "Practice Notes"
tagline = "Psychotherapy research, summarised for practice"
author = "Sample Author"
from = "Practice Notes <news@example.org>"
organisation = "Practice Research Network"
postal_address = "1 Example Street, Ottawa ON  K1N 6N5, Canada"
site_url = "https://news.example.org"
list_id = "practice-notes.example.org"
[unsubscribe]
mailto = "unsubscribe@example.org"
"""
SENTENCE = (
    "Clients of an invented clinic said *afterwards* what had stayed with them "
    "(*p* < .05), and most named a moment of being heard. "
)  # 21 words
SUMMARY = """\
---
title: "What clients remember of session {number}"
published: 2026-11
citation: "Okafor, L. (2026). Remembered. Invented Studies, 12(3), 45-61. https://doi.org/10.5555/jis.2026.{number}"
doi: 10.5555/jis.2026.{number}
topics: [Empathy, Attachment, Client Factors]
research_type: Survey
---
{paragraph}

{paragraph}

- {sentence}
- {sentence}
- {sentence}
- {sentence}

{paragraph} See https://example.org/{number} for more.

## Practice Implications

{paragraph}
"""


def main() -> None:
    templates = sys.argv[1:] or ["default", "letter"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for template in templates:
            write(root, template)
            workspace = open_workspace(root)
            cold, warm, size = compiled(workspace)
            print(f"{template}")
            print(f"  HTML              {size / 1000:7.1f} KB")
            print(f"  first compilation {cold:7.1f} ms")
            print(f"  a changed word    {statistics.median(warm):7.1f} ms (median of {len(warm)};"
                  f" {min(warm):.1f} to {max(warm):.1f})")  # fmt: skip
            print(f"  newsletter build  {built(root):7.1f} ms (whole process, best of 5)")


def write(root: Path, template: str) -> None:
    paragraph = SENTENCE * 4
    for number in (1, 2, 3):
        text = SUMMARY.format(number=number, paragraph=paragraph.strip(), sentence=SENTENCE.strip())
        save(root / f"summaries/2026-11-{number}.md", text)
    slugs = ", ".join(f"2026-11-{number}" for number in (1, 2, 3))
    save(root / "issues/2026-11.md", f"---\nsummaries: [{slugs}]\ntemplate: {template}\n---\nHi.\n")
    save(root / "newsletter.toml", SETTINGS)


def save(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def compiled(workspace: Workspace) -> tuple[float, list[float], int]:
    """Return ms of the first and of the later compilations, and octets of the HTML."""
    file = workspace.root / "summaries/2026-11-1.md"
    original = file.read_text(encoding="utf-8")
    times = []
    size = 0
    for number in range(ROUNDS + 1):
        save(file, original.replace("heard", f"heard {number} times"))
        issue = workspace.issue("2026-11")
        summaries = workspace.library().of(issue)
        begun = time.perf_counter()
        result = compile_issue(
            issue,
            summaries,
            workspace.settings,
            template_folders=(workspace.root / "templates", shipped.TEMPLATES),
            nonce=secrets.token_hex(8),
        )
        times.append((time.perf_counter() - begun) * 1000)
        size = len(fill(result.html, longest).encode())
    return times[0], times[1:], size


def longest(slot: Slot) -> str:
    return "https://news.example.org/u/" + "x" * 170 if slot.name == "unsubscribe" else "Ada"


def built(root: Path) -> float:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "newsletter", "-C", str(root), "build", "2026-11"],
            check=True,
            capture_output=True,
        )
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


if __name__ == "__main__":
    main()
