"""The editor's files as values: summaries, issues, the two vocabularies."""
