"""What is done with the people of a list, without a terminal."""
