"""What people are told, what they agree to, and until when what they gave is kept."""
