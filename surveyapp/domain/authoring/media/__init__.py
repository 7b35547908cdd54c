"""What an author puts beside easy words: `media/media.yaml` and the files it names, read and checked."""
