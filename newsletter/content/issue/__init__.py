"""One issue's file: read, composed, edited."""
