"""The panel that shows a place in a file, and changes one line."""
