"""What `newsletter.toml` says: read, judged, and written for a new workspace."""
