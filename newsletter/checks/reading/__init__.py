"""What the rules look at: the finished email, its styles, and the texts it was made of."""
