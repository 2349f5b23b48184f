"""What a refusal is about: the sender, the way, or the reader; and when refusals stop a mailing."""
