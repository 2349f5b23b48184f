"""A citation as HTML: italics after APA style, its DOI linked once."""
