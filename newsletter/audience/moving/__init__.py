"""Moving in: the lists that other tools export, recognised and read."""
