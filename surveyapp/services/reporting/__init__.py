"""A study's report: what it is built from, for those who may see releases."""
