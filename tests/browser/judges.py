"""The judges from npm (`tests/npm`): where they lie, and how one that runs in node is asked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "npm"
PACKAGES = FOLDER / "node_modules"


def ask(judge: str, question: Any) -> Any:
    """Run `tests/npm/JUDGE` with a question on its stdin and return its answer, both JSON."""
    done = subprocess.run(
        ["node", judge],
        cwd=FOLDER,
        input=json.dumps(question),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
