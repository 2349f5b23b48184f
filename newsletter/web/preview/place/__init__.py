"""The panel that shows a place in a file, and mends one line."""
