"""Where a study stands, for whoever leads its fieldwork."""
