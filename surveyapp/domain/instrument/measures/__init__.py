"""What a study’s results are made of, and what stands beside them."""
