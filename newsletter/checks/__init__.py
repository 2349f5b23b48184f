"""What is wrong with an issue, one rule a function."""
