"""What is done with the people of a list: moved in, looked up, erased; without a terminal."""
