"""The pages. A handler parses, calls one service, and redirects or renders; it decides nothing."""
