"""Result objects into figures, tables, sentences and files."""
