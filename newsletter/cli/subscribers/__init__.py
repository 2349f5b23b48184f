"""`newsletter subscribers`, and how readers look on the screen."""
