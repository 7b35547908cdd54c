"""What is sent to people, as a manager sees and steers it."""
