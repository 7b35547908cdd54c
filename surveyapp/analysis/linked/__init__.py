"""One row a participant, one column of small integers a variable: what results are counted from."""
