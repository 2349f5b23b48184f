"""Leaves that every room may use: addresses, problems, files, outcomes, times, tokens."""
