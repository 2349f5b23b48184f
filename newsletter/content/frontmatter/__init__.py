"""The YAML between two `---` lines: split off, read with its lines, written."""
