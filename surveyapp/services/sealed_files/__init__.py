"""What lies sealed beside the database."""
