"""Where a study stands, and what changed in a month."""
