"""A mailing under way: the only place where ledger and transport meet."""
