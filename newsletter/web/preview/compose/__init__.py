"""The panel in which an issue is composed."""
