"""`newsletter compose`, and its picker."""
