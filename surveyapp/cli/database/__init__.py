"""Commands about the database itself."""
