"""The panel that shows where a mailing stands."""
