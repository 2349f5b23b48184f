"""The ways out: an SMTP server, or a Maildir on disk."""
