"""`newsletter`, killed by its own hand at a named stage.

    python -m tools.torture.stage STAGE N ARGUMENTS...

At the Nth time that it comes by STAGE, the process kills itself as `kill -9` would.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

STAGES: dict[str, tuple[str, str, str]] = {
    "before the freeze": ("newsletter.state.sqlite.records", "SqliteRecords.freeze", "before"),
    "after the freeze": ("newsletter.state.sqlite.records", "SqliteRecords.freeze", "after"),
    "before a mark": ("newsletter.state.sqlite.run", "SqliteRun.turn", "before"),
    "after a mark": ("newsletter.state.sqlite.run", "SqliteRun.turn", "after"),
    "before a body": ("newsletter.smtp.connection", "Connection.deliver", "before"),
    "after a body": ("newsletter.smtp.connection", "Connection.deliver", "after"),
    "before an answer": ("newsletter.smtp.connection", "Connection.data_received", "before"),
    "after an answer": ("newsletter.smtp.connection", "Connection.data_received", "after"),
    "before a state": ("newsletter.state.sqlite.records", "SqliteRecords.set_state", "before"),
    "after a state": ("newsletter.state.sqlite.records", "SqliteRecords.set_state", "after"),
    "before an epoch": ("newsletter.state.sqlite.database", "Database.set_epoch", "before"),
    "after an epoch": ("newsletter.state.sqlite.database", "Database.set_epoch", "after"),
    "in the recovery": ("newsletter.state.sqlite.run", "SqliteRun.recover", "after"),
}
"""Each is before or after a call of a method."""
SELDOM = {"before the freeze", "after the freeze", "before a state", "after a state"} | {
    "before an epoch",
    "after an epoch",
    "in the recovery",
}
"""Stages that a run comes by once or twice."""


def set_trap(stage: str, number: int) -> None:
    """Let this process end at the stage."""
    module, name, when = STAGES[stage]
    owner_name, _, method = name.partition(".")
    owner = getattr(__import__(module, fromlist=[owner_name]), owner_name)
    passed = 0

    def trapped(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def inner(*args: Any, **rest: Any) -> Any:
            nonlocal passed
            passed += 1
            if when == "before" and passed >= number:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **rest)
            if when == "after" and passed >= number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return inner

    setattr(owner, method, trapped(getattr(owner, method)))


def main() -> None:
    """Set the trap and run the command line."""
    stage, number, *arguments = sys.argv[1:]
    set_trap(stage, int(number))
    sys.argv = ["newsletter", *arguments]
    from newsletter.__main__ import main as newsletter

    newsletter()


if __name__ == "__main__":
    main()
