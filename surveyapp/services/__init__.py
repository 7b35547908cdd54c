"""Use cases. One call, one unit of work: permission checked, audit written in the same transaction, the clock given."""
