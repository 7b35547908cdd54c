"""What protects the installation: who is let in, and the trail of what was done."""
