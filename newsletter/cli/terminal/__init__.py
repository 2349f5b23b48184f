"""What commands share: output, errors, questions, progress."""
