"""The bytes of an email, compiled once for an issue and spliced for each reader."""
