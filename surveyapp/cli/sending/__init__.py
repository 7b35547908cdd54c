"""What is sent to people, and the worker that sends it."""
