"""A repaired copy of a list."""
