"""What is wrong with an issue before it is sent: one rule a function, one value to look at."""
