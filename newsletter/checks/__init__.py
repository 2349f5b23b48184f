"""Checks of an issue before it is sent: each rule is a function from a dossier to problems."""
