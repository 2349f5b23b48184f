"""Who must not be mailed: the records in the database and in `suppressions.csv`."""
