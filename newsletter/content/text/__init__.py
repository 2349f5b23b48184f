"""An author's text: Markdown, links, characters, and how much of it is read."""
