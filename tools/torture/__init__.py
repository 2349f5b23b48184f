"""Torture: `newsletter send` killed at random moments, and the books compared afterwards."""
