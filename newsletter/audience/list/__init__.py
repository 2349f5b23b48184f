"""The list file: its columns understood, its rows read."""
