"""Readers of the finished email, its styles, and the texts it was made of, for the rules."""
