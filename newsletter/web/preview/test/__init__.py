"""The panel that sends a test."""
