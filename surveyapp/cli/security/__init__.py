"""Commands of what protects the installation."""
