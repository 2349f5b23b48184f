"""An author's text: Markdown, links, characters, and the bounds of its size."""
