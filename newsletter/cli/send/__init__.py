"""`newsletter send`: the question, the rounds, the words."""
