"""Who is on the list, who has left, and who an issue would go to."""
