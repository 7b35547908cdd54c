"""What was done by whom, and what lets somebody in."""
