"""What can be measured, a module each. `measure(quick)` returns rows for the table."""
