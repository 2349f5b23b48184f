"""`newsletter send` on a terminal: its options, its questions, its words."""
