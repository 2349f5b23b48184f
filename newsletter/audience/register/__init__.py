"""The register: what happened to each person, what they agreed to, and what they chose."""
