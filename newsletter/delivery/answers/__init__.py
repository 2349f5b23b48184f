"""What an answer of a mail server means, and which answers stop a mailing."""
