"""`newsletter send`: its options, and its news and questions on a terminal."""
