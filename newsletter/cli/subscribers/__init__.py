"""`newsletter subscribers`, and its lines and JSON."""
