"""Slots for a reader's values: found in templates and introductions, filled per reader."""
