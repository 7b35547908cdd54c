"""Questionnaires to look at: on a phone, as a codebook, as a map, and any two beside one another."""
