"""The administrator's pages: the accounts of staff, and their roles in the whole installation."""
