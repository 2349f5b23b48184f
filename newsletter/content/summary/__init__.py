"""One article summary: its file read, and a new one begun."""
