"""Reading a file that somebody has their people in, whatever program wrote it."""
