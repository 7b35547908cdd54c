"""A study's report: the template that its folder has, the figures loaded beside it, and what they are filled from."""
