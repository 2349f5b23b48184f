"""The bytes of an email: a template made once for an issue, filled in for each reader."""
