"""Objects exempted from garbage collection."""

from __future__ import annotations

import gc


def keep_for_good() -> None:
    """Exempt the objects made so far from later garbage collections: they live until the end.

    Modules, settings and a compiled issue are some hundred thousand objects, and each full
    collection while a list is read or a mailing is sent would visit all of them.
    """
    gc.freeze()
