"""How fast, how large: `make bench`, or `python -m benchmarks PART ... [--quick]`."""
