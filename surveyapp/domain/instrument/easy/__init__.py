"""How a questionnaire is rendered: in its usual words, or in easy ones with pictures, sound and sign language."""
