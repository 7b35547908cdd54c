"""How far a study has come: AAPOR's rates, and what its supervisors see of its fieldwork."""
