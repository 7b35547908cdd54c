"""How far a study has come, counted by the database."""
