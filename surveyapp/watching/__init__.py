"""What is seen of the program from outside: what it logs, what it measures. Any layer above may tell; it asks none."""
