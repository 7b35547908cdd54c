"""Lists of people that are brought in: their records, and the people on their way into a study."""
