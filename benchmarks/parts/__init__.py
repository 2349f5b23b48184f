"""What can be measured, a module each.

`measure(quick=...)` returns rows of plain values; `section(rows)` puts them into Markdown.
"""
