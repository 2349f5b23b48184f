"""What guards the ledger: one sender, the newest file, no lost mark."""
