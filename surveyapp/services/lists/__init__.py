"""Lists of people from files: read whatever they are, their columns told, looked at before anything is stored, brought
in whole or not at all, and taken back."""
