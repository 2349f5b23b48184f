"""Template files found, checked, and rendered by Jinja2."""
