"""What lets a participant in: links, codes and PINs."""
