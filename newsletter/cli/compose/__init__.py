"""`newsletter compose`, its picker and the picker's question."""
