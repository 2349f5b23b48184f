"""Addresses of a list that can be mailed, and may still be mistakes."""
