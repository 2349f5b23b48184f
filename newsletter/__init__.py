"""Compose, preview and send a research newsletter from the command line."""

__version__ = "0.1.0"
