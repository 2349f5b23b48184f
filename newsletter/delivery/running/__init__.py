"""Parts of a run: what it does about a server in trouble, how it ends, how bodies leave."""
