"""The story of `send`: what will happen, then the freeze, then the mailing, then its record."""
