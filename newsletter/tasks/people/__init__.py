"""What commands do about one person: everything that is kept of them, and its erasure."""
