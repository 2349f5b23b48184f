"""The list of readers, those who have left, and who an issue would go to."""
