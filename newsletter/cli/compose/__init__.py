"""`newsletter compose`, and its picker on a terminal."""
