"""`newsletter status`, and what happened to one reader."""
