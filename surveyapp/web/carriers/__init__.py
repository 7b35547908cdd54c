"""What carriers of messages tell by themselves."""
