"""The ledger: the only truth about who got what."""
