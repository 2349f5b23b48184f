"""The panel with the list of issues."""
