"""What a list changed of people on record: kept, and put back where it still stands."""
