"""Template files found, judged and rendered by Jinja2."""
