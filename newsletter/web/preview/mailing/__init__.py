"""The panel that shows the state of a mailing."""
