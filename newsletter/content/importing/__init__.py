"""Pages of a blog read into summaries."""
