"""Statistics as pure functions: counts and frames in, small frozen results out.

Nothing here reads a database, a clock or a setting. Every function says its formula, its source and what it does with
missing answers.
"""
