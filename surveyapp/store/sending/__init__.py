"""What is sent to people: how they can be reached, the outbox, and who sends."""
