"""A study's report as a document: filled from a release, then written for Word or for a browser."""
