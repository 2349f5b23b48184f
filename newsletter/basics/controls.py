r"""Characters that people neither see nor mean, as parts of a regex's `[...]`.

`(?!\t)` before the brackets lets a tab pass.
"""

from __future__ import annotations

from typing import Final

CONTROLS: Final = r"\x00-\x1f\x7f-\x9f"
"""C0, DEL and C1 (Unicode's Cc)."""
NO_BLANKS: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
"""The same without tab and line feed, which text may hold."""
SEPARATORS: Final = r"\u2028\u2029"
"""Line and paragraph separators (Zl, Zp): some programs break a line there."""
SURROGATES: Final = r"\ud800-\udfff"
"""Halves of characters (Cs), which no UTF-8 can hold."""
NONCHARACTERS: Final = r"\ufffe\uffff"
"""Two that no XML may hold (XML 1.0, 2.2)."""
