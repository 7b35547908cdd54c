"""What staff sign in with."""
